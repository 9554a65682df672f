package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minMajor is the oldest version a new cluster is made with: Debian 12's.
const minMajor = 15

// programs is a folder with PostgreSQL's server programs of one major version.
type programs struct {
	dir   string
	major int
}

func (p programs) path(name string) string { return filepath.Join(p.dir, name) }

// finder looks for server programs in folders, in order of preference. pattern entries hold one "*" that stands for
// the major version.
type finder struct {
	first    string
	patterns []string
	more     func() []string
}

func machine(first string) finder {
	return finder{
		first: first,
		patterns: []string{
			"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
			"/usr/pgsql-*/bin",          // the PostgreSQL project's RPMs, openEuler and Kylin among them
			"/usr/local/pgsql*/bin",     // built from source
		},
		more: func() (dirs []string) {
			if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
				dirs = append(dirs, strings.TrimSpace(string(out)))
			}
			if path, err := exec.LookPath("postgres"); err == nil {
				if path, err = filepath.EvalSymlinks(path); err == nil {
					dirs = append(dirs, filepath.Dir(path))
				}
			}
			return dirs
		},
	}
}

// exactly finds the programs for data written by the given major version; no other version will do.
func (f finder) exactly(major int) (programs, error) {
	dirs := []string{f.first}
	for _, p := range f.patterns {
		dirs = append(dirs, strings.Replace(p, "*", strconv.Itoa(major), 1))
	}
	for _, dir := range dirs { // The likely places first: each question costs a process.
		if m, err := majorOf(dir); err == nil && m == major {
			return programs{dir, major}, nil
		}
	}
	var seen []string
	for _, dir := range f.folders() {
		m, err := majorOf(dir)
		if err == nil && m == major {
			return programs{dir, major}, nil
		}
		if err == nil {
			seen = append(seen, fmt.Sprintf("%d(%s)", m, dir))
		}
	}
	found := "没有找到任何版本"
	if len(seen) > 0 {
		found = "只找到 " + strings.Join(seen, "、")
	}
	return programs{}, refuse(VersionMissing, nil,
		"数据是由 PostgreSQL %d 写成的,本机没有这个版本的服务程序(%s);数据没有改动。%s", major, found, f.remedy(major))
}

// newest finds the programs to make a new cluster with: those in BinDir, else the newest version there is.
func (f finder) newest() (programs, error) {
	if m, err := majorOf(f.first); err == nil && m >= minMajor {
		return programs{f.first, m}, nil
	}
	var best programs
	for _, dir := range f.folders() {
		if m, err := majorOf(dir); err == nil && m > best.major {
			best = programs{dir, m}
		}
	}
	if best.major == 0 {
		return best, refuse(ProgramsMissing, nil, "本机没有 PostgreSQL 的服务程序(postgres、initdb)。%s", f.remedy(minMajor))
	}
	if best.major < minMajor {
		return best, refuse(ProgramsMissing, nil,
			"本机的 PostgreSQL %d(%s)太旧,至少要 %d。%s", best.major, best.dir, minMajor, f.remedy(minMajor))
	}
	return best, nil
}

func (f finder) folders() []string {
	dirs := []string{f.first}
	for _, p := range f.patterns {
		found, _ := filepath.Glob(p)
		dirs = append(dirs, found...)
	}
	if f.more != nil {
		dirs = append(dirs, f.more()...)
	}
	slices.Sort(dirs[1:])
	return slices.Compact(dirs)
}

// remedy says which package to install. A folder without the server program is a trap: the package manager believes
// that the package is there (only the client is, or the files were deleted) and a plain install does nothing.
func (f finder) remedy(major int) string {
	pkg := fmt.Sprintf("postgresql-%d", major)
	for _, p := range f.patterns {
		dir := strings.Replace(p, "*", strconv.Itoa(major), 1)
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "postgres")); errors.Is(err, os.ErrNotExist) {
			return fmt.Sprintf("文件夹 %s 在,里面却没有 postgres:请执行 apt-get install --reinstall %s", dir, pkg)
		}
	}
	return fmt.Sprintf("请执行 apt-get install %s", pkg)
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// majorOf asks the program itself, because folder names and package lists have been wrong before.
func majorOf(dir string) (int, error) {
	if dir == "" {
		return 0, os.ErrNotExist
	}
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("unexpected version line %q", out)
	}
	return strconv.Atoi(string(m[1]))
}
