package watch

import (
	"errors"
	"fmt"
	"io"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover"
)

// Descriptor reads a file that delivers records of one size, laid out as E is
// in memory: what the kernel's structures of events are. It owns FD.
type Descriptor[E any] struct {
	FD   int
	Wake int    // becomes readable, for ever, when reading is to stop
	Name string // of the package that reads, for errors
	Gone error  // what is said when the device is gone
	// Desk is where events are read to, so that they outlive us; nil if there
	// is none.
	Desk *handover.Desk
}

// Wait returns when an event may be read, when the time is over, or when the
// reader is to stop; it returns an error when the device is gone.
func (d *Descriptor[E]) Wait(timeout time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(d.FD), Events: unix.POLLIN}, {Fd: int32(d.Wake), Events: unix.POLLIN}}
	// Round up: waking a little early would only mean to wait once more.
	n, err := unix.Poll(fds, int((timeout+time.Millisecond-1)/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("%s: poll: %w", d.Name, err)
	case n > 0 && fds[0].Revents&unix.POLLIN == 0 && fds[0].Revents != 0:
		return d.Gone // POLLHUP, POLLERR or POLLNVAL, and nothing left to read
	}
	return nil
}

// Read fills buf with waiting events and returns how many: 0 if none waits.
func (d *Descriptor[E]) Read(buf []E) (int, error) {
	size := int(unsafe.Sizeof(*new(E)))
	raw := octets(buf)
	if d.Desk.Kept() {
		raw = d.Desk.Room(len(raw))
		raw = raw[:len(raw)/size*size]
	}
	n, err := unix.Read(d.FD, raw)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return 0, nil
	case errors.Is(err, unix.ENODEV):
		return 0, d.Gone
	case err != nil:
		return 0, fmt.Errorf("%s: read: %w", d.Name, err)
	case n == 0:
		return 0, fmt.Errorf("%s: read: %w", d.Name, io.EOF)
	case n%size != 0:
		return 0, fmt.Errorf("%s: read %d octets, which are no whole events", d.Name, n)
	}
	if d.Desk.Kept() {
		copy(octets(buf), raw[:n])
		d.Desk.Landed(n)
	}
	return n / size, nil
}

// Close closes the file.
func (d *Descriptor[E]) Close() error { return unix.Close(d.FD) }

// octets are the memory of events.
func octets[E any](events []E) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(events))), len(events)*int(unsafe.Sizeof(*new(E))))
}
