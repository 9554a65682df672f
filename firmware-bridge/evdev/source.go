package evdev

import (
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/watch"
)

// source is one opened device.
type source interface {
	watch.Source[event]
	// Down says which keys are down now.
	Down() (bits, error)
}

// Errors of a device. They are wrapped with its path.
var (
	ErrNoDevice = errors.New("this is no input device")
	ErrNoKey    = errors.New("the device has no key of this code")
	errGone     = errors.New("evdev: the device is gone")
)

// fdSource owns two descriptors of one device: events come from the one that it
// is, the state of the keys from state.
type fdSource struct {
	watch.Descriptor[event]
	state  int
	kernel kernel
}

// openSource takes over the device that an earlier program left, or opens one
// that has all these keys and leaves it for the next program.
func openSource(k kernel, desk *handover.Desk, path string, wake int, codes []Code) (source, error) {
	// Both descriptors must be of one device, also while links change.
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	s := &fdSource{watch.Descriptor[event]{FD: -1, Wake: wake, Name: "evdev", Gone: errGone}, -1, k}
	fd, adopted := desk.Adopt(func(fd int) error { return k.same(fd, path) })
	if adopted {
		s.FD = fd // grabbed, and with monotonic times: both are the open file's
	}
	if err := s.open(path, codes); err != nil {
		_ = s.Close() // there is a better error to tell
		return nil, err
	}
	if adopted || desk.Offer(s.FD) == nil { // if not, it is read as without a keeper
		s.Desk = desk
	}
	return s, nil
}

func (s *fdSource) open(path string, codes []Code) (err error) {
	if s.FD < 0 {
		if s.FD, err = s.kernel.open(path); err != nil {
			return err
		}
		if err := s.kernel.take(s.FD); err != nil {
			return fmt.Errorf("%w (%s)", err, path)
		}
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

func (s *fdSource) Down() (bits, error) { return s.kernel.down(s.state) }

func (s *fdSource) Close() error {
	var first error
	for _, fd := range []int{s.FD, s.state} {
		if fd < 0 {
			continue
		}
		if err := unix.Close(fd); err != nil && first == nil {
			first = err
		}
	}
	return first
}
