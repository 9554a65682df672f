// Package key holds the rules of one key: when a hand has pressed it, when it
// is up again, and when it is stuck. Step is a pure function of a level and a
// time, so that years of bouncing contacts can be tried in a second and every
// kind of hardware behaves alike.
//
//	          active for Settle                held for StuckAfter
//	[up] ------------------------> [down] ------------------------> [stuck]
//	 ^            press             |   \            stuck            |
//	 |                              |    bounce: inactive < Release   |
//	 |    inactive for Release      |    changes nothing              |
//	 +------------------------------+                                 |
//	 |            release                                             |
//	 +----------------------------------------------------------------+
//	      inactive for Release: unstuck, release
package key

import (
	"time"

	"huying/firmware-bridge/input"
)

// Config holds the times of a key.
type Config struct {
	// Settle is how long the line must be active before a press counts. Zero
	// where the source debounces already: then the first edge is the press.
	Settle time.Duration
	// Release is how long the line must be inactive before the key is up.
	Release time.Duration
	// StuckAfter is how long after a press a key still down is stuck.
	StuckAfter time.Duration
}

// The times every kiosk uses.
const (
	// Settle equals the debounce that gpioline asks the kernel for. Contacts of
	// push buttons bounce for 1.6 ms on average, 6.2 ms at worst (Ganssle, "A
	// Guide to Debouncing", 18 kinds of switch), and each pause between two
	// bounces is far shorter than the whole.
	Settle = 5 * time.Millisecond
	// Release joins the gaps of a contact that breaks while it is held: old and
	// trembling hands vary their pressure. In finger-tapping tests healthy
	// people manage five to seven taps a second, so nothing is merged that was
	// meant twice.
	Release = 30 * time.Millisecond
	// StuckAfter is longer than anybody holds a key to be sure that it was
	// felt (a few seconds), and short enough that a key jammed by a leaning
	// object is reported while the first call still rings.
	StuckAfter = 10 * time.Second
)

// Debounced are the times for a line that its source debounces.
func Debounced() Config { return Config{Release: Release, StuckAfter: StuckAfter} }

// Raw are the times for a line that delivers every bounce.
func Raw() Config { return Config{Settle: Settle, Release: Release, StuckAfter: StuckAfter} }

// Phase is what a key is taken to be, bounces aside.
type Phase uint8

// The phases of a key.
const (
	Up Phase = iota
	Down
	StuckDown
)

// State is everything that is known about a key. The zero State is a key that
// has never been seen down.
type State struct {
	Phase   Phase
	Active  bool          // the level last told
	Since   time.Duration // when Active last changed
	Pressed time.Duration // when the press counted
	Seen    time.Duration // the latest time told: time never goes back
}

// Change is what Step found out: Press, Release, Stuck or Unstuck, and when.
// The time is that of the happening, also if Step was called late.
type Change struct {
	Kind input.Kind
	At   time.Duration
}

// Step tells the key its level at a time and returns what that means. Whatever
// fell due before that time happens first, at its own time, under the old
// level. A time before one told earlier counts as that earlier time.
func Step(c Config, s State, active bool, at time.Duration) (State, []Change) {
	s, out := Advance(c, s, at)
	if active == s.Active {
		return s, out
	}
	s.Active, s.Since = active, s.Seen
	s, more := Advance(c, s, s.Seen)
	return s, append(out, more...)
}

// Advance lets time pass without any news about the level.
func Advance(c Config, s State, at time.Duration) (State, []Change) {
	s.Seen = max(s.Seen, at)
	var out []Change
	for {
		due, ok := Next(c, s)
		if !ok || due > s.Seen {
			return s, out
		}
		var changes []Change
		s, changes = fire(s, due)
		out = append(out, changes...)
	}
}

// Next says when the key changes by itself if its level stays as it is; false
// if it never does.
func Next(c Config, s State) (time.Duration, bool) {
	switch {
	case s.Phase == Up && s.Active:
		return s.Since + c.Settle, true
	case s.Phase != Up && !s.Active:
		return s.Since + c.Release, true
	case s.Phase == Down:
		return max(s.Pressed+c.StuckAfter, s.Since), true
	}
	return 0, false
}

// fire makes the one change that Next announced.
func fire(s State, due time.Duration) (State, []Change) {
	switch {
	case s.Phase == Up:
		s.Phase, s.Pressed = Down, due
		return s, []Change{{input.Press, due}}
	case s.Active:
		s.Phase = StuckDown
		return s, []Change{{input.Stuck, due}}
	case s.Phase == StuckDown:
		s.Phase = Up
		return s, []Change{{input.Unstuck, due}, {input.Release, due}}
	}
	s.Phase = Up
	return s, []Change{{input.Release, due}}
}
