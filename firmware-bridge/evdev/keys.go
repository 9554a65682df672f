package evdev

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
)

// KeyCode is one key of a kiosk and the code that the device sends for it.
type KeyCode struct {
	Key  input.Key
	Code Code
}

// Keys is the Input of the keys of one device.
type Keys struct {
	queue *input.Queue
	stop  chan struct{}
	wake  int // eventfd, readable from Close on
	once  sync.Once
	wg    sync.WaitGroup
	err   error
}

var _ input.Input = (*Keys)(nil)

// wakeUp makes an eventfd readable: any value but 0 does, in either byte order.
var wakeUp = [8]byte{1}

// Open begins to read keys of the device at a path, best a link below
// /dev/input/by-id or by-path: the number of an event device depends on the
// order in which devices come. A device that is absent, taken by another
// program or without such a key is no error but a Fault event of each key, and
// Restored once it is there. An error means settings that can never work.
func Open(path string, codes ...KeyCode) (*Keys, error) { return open(realKernel(), path, codes) }

func open(kernel kernel, path string, codes []KeyCode) (*Keys, error) {
	if err := validate(path, codes); err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("evdev: eventfd: %w", err)
	}
	k := &Keys{queue: input.NewQueue(), stop: make(chan struct{}), wake: wake}
	var all []Code
	for _, c := range codes {
		all = append(all, c.Code)
	}
	device := func() (source, error) { return openSource(kernel, path, wake, all) }
	w := newWatcher(codes, device, input.Monotonic, k.rest, k.queue.Push)
	k.wg.Go(w.run)
	return k, nil
}

func validate(path string, codes []KeyCode) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("evdev: path %q is not absolute", path)
	}
	if len(codes) == 0 {
		return errors.New("evdev: no key is named")
	}
	keys, used := map[input.Key]bool{}, map[Code]bool{}
	for _, c := range codes {
		if err := errors.Join(c.Key.Validate(), c.Code.Validate()); err != nil {
			return err
		}
		if keys[c.Key] || used[c.Code] {
			return fmt.Errorf("evdev: %s key with code %s: a key has one code and a code one key", c.Key, c.Code)
		}
		keys[c.Key], used[c.Code] = true, true
	}
	return nil
}

func (k *Keys) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-k.stop:
		return false
	default:
	}
	if d == 0 {
		return true
	}
	select {
	case <-k.stop:
		return false
	case <-t.C:
		return true
	}
}

// Events implements input.Input.
func (k *Keys) Events() <-chan input.Event { return k.queue.Events() }

// Close implements input.Input. The device types again what it is told to.
func (k *Keys) Close() error {
	k.once.Do(func() {
		close(k.stop)
		_, err := unix.Write(k.wake, wakeUp[:])
		k.wg.Wait()
		k.queue.Close()
		k.err = errors.Join(err, unix.Close(k.wake))
	})
	return k.err
}
