package install

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of what is waited for.
const (
	toolWait     = time.Minute      // a question to dpkg or systemd
	dpkgWait     = 15 * time.Minute // an installation on a slow card
	lockWait     = 10 * time.Minute // for another dpkg to end, such as unattended-upgrades
	rehearseWait = 30 * time.Second
)

// program is where a package has the kiosk's program.
const program = "./usr/lib/huying/terminal"

// serviceUser is who runs it.
const serviceUser = "huying-terminal"

// machine is this Debian.
type machine struct{ own string }

// toolEnv is what tools run with; the package's scripts leave the restart to
// whom HUYING_UPDATE names.
var toolEnv = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "HUYING_UPDATE=1"}

// ask runs a tool and gives what it says. It is not ended with the caller: what
// dpkg has begun it must end.
func ask(wait time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = toolEnv
	cmd.WaitDelay = 5 * time.Second // a script may leave somebody with our pipe
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", name, err, last(said.String()+string(out)))
	}
	return string(out), err
}

// last is the end of what a tool said, where the reason stands.
func last(s string) string {
	lines := strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool { return r == '\n' })
	return strings.Join(lines[max(0, len(lines)-2):], "; ")
}

func (m *machine) Fields(deb string) (Fields, error) { return ReadFields(deb) }

// ReadFields reads a package's control file with dpkg-deb.
func ReadFields(deb string) (Fields, error) {
	out, err := ask(toolWait, "dpkg-deb", "--field", deb, "Package", "Version", "Architecture", "Installed-Size")
	if err != nil {
		return Fields{}, err
	}
	found := map[string]string{}
	for _, line := range strings.Split(out, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			found[name] = strings.TrimSpace(value)
		}
	}
	kib, _ := strconv.ParseInt(found["Installed-Size"], 10, 32)
	return Fields{Package: found["Package"], Version: found["Version"], Arch: found["Architecture"], Installed: max(kib, 0) << 10}, nil
}

func (m *machine) Arch() (string, error) {
	out, err := ask(toolWait, "dpkg", "--print-architecture")
	return strings.TrimSpace(out), err
}

func (m *machine) Installed() (string, bool, error) {
	out, err := ask(toolWait, "dpkg-query", "--show", "--showformat=${db:Status-Abbrev}\n${Version}", Name)
	if err != nil {
		return "", false, err
	}
	status, version, _ := strings.Cut(out, "\n")
	return strings.TrimSpace(version), strings.TrimSpace(status) == "ii", nil
}

func (m *machine) Newer(a, b string) bool {
	_, err := ask(toolWait, "dpkg", "--compare-versions", a, "gt", b)
	return err == nil
}

func (m *machine) Free(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil //nolint:gosec // no disk is that large
}

// Install first ends what a power cut left of an earlier dpkg; if that fails,
// the installation, which replaces it, may still succeed.
func (m *machine) Install(deb string) error {
	_, _ = ask(dpkgWait, "dpkg", "--configure", "-a", "--force-confold")
	for end := time.Now().Add(lockWait); ; time.Sleep(2 * time.Second) {
		_, err := ask(dpkgWait, "dpkg", "--force-confold", "--install", deb)
		if err == nil || !strings.Contains(err.Error(), "lock") || time.Now().After(end) {
			return err
		}
	}
}

func (m *machine) Restart() error {
	_, err := ask(toolWait, "systemctl", "restart", Service)
	return err
}

// Fresh asks the kernel: the file of a program that was replaced is deleted.
func (m *machine) Fresh() bool {
	pid, _, err := m.Running()
	if err != nil || pid == 0 {
		return false
	}
	exe, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "exe"))
	return err == nil && exe == strings.TrimPrefix(program, ".")
}

func (m *machine) Running() (pid, restarts int, err error) {
	out, err := ask(toolWait, "systemctl", "show", "--property=MainPID,NRestarts", Service)
	if err != nil {
		return 0, 0, err
	}
	for _, line := range strings.Fields(out) {
		name, value, _ := strings.Cut(line, "=")
		n, _ := strconv.Atoi(value)
		if name == "MainPID" {
			pid = n
		} else {
			restarts = n
		}
	}
	return pid, restarts, nil
}

func (m *machine) Rehearse(deb, version string) error {
	who, err := user.Lookup(serviceUser)
	if err != nil {
		return err
	}
	uid, _ := strconv.ParseUint(who.Uid, 10, 32)
	gid, _ := strconv.ParseUint(who.Gid, 10, 32)
	path := filepath.Join(m.own, "rehearsal")
	defer os.Remove(path)
	if err := extract(deb, path); err != nil {
		return err
	}
	run := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), rehearseWait)
		defer cancel()
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Env = []string{"PATH=/usr/bin:/bin"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		cmd.WaitDelay = time.Second
		out, err := cmd.CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%s: %w: %s", args[0], err, last(string(out)))
		}
		return string(out), err
	}
	said, err := run("version")
	if err == nil && !strings.HasSuffix(strings.TrimSpace(said), " "+version) {
		err = fmt.Errorf("它说自己是 %.80q，应是 %s", strings.TrimSpace(said), version)
	}
	if err == nil {
		_, err = run("check")
	}
	return err
}

// extract takes the program out of a package.
func extract(deb, to string) error {
	ctx, cancel := context.WithTimeout(context.Background(), dpkgWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { cancel(); _ = cmd.Wait() }()
	for r := tar.NewReader(out); ; {
		h, err := r.Next()
		if err != nil {
			return errors.Join(errors.New("the package has no program"), err)
		}
		if h.Name != program || h.Typeflag != tar.TypeReg {
			continue
		}
		f, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r)
		return errors.Join(err, f.Chmod(0o755), f.Close())
	}
}
