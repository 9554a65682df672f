package evdev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of linux/uinput.h; amd64 and arm64 share them.
const (
	uiDevCreate  = 'U'<<8 | 1
	uiDevDestroy = 'U'<<8 | 2
	uiDevSetup   = iocWrite<<30 | 92<<16 | 'U'<<8 | 3
	uiSetEvbit   = iocWrite<<30 | 4<<16 | 'U'<<8 | 100
	uiSetKeybit  = iocWrite<<30 | 4<<16 | 'U'<<8 | 101
	uiGetSysname = iocRead<<30 | 64<<16 | 'U'<<8 | 44
	evRep        = 0x14
)

// virtual is a keyboard that the kernel's uinput makes, with repetition. The
// path at which it is found stays the same, as udev's links do.
type virtual struct {
	fd   int
	path string
}

// plug makes the device appear at a path.
func plug(path string, codes ...Code) (*virtual, error) {
	fd, err := unix.Open("/dev/uinput", unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/uinput: %w", err)
	}
	v := &virtual{fd: fd, path: path}
	if err := errors.Join(v.make(codes), v.name()); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return v, nil
}

func (v *virtual) make(codes []Code) error {
	err := errors.Join(ioctl(v.fd, uiSetEvbit, evKey), ioctl(v.fd, uiSetEvbit, evRep))
	for _, c := range codes {
		err = errors.Join(err, ioctl(v.fd, uiSetKeybit, uintptr(c)))
	}
	var setup struct {
		Bus, Vendor, Product, Version uint16
		Name                          [80]byte
		FF                            uint32
	}
	setup.Bus = 3 // USB
	copy(setup.Name[:], "huying test keys")
	return errors.Join(err, ioctl(v.fd, uiDevSetup, uintptr(unsafe.Pointer(&setup))), ioctl(v.fd, uiDevCreate, 0))
}

// name links the event device of this keyboard to its path.
func (v *virtual) name() error {
	var raw [64]byte
	if err := ioctl(v.fd, uiGetSysname, uintptr(unsafe.Pointer(&raw))); err != nil {
		return err
	}
	sys := "/sys/devices/virtual/input/" + strings.TrimRight(string(raw[:]), "\x00")
	found, err := filepath.Glob(sys + "/event*")
	if err != nil || len(found) != 1 {
		return fmt.Errorf("%s has %q: %w", sys, found, err)
	}
	_ = os.Remove(v.path) // of an earlier device
	return os.Symlink("/dev/input/"+filepath.Base(found[0]), v.path)
}

// set moves a key; the kernel passes on only what changes.
func (v *virtual) set(c Code, value int32) {
	events := [2]event{{Type: evKey, Code: uint16(c), Value: value}, {Type: evSyn}}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&events)), len(events)*eventSize)
	if n, err := unix.Write(v.fd, raw); n != len(raw) || err != nil {
		panic(fmt.Sprintf("uinput took %d octets: %v", n, err))
	}
}

// unplug takes the device out of the machine.
func (v *virtual) unplug() error {
	return errors.Join(ioctl(v.fd, uiDevDestroy, 0), unix.Close(v.fd), os.Remove(v.path))
}
