package call

import (
	"fmt"
	"time"
)

// World is what an observer sees at one moment of kiosks and sites. The
// simulator sees all of it; a hub sees itself and leaves the rest empty.
type World struct {
	Sites  []SiteView
	Kiosks []KioskView
	// Stored reports whether a press is on any site's disk, also a dead one's.
	Stored func(PressID) bool
	// Settled says that every link has been whole and every process alive for
	// 30 s, so that what must agree in the end must agree now.
	Settled bool
}

// SiteView is one living site.
type SiteView struct {
	Site   Site
	Now    Mono
	Policy *Policy
	Calls  []*Call
	// Reaches says for how long the line to a kiosk has been whole, while
	// this site lived; 0 if it is not.
	Reaches func(kiosk string) Mono
	// Stored reports whether a press is on this site's disk.
	Stored func(PressID) bool
}

// KioskView is one kiosk.
type KioskView struct {
	ID        string
	Home      Site
	Journaled []PressID // presses for help on its disk or acknowledged
	Recorded  []PressID // presses on its disk that are not for help
	Open      *Call     // its open call
	Waiting   Mono      // for how long the open call has been without a person
	Received  bool      // the panel says that a site has the press, or that somebody is rung
	Answered  bool      // the panel says that somebody talks
	Grants    []Grant   // all registers it ever told anybody of the open call, in order
	Bound     Mono      // by when a site that reaches it must ring (I7)
}

// Violation is a broken promise.
type Violation struct {
	Invariant string // I1 to I12 of the design, section 4
	Text      string
}

func (v Violation) String() string { return v.Invariant + ": " + v.Text }

// slack is what invariant I5 allows a rung to be late.
const slack = time.Second

// Check is the invariants of the design, section 4, in one place: those that
// can be seen from outside at one moment. I4 and I12 are properties of
// functions and are tested as such; I11 is bounds, checked by who holds the
// memory.
func Check(w *World) []Violation {
	c := &checker{}
	for i := range w.Sites {
		c.site(&w.Sites[i])
	}
	for i := range w.Kiosks {
		c.kiosk(w, &w.Kiosks[i])
	}
	if w.Settled {
		c.settled(w)
	}
	return c.found
}

type checker struct{ found []Violation }

func (c *checker) add(inv, format string, args ...any) {
	c.found = append(c.found, Violation{inv, fmt.Sprintf(format, args...)})
}

func (c *checker) site(s *SiteView) {
	for _, x := range s.Calls {
		if due, ok := x.Due(s.Policy); ok && s.Now-due > slack {
			c.add("I5", "%s at %s is %v past its rung", x.ID, s.Site, s.Now-due)
		}
		if x.Phase() == Closed {
			if err := x.Closing.Validate(); err != nil {
				c.add("I9", "%s at %s ended without a named person and a reason: %v", x.ID, s.Site, err)
			}
		}
		if x.Phase() == Closed && !x.Satisfied() && x.Closing.Site == s.Site {
			c.add("I9", "%s at %s is red and ended without speech or attendance", x.ID, s.Site)
		}
	}
}

func (c *checker) kiosk(w *World, k *KioskView) {
	if k.Received && !c.stored(w, k) {
		c.add("I2", "%s shows received, and no site has a press of its call on disk", k.ID)
	}
	if k.Answered && (k.Open == nil || !k.Open.Grant.Live) {
		c.add("I2", "%s shows answered without a live grant", k.ID)
	}
	for i := 1; i < len(k.Grants); i++ {
		a, b := k.Grants[i-1], k.Grants[i]
		if b.Epoch < a.Epoch || b.Epoch == a.Epoch && b.Live && !a.Live {
			c.add("I8", "%s: epoch %d after %d", k.ID, b.Epoch, a.Epoch)
		}
		if b.Epoch > a.Epoch && a.Live {
			c.add("I8", "%s: epoch %d granted to %s while %s talked under %d", k.ID, b.Epoch, b.Site, a.Site, a.Epoch)
		}
	}
	if k.Open == nil || k.Open.Phase() != Ringing || k.Waiting < k.Bound {
		return
	}
	for i := range w.Sites {
		s := &w.Sites[i]
		if s.Reaches(k.ID) >= k.Bound && !ringsAt(s, k.Open.ID) {
			c.add("I7", "%s has waited %v, %s reaches it and does not ring", k.Open.ID, k.Waiting, s.Site)
		}
	}
}

func (c *checker) stored(w *World, k *KioskView) bool {
	if k.Open == nil {
		return false
	}
	for _, r := range k.Open.Seen.Runs {
		for seq := r.From; seq <= r.To; seq++ {
			if w.Stored(PressID{k.ID, Mark{r.Boot, seq}}) {
				return true
			}
		}
	}
	return false
}

func find(s *SiteView, id ID) *Call {
	for _, x := range s.Calls {
		if x.ID == id {
			return x
		}
	}
	return nil
}

// ringsAt reports whether a site rings a call, or knows better than the kiosk
// that a person has it.
func ringsAt(s *SiteView, id ID) bool {
	x := find(s, id)
	return x != nil && (x.RingsHere() || x.Phase() == Talking || x.Phase() == WrapUp || x.Phase() == Closed)
}

// settled checks what must hold once everything is whole again.
func (c *checker) settled(w *World) {
	for i := range w.Kiosks {
		k := &w.Kiosks[i]
		for j := range w.Sites {
			if s := &w.Sites[j]; s.Site == k.Home {
				c.once(s, k)
			}
		}
	}
	for i := range w.Sites {
		for _, x := range w.Sites[i].Calls {
			for j := i + 1; j < len(w.Sites); j++ {
				if y := find(&w.Sites[j], x.ID); y != nil {
					c.agree(w.Sites[i].Site, x, w.Sites[j].Site, y)
				}
			}
		}
	}
}

// once: a journaled press is in exactly one call at home, or in none if it was
// not for help, and stored there (I1).
func (c *checker) once(s *SiteView, k *KioskView) {
	for _, p := range k.Journaled {
		n := 0
		for _, x := range s.Calls {
			if x.ID.Kiosk == p.Kiosk && x.Seen.Has(p.Mark) {
				n++
			}
		}
		if n != 1 || !s.Stored(p) {
			c.add("I1", "press %s is in %d calls at %s (stored: %v)", p, n, s.Site, s.Stored(p))
		}
	}
	for _, p := range k.Recorded {
		for _, x := range s.Calls {
			if x.ID.Kiosk == p.Kiosk && x.Seen.Has(p.Mark) {
				c.add("I1", "press %s was not for help and is in %s at %s", p, x.ID, s.Site)
			}
		}
		if !s.Stored(p) {
			c.add("I1", "press %s is not stored at %s", p, s.Site)
		}
	}
}

// agree: two sites that have heard each other mean the same call (I10).
func (c *checker) agree(sa Site, a *Call, sb Site, b *Call) {
	switch {
	case a.Phase() != b.Phase():
		c.add("I10", "%s is %s at %s and %s at %s", a.ID, a.Phase(), sa, b.Phase(), sb)
	case a.Grant != b.Grant:
		c.add("I10", "%s: %s knows grant %+v, %s knows %+v", a.ID, sa, a.Grant, sb, b.Grant)
	case a.Last != b.Last || a.Key() != b.Key():
		c.add("I10", "%s: last press %v %s at %s, %v %s at %s", a.ID, a.Last, a.Key(), sa, b.Last, b.Key(), sb)
	}
}
