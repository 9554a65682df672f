package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree makes a machine with the given versions installed; a negative one has its folder but no server program, as
// after a client-only install or when somebody deleted the files behind the package manager's back.
func tree(t *testing.T, versions map[string]string) finder {
	t.Helper()
	root := t.TempDir()
	for folder, version := range versions {
		dir := filepath.Join(root, folder, "bin")
		check(t, os.MkdirAll(dir, 0o755))
		if version == "" {
			check(t, os.WriteFile(filepath.Join(dir, "psql"), nil, 0o755))
			continue
		}
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		check(t, os.WriteFile(filepath.Join(dir, "postgres"), []byte(script), 0o755))
		check(t, os.WriteFile(filepath.Join(dir, "initdb"), []byte(script), 0o755))
	}
	return finder{patterns: []string{filepath.Join(root, "*", "bin")}}
}

func TestProgramsAreChosenByVersion(t *testing.T) {
	f := tree(t, map[string]string{"9": "9.6.24", "15": "15.20 (Debian 15.20-0+deb12u1)", "17": "17.2", "mine": "16rc1", "14": ""})
	for _, major := range []int{9, 15, 16, 17} {
		p, err := f.exactly(major)
		if err != nil || p.major != major {
			t.Errorf("exactly(%d) = %+v, %v", major, p, err)
		}
	}
	if p, err := f.newest(); err != nil || p.major != 17 {
		t.Errorf("newest = %+v, %v", p, err)
	}
	f.first = strings.Replace(f.patterns[0], "*", "15", 1)
	if p, err := f.newest(); err != nil || p.major != 15 || p.dir != f.first {
		t.Errorf("newest with BinDir = %+v, %v", p, err)
	}
	if p, err := f.exactly(17); err != nil || p.major != 17 {
		t.Errorf("BinDir of another version must not be used: %+v, %v", p, err)
	}
}

func TestMissingProgramsNameThePackage(t *testing.T) {
	for name, c := range map[string]struct {
		versions map[string]string
		major    int // 0: for a new cluster
		code     Code
		words    []string
	}{
		"nothing":           {nil, 0, ProgramsMissing, []string{"apt-get install postgresql-15"}},
		"empty bin":         {map[string]string{"15": ""}, 0, ProgramsMissing, []string{"--reinstall postgresql-15"}},
		"too old":           {map[string]string{"13": "13.1"}, 0, ProgramsMissing, []string{"13", "postgresql-15"}},
		"other version":     {map[string]string{"17": "17.2"}, 15, VersionMissing, []string{"17(", "apt-get install postgresql-15", "没有改动"}},
		"emptied, of data":  {map[string]string{"15": "", "17": "17.2"}, 15, VersionMissing, []string{"--reinstall postgresql-15"}},
		"no version at all": {nil, 16, VersionMissing, []string{"postgresql-16"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := tree(t, c.versions)
			_, err := f.newest()
			if c.major > 0 {
				_, err = f.exactly(c.major)
			}
			var e *Error
			if !errors.As(err, &e) || e.Code != c.code {
				t.Fatalf("%v", err)
			}
			for _, w := range c.words {
				if !strings.Contains(e.Text, w) {
					t.Errorf("%q does not say %q", e.Text, w)
				}
			}
		})
	}
}
