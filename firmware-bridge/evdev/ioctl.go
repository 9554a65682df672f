package evdev

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is the part of an input device's interface that is needed.
type kernel struct {
	open func(path string) (fd int, err error)
	take func(fd int) error              // monotonic times, and nobody else gets events
	keys func(fd int) (bits, error)      // that the device has
	down func(fd int) (bits, error)      // that are down; drops key events that wait on fd
	same func(fd int, path string) error // whether fd is the device at path, and that is there
}

func realKernel() kernel {
	return kernel{open: openFile, take: take, keys: keys, down: down, same: same}
}

// request is _IOC(dir, 'E', nr, size) of asm-generic/ioctl.h, which amd64 and
// arm64 share.
func request(dir, nr, size uintptr) uintptr { return dir<<30 | size<<16 | 'E'<<8 | nr }

const (
	iocWrite = 1
	iocRead  = 2
)

var (
	eviocsclockid = request(iocWrite, 0xa0, unsafe.Sizeof(int32(0)))
	eviocgrab     = request(iocWrite, 0x90, unsafe.Sizeof(int32(0)))
	eviocsrep     = request(iocWrite, 0x03, unsafe.Sizeof([2]uint32{}))
	eviocgbitKey  = request(iocRead, 0x20+evKey, unsafe.Sizeof(bits{}))
	eviocgkey     = request(iocRead, 0x18, unsafe.Sizeof(bits{}))
)

func openFile(path string) (int, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("evdev: %w", &os.PathError{Op: "open", Path: path, Err: err})
	}
	return fd, nil
}

// take makes a device ours alone.
func take(fd int) error {
	if err := grab(fd); err != nil {
		return err
	}
	// A held key would repeat itself 30 times a second and, while this program
	// is away, fill the 64 events that the kernel keeps. Buttons without
	// repetition refuse this.
	var never [2]uint32 // delay and period
	_ = ioctl(fd, eviocsrep, uintptr(unsafe.Pointer(&never)))
	return nil
}

func grab(fd int) error {
	clock := int32(unix.CLOCK_MONOTONIC)
	if err := ioctl(fd, eviocsclockid, uintptr(unsafe.Pointer(&clock))); err != nil {
		if errors.Is(err, unix.ENOTTY) {
			err = fmt.Errorf("%w: %w", ErrNoDevice, err)
		}
		return fmt.Errorf("evdev: monotonic times: %w", err)
	}
	err := ioctl(fd, eviocgrab, 1)
	if errors.Is(err, unix.EBUSY) {
		err = fmt.Errorf("another program has grabbed it: %w", err)
	}
	if err != nil {
		return fmt.Errorf("evdev: grab: %w", err)
	}
	return nil
}

func same(fd int, path string) error {
	var a, b unix.Stat_t
	if err := errors.Join(unix.Fstat(fd, &a), unix.Stat(path, &b)); err != nil {
		return fmt.Errorf("evdev: %w", err)
	}
	if a.Mode&unix.S_IFMT != unix.S_IFCHR || a.Rdev != b.Rdev {
		return fmt.Errorf("evdev: what was left is not %s", path)
	}
	if _, err := keys(fd); err != nil { // unplugged, and another may have its number
		return err
	}
	return unix.SetNonblock(fd, true)
}

func keys(fd int) (b bits, err error) { return read(fd, eviocgbitKey) }
func down(fd int) (b bits, err error) { return read(fd, eviocgkey) }

func read(fd int, req uintptr) (b bits, err error) {
	if err := ioctl(fd, req, uintptr(unsafe.Pointer(&b))); err != nil {
		return b, fmt.Errorf("evdev: read keys: %w", err)
	}
	return b, nil
}

func ioctl(fd int, req, arg uintptr) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), req, arg)
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}
