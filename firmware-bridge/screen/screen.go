// Package screen is the Input of keys drawn on a screen: the demo's stand-in
// for the keys of a kiosk. They obey the same rules as keys of metal,
// including being stuck when a page never tells that the finger left.
package screen

import (
	"sync"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// Keys are the two on-screen keys. They are safe for use by many goroutines.
type Keys struct {
	queue *input.Queue
	now   func() time.Duration

	mu     sync.Mutex
	keys   map[input.Key]*drawn
	closed bool
}

// drawn is one key with the timer that wakes its machine.
type drawn struct {
	machine *key.Machine
	timer   *time.Timer
}

// New returns keys that are up. Close ends them.
func New() *Keys {
	s := &Keys{queue: input.NewQueue(), now: input.NewClock(), keys: map[input.Key]*drawn{}}
	for _, k := range input.Keys() {
		s.keys[k] = &drawn{machine: key.NewMachine(k, key.Debounced(), s.queue.Push)}
	}
	return s
}

var _ input.Input = (*Keys)(nil)

// Press puts a finger on a key; pressing a key that is down changes nothing.
// It returns an error for a key that no kiosk has.
func (s *Keys) Press(k input.Key) error { return s.touch(k, true) }

// Release takes the finger off; the Release event follows key.Release later.
// It returns an error for a key that no kiosk has.
func (s *Keys) Release(k input.Key) error { return s.touch(k, false) }

// Events implements input.Input.
func (s *Keys) Events() <-chan input.Event { return s.queue.Events() }

// Close implements input.Input.
func (s *Keys) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, d := range s.keys {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	s.mu.Unlock()
	s.queue.Close()
	return nil
}

func (s *Keys) touch(k input.Key, down bool) error {
	if err := k.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	d := s.keys[k]
	d.machine.Level(down, s.now(), input.ByEdge)
	s.arm(d)
	return nil
}

// arm sets the timer to the next moment at which the key changes by itself.
func (s *Keys) arm(d *drawn) {
	if d.timer != nil {
		d.timer.Stop()
	}
	due, ok := d.machine.Next()
	if !ok {
		return
	}
	d.timer = time.AfterFunc(due-s.now(), func() { s.wake(d) })
}

// wake may come late, after the timer was set anew: the machine knows by the
// time alone whether anything is due.
func (s *Keys) wake(d *drawn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	d.machine.Advance(s.now())
	s.arm(d)
}
