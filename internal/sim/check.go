package sim

import (
	"fmt"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
)

// ringBound is by when a site that reaches a waiting kiosk must ring: the
// kiosk itself adds the county after 40 s at the latest, and a bad line that
// was mended may take a repeat of 5 s.
const ringBound = 50 * time.Second

// agreeBy is when sites must agree after healing: 30 s (invariant I10), and
// as much again for people to see to what the storm left behind.
const agreeBy = time.Minute

// quiet reports whether nobody waits any more, so that the calm may end.
func (w *world) quiet() bool {
	for _, k := range w.kiosks {
		if k.k.Open() != nil || k.k.Unacked() > 0 {
			return false
		}
	}
	for _, s := range w.sites {
		if _, unsent := s.s.Size(); unsent > 0 || len(s.s.Open()) > 0 {
			return false
		}
	}
	return true
}

func (w *world) violate(inv, format string, args ...any) {
	v := call.Violation{Invariant: inv, Text: fmt.Sprintf(format, args...)}
	if len(w.res.Violations) == 0 {
		w.res.At = w.now
	}
	w.trace("VIOLATION %s", v)
	w.res.Violations = append(w.res.Violations, v)
}

func (w *world) checkSecond() {
	w.check(false)
	w.watch()
	if !w.storm && w.now >= w.calmAt+agreeBy && w.quiet() {
		w.over = true
		return
	}
	w.after(time.Second, w.checkSecond)
}

func (w *world) check(settled bool) {
	view := &call.World{Settled: settled, Stored: w.stored}
	for _, s := range w.sites {
		if s.alive() {
			view.Sites = append(view.Sites, w.siteView(s, settled))
		}
	}
	for _, k := range w.kiosks {
		if k.alive() {
			view.Kiosks = append(view.Kiosks, w.kioskView(k))
		}
	}
	for _, v := range call.Check(view) {
		w.violate(v.Invariant, "%s", v.Text)
	}
}

func (w *world) siteView(n *siteNode, settled bool) call.SiteView {
	v := call.SiteView{Site: n.id, Now: n.mono(), Policy: &n.cfg.Policy}
	for _, o := range n.s.Open() {
		v.Calls = append(v.Calls, &o.Call)
	}
	if settled {
		v.Calls = nil
		known := map[call.ID]bool{}
		for _, c := range n.s.All() {
			known[c.ID] = true
			v.Calls = append(v.Calls, &c)
		}
		for id, c := range n.image.Calls {
			if !known[id] {
				v.Calls = append(v.Calls, &c) // archived
			}
		}
	}
	v.Reaches = func(k string) call.Mono {
		if l := n.links[k]; l != nil {
			return min(l.whole(), n.w.now-n.born)
		}
		return 0
	}
	v.Stored = n.stored
	return v
}

func (n *siteNode) stored(p call.PressID) bool {
	seen := n.image.Seen[p.Kiosk]
	return seen.Has(p.Mark)
}

func (w *world) stored(p call.PressID) bool {
	for _, n := range w.sites {
		if n.stored(p) {
			return true
		}
	}
	return false
}

func (w *world) kioskView(n *kioskNode) call.KioskView {
	p := n.k.Panel(n.mono())
	v := call.KioskView{ID: n.id, Home: n.home, Received: p.State == kiosk.Received || p.State == kiosk.Ringing,
		Answered: p.State == kiosk.Answered, Waiting: w.now - n.waiting, Bound: ringBound, Open: n.k.Open()}
	for _, p := range kiosk.Replay(n.journal).Presses {
		if p.Purpose.Calls() {
			v.Journaled = append(v.Journaled, p.Press)
		} else {
			v.Recorded = append(v.Recorded, p.Press)
		}
	}
	if n.of == p.Call {
		v.Grants = n.grants
	}
	return v
}

// checkEnd is the last word: after the calm every press has ended at a
// person, everywhere.
func (w *world) checkEnd() {
	w.check(true)
	for _, k := range w.kiosks {
		if open := k.k.Open(); open != nil {
			w.violate("end", "%s still has %s open (%s)", k.id, open.ID, open.Phase())
		}
		if n := k.k.Unacked(); n > 0 {
			w.violate("end", "%s still has %d presses that home never acknowledged", k.id, n)
		}
	}
	for _, s := range w.sites {
		for _, v := range s.s.Open() {
			w.violate("end", "%s still has %s open (%s)", s.id, v.Call.ID, v.Call.Phase())
		}
		if calls, unsent := s.s.Size(); calls > 40*len(w.kiosks) || unsent > 0 {
			w.violate("I11", "%s keeps %d calls and %d unsent facts", s.id, calls, unsent)
		}
		w.checkTruth(s)
	}
}

// checkTruth holds the stores against what really happened.
func (w *world) checkTruth(s *siteNode) {
	for id, c := range s.image.Calls {
		if c.Closing != nil && !w.closed[id] {
			w.violate("I9", "%s at %s was closed by nobody", id, s.id)
		}
		if !c.LastUrgent.IsZero() && c.Phase() == call.Closed && w.spoke[id].IsZero() {
			w.violate("F23", "%s at %s is red and was closed although nobody ever spoke", id, s.id)
		}
	}
}
