package survey

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/evdev"
)

// Touch is a line or a key that changed.
type Touch struct {
	Chip, Line string     // label and name of a GPIO line,
	Device     string     // or the stable name of an input device
	Lasting    bool       // which stays the same when the device is plugged in again
	Code       evdev.Code // and the key's code
	Pressed    bool
}

// tap is one descriptor that is watched.
type tap struct {
	fd   int
	size int // octets of one event
	read func(raw []byte) (Touch, bool)
}

// Watcher watches many lines and devices at once.
type Watcher struct {
	taps    []tap
	touches chan Touch
	wake    int
	stop    chan struct{}
	once    sync.Once
	gone    chan struct{}
}

// Watch begins to watch every free line of the chips and every device that can
// be opened. What cannot be watched is told in failed and left out. Keys are
// taken to connect their line to ground, or to the supply if activeHigh.
func Watch(chips []Chip, devices []Device, activeHigh bool) (w *Watcher, failed []error) {
	var taps []tap
	for _, c := range chips {
		got, errs := lineTaps(c, activeHigh)
		taps, failed = append(taps, got...), append(failed, errs...)
	}
	for _, d := range devices {
		t, err := keyTap(d)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		taps = append(taps, t)
	}
	w, err := watch(taps)
	if err != nil {
		failed = append(failed, err)
	}
	return w, failed
}

func watch(taps []tap) (*Watcher, error) {
	w := &Watcher{taps: taps, touches: make(chan Touch), stop: make(chan struct{}), gone: make(chan struct{})}
	var err error
	if w.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		err = fmt.Errorf("survey: eventfd: %w", err)
		close(w.touches)
		close(w.gone)
		return w, err
	}
	go w.run()
	return w, nil
}

// Touches delivers what changes, in no order between devices. Close closes it.
func (w *Watcher) Touches() <-chan Touch { return w.touches }

// Count is how many lines and devices are watched.
func (w *Watcher) Count() int { return len(w.taps) }

// Close gives everything back and may be called again.
func (w *Watcher) Close() {
	w.once.Do(func() {
		close(w.stop)
		one := [8]byte{1}
		_, _ = unix.Write(w.wake, one[:]) // fails only if the watcher never ran
		<-w.gone
		for _, t := range w.taps {
			_ = unix.Close(t.fd)
		}
		_ = unix.Close(w.wake)
	})
}

func (w *Watcher) run() {
	defer close(w.gone)
	defer close(w.touches)
	fds := []unix.PollFd{{Fd: int32(w.wake), Events: unix.POLLIN}}
	for _, t := range w.taps {
		fds = append(fds, unix.PollFd{Fd: int32(t.fd), Events: unix.POLLIN})
	}
	for {
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		if fds[0].Revents != 0 {
			return
		}
		for i := range w.taps {
			if fds[i+1].Revents != 0 && !w.drain(w.taps[i]) {
				fds[i+1].Fd = -1 // unplugged: poll passes it over from now on
			}
		}
	}
}

// drain tells what waits at a tap, and false when the tap is gone.
func (w *Watcher) drain(t tap) bool {
	buf := make([]byte, 64*t.size)
	for {
		n, err := unix.Read(t.fd, buf)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			return true
		}
		if err != nil || n <= 0 {
			return false
		}
		for raw := buf[:n]; len(raw) >= t.size; raw = raw[t.size:] {
			touch, ok := t.read(raw)
			if !ok {
				continue
			}
			select {
			case w.touches <- touch:
			case <-w.stop:
				return true
			}
		}
	}
}
