package life

import (
	"slices"
	"time"

	"huying/internal/call"
)

// Bounds of what travels of a ticket: with them its JSON fits into a frame.
const (
	copySteps   = 8
	copyNote    = 100 // runes
	copyMembers = 150
)

// Brief is the ticket as it goes to the site above: its first step and the
// latest, with short notes.
func (t *Ticket) Brief() Ticket {
	b := *t
	if n := len(b.Steps); n > copySteps {
		b.Steps = append(slices.Clone(b.Steps[:1]), b.Steps[n-copySteps+1:]...)
	} else {
		b.Steps = slices.Clone(b.Steps)
	}
	for i := range b.Steps {
		if r := []rune(b.Steps[i].Note); len(r) > copyNote {
			b.Steps[i].Note = string(r[:copyNote]) + "…"
		}
	}
	b.Members = b.Members[:min(len(b.Members), copyMembers)]
	return b
}

// Shift moves every time of a ticket: from one site's clock to another's.
func (t *Ticket) Shift(d time.Duration) {
	for _, at := range []*time.Time{&t.BeganAt, &t.OpenedAt, &t.EndedAt, &t.StopGapAt, &t.Since} {
		if !at.IsZero() {
			*at = at.Add(d)
		}
	}
	t.Steps = slices.Clone(t.Steps)
	for i := range t.Steps {
		t.Steps[i].At = t.Steps[i].At.Add(d)
	}
}

// Try says whether a person may do this to the ticket now, without doing it.
func (t *Ticket) Try(now time.Time, a Action, by call.Person, note string) error {
	c := *t
	return c.do(now, a, by, "", note)
}

// Rise takes a copy to where its site would have taken it by now, and reports
// whether that is news: the site may be out of earshot.
func (t *Ticket) Rise(now time.Time, times Times) bool {
	level := t.Goes(now, times)
	if height[level] <= height[t.Level] {
		return false
	}
	t.Level = level
	return true
}
