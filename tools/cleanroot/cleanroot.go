// Package cleanroot keeps a clean Debian in a folder, for tests that install
// on it. Who uses it works on a copy.
package cleanroot

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// debian is the release kiosks run; want is what the package depends on, and
// what a first process needs.
const (
	debian = "bookworm"
	want   = "systemd,systemd-sysv,udev,ca-certificates,dbus"
)

// Kept gives the root in a folder of the project's cache. The first time
// debootstrap makes it, which takes about a minute, root's rights and Debian's
// archive.
func Kept(folder string) (string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("cleanroot: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("cleanroot: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("cleanroot: flock: %w", err)
	}
	kept := filepath.Join(folder, debian)
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	fresh := kept + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return "", fmt.Errorf("cleanroot: %w", err)
	}
	out, err := exec.Command("debootstrap", "--variant=minbase", "--include="+want, debian, fresh).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cleanroot: debootstrap: %w\n%s", err, out)
	}
	// Only what is whole gets the name that the next run looks for.
	return kept, os.Rename(fresh, kept)
}
