package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The disk, and where it is before it is the root.
const (
	disk = "/dev/vda"
	root = "/root"
	self = "/run/guest"
)

// units live in memory and are none of the disk's.
var units = map[string]string{
	"/run/systemd/system/guest.service": `[Unit]
Description=Errands of a trial
DefaultDependencies=no
After=systemd-tmpfiles-setup-dev.service
[Service]
ExecStart=` + self + ` serve
Restart=always
RestartSec=100ms
OOMScoreAdjust=-900
`,
	"/run/systemd/network/10-guest.network": "[Match]\nDriver=virtio_net\n[Network]\nAddress=10.0.2.15/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
}

// begin is /init: modules, disk, systemd.
func begin() error {
	if err := mount("devtmpfs", "/dev", "devtmpfs"); err != nil {
		return err
	}
	modules, _ := filepath.Glob("/*.ko") // the pattern is well formed
	slices.Sort(modules)
	for _, m := range modules {
		if err := load(m); err != nil {
			return err
		}
	}
	if err := appears(disk); err != nil {
		return err
	}
	if err := errors.Join(mount(disk, root, "ext4"), mount("tmpfs", root+"/run", "tmpfs"), furnish()); err != nil {
		return err
	}
	if err := syscall.Mount("/dev", root+"/dev", "", syscall.MS_MOVE, ""); err != nil {
		return fmt.Errorf("moving /dev: %w", err)
	}
	if err := errors.Join(os.Chdir(root), syscall.Mount(".", "/", "", syscall.MS_MOVE, ""), syscall.Chroot("."), os.Chdir("/")); err != nil {
		return fmt.Errorf("the new root: %w", err)
	}
	return syscall.Exec("/lib/systemd/systemd", []string{"/lib/systemd/systemd"}, []string{"TERM=dumb"})
}

// furnish leaves this program and its units in the new root's memory.
func furnish() error {
	program, err := os.ReadFile("/init")
	if err != nil {
		return err
	}
	if err := os.WriteFile(root+self, program, 0o755); err != nil {
		return err
	}
	for path, text := range units {
		if err := errors.Join(os.MkdirAll(filepath.Dir(root+path), 0o755), os.WriteFile(root+path, []byte(text), 0o644)); err != nil {
			return err
		}
	}
	return nil
}

func mount(what, at, kind string) error {
	if err := errors.Join(os.MkdirAll(at, 0o755), syscall.Mount(what, at, kind, 0, "")); err != nil {
		return fmt.Errorf("mounting %s: %w", at, err)
	}
	return nil
}

func load(module string) error {
	f, err := os.Open(module)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil {
		return fmt.Errorf("loading %s: %w", module, err)
	}
	return nil
}

// appears waits for a device that a driver is still looking for.
func appears(path string) error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err := os.Stat(path)
		if err == nil || time.Now().After(end) {
			return err
		}
	}
}
