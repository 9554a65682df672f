package lamp

import (
	"math"
	"slices"
	"time"
)

// Never is the time of a switch that does not come.
const Never = time.Duration(math.MaxInt64)

// Pattern is what one output does from the moment it is shown. The zero
// Pattern is off.
type Pattern struct {
	steps  []time.Duration // how long on, off, on, … ; zero is allowed
	repeat bool            // begin again after the last step; otherwise off
	lit    bool            // without steps: on for ever
}

// Steady is on for ever.
func Steady() Pattern { return Pattern{lit: true} }

// Off is off for ever.
func Off() Pattern { return Pattern{} }

// Again is on, off, on, … for the given times, again and again. The times must
// not all be zero.
func Again(steps ...time.Duration) Pattern { return Pattern{steps: steps, repeat: true} }

// Once is on, off, on, … for the given times and then off.
func Once(steps ...time.Duration) Pattern { return Pattern{steps: steps} }

// Equal reports whether both patterns are the same.
func (p Pattern) Equal(q Pattern) bool {
	return p.repeat == q.repeat && p.lit == q.lit && slices.Equal(p.steps, q.steps)
}

// Lasts is how long one round takes; zero without steps.
func (p Pattern) Lasts() time.Duration {
	var sum time.Duration
	for _, s := range p.steps {
		sum += s
	}
	return sum
}

// At says whether the output is on at a time since the pattern began, and when
// after that time to look again: at an offset from the beginning, Never if the
// output stays as it is. A time before the beginning counts as the beginning.
func (p Pattern) At(t time.Duration) (on bool, next time.Duration) {
	t = max(t, 0)
	round := p.Lasts()
	if round <= 0 {
		return p.lit, Never
	}
	var began time.Duration
	if p.repeat {
		began = t - t%round
	}
	at := began
	for i, s := range p.steps {
		if at += s; t < at {
			return i%2 == 0, at
		}
	}
	return false, Never
}
