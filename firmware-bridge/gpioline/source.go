package gpioline

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// source is one requested line. Only the goroutine of that line uses it.
type source interface {
	// Wait returns when an event may be read, when the time is over, or when
	// the reader is to stop; it returns an error when the line is gone.
	Wait(timeout time.Duration) error
	// Read fills buf with waiting events and returns how many: 0 if none waits.
	Read(buf []uapi.LineEvent) (int, error)
	// Level says whether the line is active now.
	Level() (bool, error)
	Close() error
}

// eventSize is 48 octets on every architecture: the ABI is laid out so.
const eventSize = int(unsafe.Sizeof(uapi.LineEvent{}))

// fdSource reads a line's file descriptor, which it owns. wake is a descriptor
// that becomes readable, for ever, when reading is to stop.
type fdSource struct {
	fd, wake int
	level    func(fd int) (bool, error)
	raw      []byte
}

func newFdSource(fd, wake int, level func(fd int) (bool, error)) *fdSource {
	return &fdSource{fd: fd, wake: wake, level: level, raw: make([]byte, 64*eventSize)}
}

// errGone is reported by poll when the chip was unplugged.
var errGone = errors.New("gpioline: the chip is gone")

func (s *fdSource) Wait(timeout time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}, {Fd: int32(s.wake), Events: unix.POLLIN}}
	// Round up: waking a little early would only mean to wait once more.
	n, err := unix.Poll(fds, int((timeout+time.Millisecond-1)/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("gpioline: poll: %w", err)
	case n > 0 && fds[0].Revents&unix.POLLIN == 0 && fds[0].Revents != 0:
		return errGone // POLLHUP, POLLERR or POLLNVAL, and nothing left to read
	}
	return nil
}

func (s *fdSource) Read(buf []uapi.LineEvent) (int, error) {
	raw := s.raw[:min(len(s.raw), len(buf)*eventSize)]
	n, err := unix.Read(s.fd, raw)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("gpioline: read: %w", err)
	case n == 0:
		return 0, fmt.Errorf("gpioline: read: %w", io.EOF)
	case n%eventSize != 0:
		return 0, fmt.Errorf("gpioline: read %d octets, which are no whole events", n)
	}
	for i := range n / eventSize {
		decodeEvent(&buf[i], raw[i*eventSize:])
	}
	return n / eventSize, nil
}

// decodeEvent reads struct gpio_v2_line_event of include/uapi/linux/gpio.h.
func decodeEvent(e *uapi.LineEvent, raw []byte) {
	*e = uapi.LineEvent{
		Timestamp: binary.NativeEndian.Uint64(raw),
		ID:        uapi.LineEventID(binary.NativeEndian.Uint32(raw[8:])),
		Offset:    binary.NativeEndian.Uint32(raw[12:]),
		Seqno:     binary.NativeEndian.Uint32(raw[16:]),
		LineSeqno: binary.NativeEndian.Uint32(raw[20:]),
	}
}

func (s *fdSource) Level() (bool, error) { return s.level(s.fd) }

func (s *fdSource) Close() error { return unix.Close(s.fd) }

// kernelLevel asks the kernel for the debounced, logical level of a line.
func kernelLevel(fd int) (bool, error) {
	v := uapi.LineValues{Mask: uapi.NewLineBitMask(1)}
	if err := uapi.GetLineValuesV2(uintptr(fd), &v); err != nil {
		return false, fmt.Errorf("gpioline: read level: %w", err)
	}
	return v.Get(0) == 1, nil
}
