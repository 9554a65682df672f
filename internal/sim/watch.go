package sim

import (
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
)

// What can only be seen over time: who was rung and is not any more, which
// call nobody rings.

// unrungFor is how long a call may wait while no living site rings it: a site
// that heard of it from one that died rings it as an orphan after 20 s of
// silence, and looks each second.
const unrungFor = 22 * time.Second

// watched is what was seen of a call at a site a second ago.
type watched struct {
	epoch  int // of the site's process
	closed call.Mark
	why    call.Why
	grants uint64
}

type atSite struct {
	site call.Site
	id   call.ID
}

// watch compares what is with what was.
func (w *world) watch() {
	for _, n := range w.sites {
		if n.alive() {
			w.watchSite(n)
		}
	}
	w.watchUnrung()
	for _, k := range w.kiosks {
		k.watchRinging()
	}
}

// watchRinging holds what the villager is told, that somebody's page rings or
// that nobody's does, to the truth. Frames may be lost; what is said on whole
// lines must be right within ringBound.
func (n *kioskNode) watchRinging() {
	heard, sure := n.heard()
	state := kiosk.Idle
	if n.alive() {
		state = n.k.Panel(n.mono()).State
	}
	wrong := sure && (state == kiosk.Ringing && !heard || state == kiosk.Received && heard)
	if !wrong {
		n.right = n.w.now
	}
	if state == kiosk.Ringing && heard {
		n.w.count(RingingShown)
	}
	if n.w.now-n.right > ringBound {
		n.w.violate("ringing", "%s shows %s for %v, and that somebody's page rings is %t", n.id, state, n.w.now-n.right, heard)
		n.right = n.w.now
	}
}

// heard reports whether somebody's page rings for the open call at a site that
// the kiosk reaches; sure that no line of the kiosk loses frames.
func (n *kioskNode) heard() (heard, sure bool) {
	for site, l := range n.links {
		if l.up && l.whole() == 0 {
			return false, false
		}
		for _, p := range n.w.people {
			if l.up && p.here && p.at.id == site && p.at.alive() && p.ringsFor(n) {
				heard = true
			}
		}
	}
	return heard, true
}

func (p *person) ringsFor(k *kioskNode) bool {
	if !k.alive() || k.k.Open() == nil {
		return false
	}
	v, ok := p.at.s.Call(k.k.Open().ID)
	return ok && p.rings(&v.Call)
}

func (w *world) watchSite(n *siteNode) {
	for _, v := range n.s.Open() {
		c := &v.Call
		key := atSite{n.id, c.ID}
		was, seen := w.seen[key]
		now := watched{epoch: n.epoch, why: c.Why, grants: c.Grant.Epoch}
		if c.Closing != nil {
			now.closed = c.Closing.Through
		}
		w.seen[key] = now
		w.countWhy(was.why, c.Why)
		same := seen && was.epoch == now.epoch && was.closed == now.closed
		for _, p := range w.people {
			if p.at == n {
				p.watch(c, same)
			}
		}
	}
}

func (w *world) countWhy(was, is call.Why) {
	for _, x := range []struct {
		was, is bool
		t       Thing
	}{{was.Direct, is.Direct, Direct}, {was.Orphan, is.Orphan, Orphan}, {was.Doubt, is.Doubt, Doubt}} {
		if x.is && !x.was {
			w.count(x.t)
		}
	}
}

// watch holds a page to rule 1, ringing only ever adds people: whoever was
// rung for a call is rung as long as it rings (I7).
func (p *person) watch(c *call.Call, same bool) {
	rung := p.here && p.rings(c)
	if same && p.here && p.rang[c.ID] && !rung && c.Phase() == call.Ringing {
		p.w.violate("I7", "%s at %s was rung for %s and is not any more", p.who.ID, p.at.id, c.ID)
	}
	p.rang[c.ID] = rung
}

// watchUnrung is invariant I6: at least one living site rings every call that
// waits, as soon as the silence of a dead one had time to be heard.
func (w *world) watchUnrung() {
	lives := 0
	waits := map[call.ID]bool{}
	has := map[call.ID]bool{}
	for _, n := range w.sites {
		lives += n.epoch
		if !n.alive() {
			continue
		}
		for _, v := range n.s.Open() {
			waits[v.Call.ID] = true
			if v.Call.RingsHere() || v.Call.Phase() != call.Ringing {
				has[v.Call.ID] = true
			}
		}
		for _, v := range n.s.All() {
			if waits[v.ID] && v.Phase() == call.Closed {
				has[v.ID] = true
			}
		}
	}
	for id := range w.unrung {
		if !waits[id] || has[id] || lives != w.lives {
			delete(w.unrung, id)
		}
	}
	w.lives = lives
	for id := range waits {
		if has[id] {
			continue
		}
		since, ok := w.unrung[id]
		if !ok {
			w.unrung[id] = w.now
		} else if w.now-since > unrungFor {
			w.violate("I6", "%s waits, and no living site has rung it for %v", id, w.now-since)
		}
	}
}
