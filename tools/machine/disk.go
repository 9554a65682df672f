package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"huying/tools/gpiokernel"
)

// layout ends the name of a kept disk, so that an older program's is not taken.
const layout = "1"

// size is that of the disk; most of it is a hole in a file.
const size = "1G"

// Disk makes the image of a disk on which nothing of ours is installed: a
// clean Debian with its kernel's modules, from the folder clean. It is kept in
// cache and must not be written to.
func Disk(ctx context.Context, cache, clean string, k gpiokernel.Kernel) (string, error) {
	// The list of installed packages is new when the root is.
	status, err := os.Stat(filepath.Join(clean, "var/lib/dpkg/status"))
	if err != nil {
		return "", fmt.Errorf("machine: there is no clean Debian: %w", err)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("machine: %w", err)
	}
	unlock, err := lock(filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	path := filepath.Join(cache, fmt.Sprintf("debian-%s-%d-%s.ext4", k.Version, status.ModTime().Unix(), layout))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	old, _ := filepath.Glob(filepath.Join(cache, "debian-*")) // the pattern is well formed
	for _, p := range old {
		_ = os.Remove(p)
	}
	work, err := os.MkdirTemp(cache, "build-")
	if err != nil {
		return "", fmt.Errorf("machine: %w", err)
	}
	defer os.RemoveAll(work)
	// A real Debian has kmod, for udev's sake; debootstrap's smallest has not.
	_, err = run(ctx, work, "sh", "-ec", `
cp -a --reflink=auto "$1" root
mkdir packages && chmod 777 packages
(cd packages && apt-get -q download kmod || { apt-get -q update && apt-get -q download kmod; })
cp packages/kmod_*.deb root/tmp/kmod.deb
chroot root dpkg --install /tmp/kmod.deb
rm root/tmp/kmod.deb
mkdir -p root/lib/modules
cp -r "$2"/. root/lib/modules/
echo kiosk > root/etc/hostname
truncate -s `+size+` disk
mkfs.ext4 -q -d root disk
`, "sh", clean, k.Tree)
	if err != nil {
		return "", err
	}
	if err := os.Rename(filepath.Join(work, "disk"), path); err != nil {
		return "", fmt.Errorf("machine: %w", err)
	}
	return path, nil
}

// needed are the modules without which there is no disk and no errand, beside
// those that they need in turn. ext4 asks for crc32c by an alias only.
var needed = []string{"virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "virtio_console"}

// order lists the files of the needed modules so that each comes after those
// that it depends on, by depmod's list in tree.
func order(tree string, names []string) ([]string, error) {
	list, err := os.ReadFile(filepath.Join(tree, "modules.dep"))
	if err != nil {
		return nil, err
	}
	var files []string
	for _, name := range names {
		found := false
		for line := range strings.Lines(string(list)) {
			file, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
			if strings.TrimSuffix(filepath.Base(file), ".ko") != name {
				continue
			}
			found = true
			deps := strings.Fields(rest)
			slices.Reverse(deps) // depmod lists the last to be loaded first
			for _, f := range append(deps, file) {
				if !slices.Contains(files, f) {
					files = append(files, f)
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("the kernel has no module %s", name)
		}
	}
	return files, nil
}

// Initramfs builds the guest's program and packs it with what finds the disk.
func Initramfs(ctx context.Context, folder string, k gpiokernel.Kernel) (initramfs, guest string, err error) {
	guest = filepath.Join(folder, "guest")
	if _, err := run(ctx, "", "env", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64",
		"go", "build", "-ldflags=-s -w", "-o", guest, "huying/tools/machine/guest"); err != nil {
		return "", "", err
	}
	var files []gpiokernel.File
	add := func(name, path string) {
		data, e := os.ReadFile(path)
		err = errors.Join(err, e)
		files = append(files, gpiokernel.File{Name: name, Data: data})
	}
	add("init", guest)
	tree := filepath.Join(k.Tree, k.Release)
	modules, e := order(tree, needed)
	err = errors.Join(err, e)
	for i, m := range modules {
		add(fmt.Sprintf("%02d.ko", i), filepath.Join(tree, m))
	}
	if err != nil {
		return "", "", fmt.Errorf("machine: %w", err)
	}
	initramfs = filepath.Join(folder, "initramfs")
	if err := os.WriteFile(initramfs, gpiokernel.Initramfs(files), 0o600); err != nil {
		return "", "", fmt.Errorf("machine: %w", err)
	}
	return initramfs, guest, nil
}

// run runs a command in a folder and returns what it printed.
func run(ctx context.Context, folder string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = folder
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("machine: %s: %w\n%s%s", args[0], err, out, complaint.String())
	}
	return string(out), nil
}

// lock waits until no other run builds in the same cache.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("machine: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("machine: flock: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
