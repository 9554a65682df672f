package evdev

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// source is one opened device. Only the goroutine of that device uses it.
type source interface {
	// Wait returns when an event may be read, when the time is over, or when
	// the reader is to stop; it returns an error when the device is gone.
	Wait(timeout time.Duration) error
	// Read fills buf with waiting events and returns how many: 0 if none waits.
	Read(buf []event) (int, error)
	// Down says which keys are down now.
	Down() (bits, error)
	Close() error
}

// Errors of a device. They are wrapped with its path.
var (
	ErrNoDevice = errors.New("this is no input device")
	ErrNoKey    = errors.New("the device has no key of this code")
	errGone     = errors.New("evdev: the device is gone")
)

// fdSource owns two descriptors of one device: events come from fd, the state
// of the keys from state. wake becomes readable when reading is to stop.
type fdSource struct {
	fd, state, wake int
	kernel          kernel
	raw             []byte
}

// openSource opens a device that has all these keys.
func openSource(k kernel, path string, wake int, codes []Code) (source, error) {
	// Both descriptors must be of one device, also while links change.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	s := &fdSource{fd: -1, state: -1, wake: wake, kernel: k, raw: make([]byte, 64*eventSize)}
	if err := s.open(path, codes); err != nil {
		_ = s.Close() // there is a better error to tell
		return nil, err
	}
	return s, nil
}

func (s *fdSource) open(path string, codes []Code) (err error) {
	if s.fd, err = s.kernel.open(path); err != nil {
		return err
	}
	if err := s.kernel.take(s.fd); err != nil {
		return fmt.Errorf("%w (%s)", err, path)
	}
	if s.state, err = s.kernel.open(path); err != nil {
		return err
	}
	there, err := s.kernel.keys(s.state)
	if err != nil {
		return err
	}
	for _, c := range codes {
		if !there.has(c) {
			return fmt.Errorf("evdev: %s: %w: %s", path, ErrNoKey, c)
		}
	}
	return nil
}

func (s *fdSource) Wait(timeout time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}, {Fd: int32(s.wake), Events: unix.POLLIN}}
	// Round up: waking a little early would only mean to wait once more.
	n, err := unix.Poll(fds, int((timeout+time.Millisecond-1)/time.Millisecond))
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("evdev: poll: %w", err)
	case n > 0 && fds[0].Revents&unix.POLLIN == 0 && fds[0].Revents != 0:
		return errGone // POLLHUP or POLLERR, and nothing left to read
	}
	return nil
}

func (s *fdSource) Read(buf []event) (int, error) {
	raw := s.raw[:min(len(s.raw), len(buf)*eventSize)]
	n, err := unix.Read(s.fd, raw)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return 0, nil
	case errors.Is(err, unix.ENODEV):
		return 0, errGone
	case err != nil:
		return 0, fmt.Errorf("evdev: read: %w", err)
	case n == 0:
		return 0, fmt.Errorf("evdev: read: %w", io.EOF)
	case n%eventSize != 0:
		return 0, fmt.Errorf("evdev: read %d octets, which are no whole events", n)
	}
	return decode(buf, raw[:n]), nil
}

func (s *fdSource) Down() (bits, error) { return s.kernel.down(s.state) }

func (s *fdSource) Close() error {
	var first error
	for _, fd := range []int{s.fd, s.state} {
		if fd < 0 {
			continue
		}
		if err := unix.Close(fd); err != nil && first == nil {
			first = err
		}
	}
	return first
}
