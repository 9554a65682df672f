// Package pinwatch is the Input of keys on any periph.io pin, such as those
// of an I2C expander or a USB adapter, whose driver neither debounces nor
// stamps its edges with a time. Where the kernel's GPIO character device is at
// hand, package gpioline is better in every respect.
package pinwatch

import (
	"fmt"
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
	*input.Runtime
	now  func() time.Duration
	pins []Pin
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
	r, err := input.NewRuntime()
	if err != nil {
		return nil, err
	}
	w := &Keys{Runtime: r, now: input.NewClock(), pins: pins}
	for _, p := range pins {
		w.Go(func() { w.watch(p) })
	}
	return w, nil
}

// Close implements input.Input. It may take a second: a pin cannot be woken.
func (w *Keys) Close() error {
	first := w.Runtime.Close()
	for _, p := range w.pins {
		if err := p.In.Halt(); err != nil && first == nil {
			first = fmt.Errorf("pinwatch: %s: %w", p.In, err)
		}
	}
	return first
}

func (w *Keys) watch(p Pin) {
	m := key.NewMachine(p.Key, key.Raw(), w.Emit)
	level := func() bool { return (p.In.Read() == gpio.High) != p.ActiveLow }
	m.Level(level(), w.now(), input.ByLevel)
	for w.Rest(0) {
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
