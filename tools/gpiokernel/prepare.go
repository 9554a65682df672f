package gpiokernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// Kernel is what a machine is booted from, as paths of files.
type Kernel struct {
	Image   string   // an uncompressed vmlinux
	Modules []string // of GPIO, in the order in which they are to be loaded
	Input   []string // of input devices, likewise
	Tree    string   // a folder to become /lib/modules of a whole Debian: Debian's modules in kept, and gpio-sim
	Version string   // of the Debian packages, such as "6.1.192-2"
	Release string   // as uname -r says it, such as "6.1.0-56-amd64"; the folder in Tree has this name
}

// kept are the parts of Debian's modules that a whole machine with a disk, a
// network, USB and a sound card needs.
var kept = []string{
	"crypto/crc32c_generic.ko", "lib/crc16.ko", "lib/libcrc32c.ko", "fs/ext4", "fs/jbd2", "fs/mbcache.ko", "fs/autofs", "fs/configfs",
	"drivers/virtio", "drivers/block/virtio_blk.ko", "drivers/char/virtio_console.ko",
	"drivers/net/virtio_net.ko", "drivers/net/net_failover.ko", "net/core/failover.ko",
	"drivers/input/evdev.ko", "drivers/input/misc/uinput.ko", "drivers/hid/hid.ko", "drivers/hid/hid-generic.ko", "drivers/hid/usbhid",
	"drivers/usb/common", "drivers/usb/core", "drivers/usb/host", "drivers/usb/class/cdc-acm.ko",
	"drivers/usb/serial/usbserial.ko", "drivers/usb/serial/ftdi_sio.ko", "sound/core", "sound/drivers/snd-dummy.ko", "sound/soundcore.ko",
}

// release is a kernel whose headers are installed.
type release struct {
	name    string // as uname -r says it, such as "6.1.0-56-amd64"
	version string // of the package, such as "6.1.192-2"
}

// contents ends the name of what is kept, so that an older program's is not
// taken for whole.
const contents = "-with-tree"

// headers are where Debian unpacks a kernel's headers.
const headers = "/usr/src/linux-headers-"

// Prepare gives the kernel and its modules, built anew if cache does not have
// them yet: that takes about 20 s and downloads about 210 MB.
func Prepare(ctx context.Context, cache string) (Kernel, error) {
	r, err := installed(ctx)
	if err != nil {
		return Kernel{}, err
	}
	cache, err = filepath.Abs(cache) // make changes folders
	if err = errors.Join(err, os.MkdirAll(cache, 0o755)); err != nil {
		return Kernel{}, fmt.Errorf("gpiokernel: %w", err)
	}
	unlock, err := lock(filepath.Join(cache, "lock"))
	if err != nil {
		return Kernel{}, err
	}
	defer unlock()
	folder := filepath.Join(cache, r.version+contents)
	k := Kernel{Image: filepath.Join(folder, "vmlinux"), Version: r.version, Release: r.name, Tree: filepath.Join(folder, "modules"),
		Modules: []string{filepath.Join(folder, "configfs.ko"), filepath.Join(folder, "huying_gpio.ko")},
		Input:   []string{filepath.Join(folder, "evdev.ko"), filepath.Join(folder, "uinput.ko")}}
	if _, err := os.Stat(folder); err == nil {
		return k, nil
	}
	work, err := os.MkdirTemp(cache, "build-")
	if err != nil {
		return Kernel{}, fmt.Errorf("gpiokernel: %w", err)
	}
	defer os.RemoveAll(work)
	if err := build(ctx, work, r); err != nil {
		return Kernel{}, err
	}
	// Only what is whole gets the name that the next run looks for.
	if err := os.Rename(filepath.Join(work, "done"), folder); err != nil {
		return Kernel{}, fmt.Errorf("gpiokernel: %w", err)
	}
	return k, nil
}

var releaseName = regexp.MustCompile(`^6\.1\.0-\d+-amd64$`)

// installed finds the headers by which modules can be built. gpio-sim needs
// ABI v2 and a source package of the same version: Debian 12's own kernel.
func installed(ctx context.Context) (release, error) {
	paths, _ := filepath.Glob(headers + "*-amd64") // the pattern is well formed
	var found release
	for _, path := range paths {
		name := strings.TrimPrefix(path, headers)
		if !releaseName.MatchString(name) {
			continue
		}
		version, err := run(ctx, "", "dpkg-query", "-W", "-f", "${Version}", "linux-headers-"+name)
		if err != nil {
			return release{}, err
		}
		found = release{name, version} // Glob sorts: of several the last
	}
	if found.name == "" {
		return release{}, errors.New("gpiokernel: no headers of a Linux 6.1 are installed: apt-get install linux-headers-amd64")
	}
	return found, nil
}

// build leaves what Kernel names in work/done.
func build(ctx context.Context, work string, r release) error {
	for _, step := range []func(context.Context, string, release) error{download, unpack, module, finish, index} {
		if err := step(ctx, work, r); err != nil {
			return err
		}
	}
	return nil
}

