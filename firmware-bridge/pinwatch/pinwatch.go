// Package pinwatch is the Input of keys on any periph.io pin, such as those
// of an I2C expander or a USB adapter, whose driver neither debounces nor
// stamps its edges with a time. Where the kernel's GPIO character device is at
// hand, package gpioline is better in every respect.
package pinwatch

import (
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// compareEvery is how often a level is compared with what the edges told, so
// that a lost edge delays a press by at most this long.
const compareEvery = time.Second

// Pin is one key and the pin to which it is wired.
type Pin struct {
	Key       input.Key
	In        gpio.PinIn
	Pull      gpio.Pull
	ActiveLow bool // true where pressing connects the pin to ground
}

// Keys watches pins, each in a goroutine of its own.
type Keys struct {
	queue *input.Queue
	now   func() time.Duration
	stop  chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
	pins  []Pin
}

var _ input.Input = (*Keys)(nil)

// Open sets up every pin as an input and starts watching. A pin that cannot
// be set up is an error, and nothing is left running.
func Open(pins ...Pin) (*Keys, error) {
	for _, p := range pins {
		if err := p.Key.Validate(); err != nil {
			return nil, err
		}
		if err := p.In.In(p.Pull, gpio.BothEdges); err != nil {
			return nil, fmt.Errorf("pinwatch: %s key on %s: %w", p.Key, p.In, err)
		}
	}
	w := &Keys{queue: input.NewQueue(), now: input.NewClock(), stop: make(chan struct{}), pins: pins}
	for _, p := range pins {
		w.wg.Go(func() { w.watch(p) })
	}
	return w, nil
}

// Events implements input.Input.
func (w *Keys) Events() <-chan input.Event { return w.queue.Events() }

// Close implements input.Input. It may take a second: a pin cannot be woken.
func (w *Keys) Close() error {
	w.once.Do(func() { close(w.stop) })
	w.wg.Wait()
	w.queue.Close()
	var first error
	for _, p := range w.pins {
		if err := p.In.Halt(); err != nil && first == nil {
			first = fmt.Errorf("pinwatch: %s: %w", p.In, err)
		}
	}
	return first
}

func (w *Keys) watch(p Pin) {
	m := key.NewMachine(p.Key, key.Raw(), w.queue.Push)
	level := func() bool { return (p.In.Read() == gpio.High) != p.ActiveLow }
	m.Level(level(), w.now(), input.ByLevel)
	for {
		select {
		case <-w.stop:
			return
		default:
		}
		edge := p.In.WaitForEdge(w.patience(m))
		for edge { // drain until empty: only then may a timer decide anything
			m.Level(level(), w.now(), input.ByEdge)
			edge = p.In.WaitForEdge(0)
		}
		// A level that differs here is an edge that was lost.
		m.Level(level(), w.now(), input.ByLevel)
	}
}

// patience is how long to wait for an edge before something else is due.
func (w *Keys) patience(m *key.Machine) time.Duration {
	due, ok := m.Next()
	if !ok {
		return compareEvery
	}
	return min(compareEvery, max(0, due-w.now()))
}
