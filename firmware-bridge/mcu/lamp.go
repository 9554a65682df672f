package mcu

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The outputs of the firmware, in the order of its pins.
const (
	RedLamp   = "red"    // in the red key
	GreenLamp = "green"  // in the green key
	LineLamp  = "line"   // whether anybody can be reached
	Buzzer    = "buzzer" // silent as soon as the host is lost
)

// lampNames lists the outputs by their numbers in a command.
var lampNames = [Outputs]string{RedLamp, GreenLamp, LineLamp, Buzzer}

// Pattern is what an output does over and over: bit k, from the lowest, is
// whether it is on during step k of 16 steps of 128 ms each. The firmware
// runs it, in time with all other outputs, however late the host is.
type Pattern uint16

// The simplest patterns.
const (
	Off Pattern = 0
	On  Pattern = 0xffff
)

// PatternStep is how long one bit of a Pattern lasts.
const PatternStep = 128 * time.Millisecond

// ErrAway is returned by a Lamp while its microcontroller cannot be heard.
// What was set is shown as soon as it is back.
var ErrAway = errors.New("mcu: the microcontroller cannot be heard")

// Lamp is one output of a Board. Its methods may be called from anywhere and
// do not wait for the line: 1 ms where they find a Board busy.
type Lamp struct {
	board *Board
	index int
}

// Lamp returns the output of that name: RedLamp, GreenLamp, LineLamp or
// Buzzer. An unknown name is an error.
func (b *Board) Lamp(name string) (*Lamp, error) {
	i := slices.Index(lampNames[:], name)
	if i < 0 {
		return nil, fmt.Errorf("mcu: there is no output %q; there are: %s", name, strings.Join(lampNames[:], ", "))
	}
	return &Lamp{board: b, index: i}, nil
}

// Name is the name by which the lamp was asked for.
func (l *Lamp) Name() string { return lampNames[l.index] }

// Set lights the lamp or puts it out. It is on the line within 20 ms and
// repeated each 60 ms until the firmware has it. The error is ErrAway or nil.
func (l *Lamp) Set(on bool) error {
	if on {
		return l.Show(On)
	}
	return l.Show(Off)
}

// Show lets the firmware run a pattern. Otherwise it is like Set.
func (l *Lamp) Show(p Pattern) error {
	b := l.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown[l.index] != p {
		b.shown[l.index] = p
		b.rev++
	}
	if !b.present {
		return ErrAway
	}
	return nil
}