func download(ctx context.Context, work string, r release) error {
	get := []string{"apt-get", "-q", "download", "linux-source-6.1=" + r.version, "linux-image-" + r.name + "=" + r.version}
	if _, err := run(ctx, work, get...); err == nil {
		return nil
	}
	// A machine whose lists of packages are old or gone.
	if _, err := run(ctx, work, "apt-get", "-q", "update"); err != nil {
		return err
	}
	_, err := run(ctx, work, get...)
	return err
}

// sources are the files of the kernel that the module is made of.
var sources = []string{"drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c"}

func unpack(ctx context.Context, work string, r release) error {
	members, parts := "", ""
	for _, s := range sources {
		members += " linux-source-6.1/" + s
	}
	for _, k := range kept {
		parts += " ./lib/modules/" + r.name + "/kernel/" + k
	}
	_, err := run(ctx, work, "sh", "-ec", `
mkdir -p module done
dpkg-deb --fsys-tarfile linux-source-6.1_*.deb | tar xO ./usr/src/linux-source-6.1.tar.xz | xz -dc |
	tar x --strip-components=1`+members+`
rm linux-source-6.1_*.deb
dpkg-deb --fsys-tarfile linux-image-*.deb | tar x ./boot/vmlinuz-`+r.name+` \
	./lib/modules/`+r.name+`/modules.order ./lib/modules/`+r.name+`/modules.builtin ./lib/modules/`+r.name+`/modules.builtin.modinfo`+parts+`
rm linux-image-*.deb
mv `+strings.Join(sources, " ")+` module/
cd lib/modules/`+r.name+`/kernel
cp fs/configfs/configfs.ko drivers/input/evdev.ko drivers/input/misc/uinput.ko ../../../../done/
cd ../../../..
mv lib/modules done/modules
mv boot/vmlinuz-`+r.name+` vmlinuz
`)
	return err
}

// module builds gpio-sim and the interrupt simulator that it needs as one. A
// module may not call irq_to_desc; what it may call gives the same.
func module(ctx context.Context, work string, r release) error {
	folder := filepath.Join(work, "module")
	path := filepath.Join(folder, "irq_sim.c")
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("gpiokernel: %w", err)
	}
	const hidden, open = "irq_to_desc(irqnum)", "irq_data_to_desc(irq_get_irq_data(irqnum))"
	if strings.Count(string(text), hidden) != 1 {
		return fmt.Errorf("gpiokernel: irq_sim.c of %s does not call %s once; look at it", r.version, hidden)
	}
	makefile := "obj-m := huying_gpio.o\nhuying_gpio-objs := gpio-sim.o irq_sim.o\n"
	err = errors.Join(
		os.WriteFile(path, []byte(strings.Replace(string(text), hidden, open, 1)), 0o644),
		os.WriteFile(filepath.Join(folder, "Makefile"), []byte(makefile), 0o644))
	if err != nil {
		return fmt.Errorf("gpiokernel: %w", err)
	}
	// make's own environment must not leak in: this may run under make.
	if _, err := run(ctx, work, "env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS",
		"make", "-C", headers+r.name, "M="+folder, "modules"); err != nil {
		return err
	}
	_, err = run(ctx, folder, "strip", "--strip-debug", "-o", "../done/huying_gpio.ko", "huying_gpio.ko")
	return err
}

// finish takes the compressed kernel out of its boot loader's wrapping: the
// emulated machine would need seconds for that.
func finish(ctx context.Context, work string, _ release) error {
	raw, err := os.ReadFile(filepath.Join(work, "vmlinuz"))
	if err != nil {
		return fmt.Errorf("gpiokernel: %w", err)
	}
	packed, err := payload(raw)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "vmlinux.xz"), packed, 0o644); err != nil {
		return fmt.Errorf("gpiokernel: %w", err)
	}
	_, err = run(ctx, work, "sh", "-ec", "xz -dc --single-stream vmlinux.xz > vmlinux && strip --strip-debug -o done/vmlinux vmlinux")
	return err
}

// index makes the modules a tree that modprobe can use.
func index(ctx context.Context, work string, r release) error {
	_, err := run(ctx, filepath.Join(work, "done"), "sh", "-ec", `
mkdir modules/`+r.name+`/extra
cp huying_gpio.ko modules/`+r.name+`/extra/
# depmod wants the whole path.
mkdir -p base/lib && mv modules base/lib/
depmod --basedir "$PWD/base" `+r.name+`
mv base/lib/modules . && rm -r base
`)
	return err
}

// run runs a command in a folder and returns what it printed.
func run(ctx context.Context, folder string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = folder
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("gpiokernel: %s: %w\n%s%s", args[0], err, out, complaint.String())
	}
	return string(out), nil
}

// lock waits until no other run builds in the same cache.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("gpiokernel: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("gpiokernel: flock: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
