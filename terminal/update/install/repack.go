package install

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The folders of dpkg's own knowledge.
const dpkgInfo = "/var/lib/dpkg/info"

// scripts are what a package brings beside its files.
var scripts = []string{"preinst", "postinst", "prerm", "postrm", "conffiles"}

// Repack makes a package of what is installed, as dpkg-repack does, which is
// not on every Debian. Settings go in as they are now; they are not used, for
// Install keeps those that are there.
func (m *machine) Repack(deb string) error {
	dir, err := os.MkdirTemp(m.own, "repack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // the package's own root
		return err
	}
	listed, err := ask(toolWait, "dpkg-query", "--listfiles", Name)
	if err != nil {
		return err
	}
	for _, path := range strings.Split(strings.TrimSpace(listed), "\n") {
		if strings.Contains(listed, "\n"+path+"/") { // a folder, also where this Debian has /lib as a link
			path = strings.TrimSuffix(path, "/") + "/"
		}
		if err := reproduce(path, filepath.Join(dir, path)); err != nil {
			return err
		}
	}
	if err := m.control(filepath.Join(dir, "DEBIAN")); err != nil {
		return err
	}
	// Quick rather than small: it is used on this machine only.
	_, err = ask(dpkgWait, "dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", dir, deb)
	return err
}

// control writes the control file and copies the scripts.
func (m *machine) control(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	status, err := ask(toolWait, "dpkg-query", "--status", Name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "control"), []byte(controlOf(status)), 0o644); err != nil {
		return err
	}
	for _, s := range scripts {
		err := reproduce(filepath.Join(dpkgInfo, Name+"."+s), filepath.Join(dir, s))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// controlOf takes away what dpkg alone knows of an installed package.
func controlOf(status string) string {
	var out []string
	skip := false
	for _, line := range strings.Split(strings.TrimSpace(status), "\n") {
		if !strings.HasPrefix(line, " ") {
			name, _, _ := strings.Cut(line, ":")
			skip = slices.Contains([]string{"Status", "Conffiles", "Config-Version"}, name)
		}
		if !skip {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n") + "\n"
}

// reproduce copies one path with its mode.
func reproduce(from, to string) error {
	info, err := os.Lstat(from) // which follows a link if the path ends with a slash
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return os.MkdirAll(to, info.Mode().Perm())
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is neither file nor folder", from)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(info.Mode().Perm()), out.Close())
}
