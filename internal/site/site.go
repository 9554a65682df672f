package site

import (
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Config is what a site must know.
type Config struct {
	Policy call.Policy
	Parent call.Site // empty at the top
	// Home tells the site that a kiosk belongs to: this one, or the one
	// below it on the way. False: nobody enrolled such a kiosk.
	Home        func(kiosk string) (call.Site, bool)
	OrphanAfter call.Mono // silence of a site below before its calls ring here (20 s)
	Beat        call.Mono // pause between pings to peers (5 s)
	ResendFacts call.Mono // facts unacknowledged for so long are sent again
}

// DefaultConfig gives the design's figures, section 4.
func DefaultConfig(me, parent call.Site, home func(string) (call.Site, bool)) Config {
	return Config{Policy: call.DefaultPolicy(me, parent != ""), Parent: parent, Home: home,
		OrphanAfter: 20 * time.Second, Beat: 5 * time.Second, ResendFacts: 2 * time.Second}
}

// Site is the state of one site. It is not safe for concurrent use.
type Site struct {
	cfg    Config
	calls  map[call.ID]*entry
	open   map[call.ID]*entry // not closed
	busy   map[call.ID]*entry // wait for an answer of the kiosk or of a page
	kiosks map[string]*kiosk
	peers  map[call.Site]*peer
	people map[string][]call.Post // present, by person: the posts that each fills now
	rungs  dueHeap
	now    call.Mono

	saveN     uint64                // last save made
	saved     uint64                // last save committed
	storeDown bool                  // saves do not get through
	unsaved   map[call.PressID]bool // presses that are not on disk yet
	toSave    []unsaved             // the same in the order of their saves
	save      Save
	out       []Effect
}

type entry struct {
	c      call.Call
	rev    uint64    // of what the kiosk is told
	code   wire.Code // the same
	due    call.Mono // next rung in the heap
	timed  bool      // due is valid
	saveN  uint64    // last save with this call
	opened bool      // a room was prepared

	unsaved int // presses of it that are not on disk yet
}

// unsaved is a press that waits for a save.
type unsaved struct {
	press call.PressID
	e     *entry
	saveN uint64
}

type kiosk struct {
	id    string
	up    bool
	hello bool
	since call.Mono
	seen  call.Seen
	calls []call.ID // latest last
}

// New starts a site from its storage. Nobody knows how long it was away, so
// every ringing call climbs a rung at once (rule 7).
func New(cfg Config, im *Image, now call.Mono) (*Site, []Effect) {
	s := &Site{cfg: cfg, calls: map[call.ID]*entry{}, open: map[call.ID]*entry{}, busy: map[call.ID]*entry{},
		kiosks: map[string]*kiosk{}, peers: map[call.Site]*peer{}, people: map[string][]call.Post{},
		unsaved: map[call.PressID]bool{}, now: now}
	for id, seen := range im.Seen {
		s.kiosk(id).seen = seen
	}
	for _, id := range sortedCalls(im.Calls) {
		c := im.Calls[id]
		e := &entry{c: c, code: s.codeOf(&c), rev: 1}
		s.calls[c.ID] = e
		k := s.kiosk(c.ID.Kiosk)
		k.calls = append(k.calls, c.ID)
		if c.Phase() != call.Closed {
			s.open[c.ID] = e
		}
	}
	for p, rows := range im.Out {
		s.peer(p).load(rows)
	}
	for p, n := range im.NextN {
		s.peer(p).nextN = max(n, 1)
	}
	for p, n := range im.Have {
		s.peer(p).have, s.peer(p).got = n, n
	}
	for _, id := range sortedEntries(s.open) {
		s.step(s.open[id], call.Restart{}, s.me())
	}
	return s, s.flush()
}

func (s *Site) me() call.Site { return s.cfg.Policy.Site }

func (s *Site) kiosk(id string) *kiosk {
	k := s.kiosks[id]
	if k == nil {
		k = &kiosk{id: id, since: s.now}
		s.kiosks[id] = k
	}
	return k
}

func (s *Site) emit(e Effect)  { s.out = append(s.out, e) }
func (s *Site) after(e Effect) { s.save.Then = append(s.save.Then, e) }

func (s *Site) toKiosk(id string, f wire.Frame) {
	if s.kiosk(id).up {
		s.emit(ToKiosk{id, f})
	}
}

// flush ends a step: its rows become one save, after all that may be sent
// without waiting for it.
func (s *Site) flush() []Effect {
	out := s.out
	s.out = nil
	if !s.save.empty() {
		s.saveN++
		s.save.N = s.saveN
		out = append(out, s.save)
		s.save = Save{}
	}
	return out
}

// entryFor finds or makes a call.
func (s *Site) entryFor(id call.ID) *entry {
	e := s.calls[id]
	if e != nil {
		return e
	}
	e = &entry{c: call.New(id), code: wire.CodeReceived}
	if home, _ := s.cfg.Home(id.Kiosk); home == s.me() {
		e.c.Why.Home = true
	}
	s.calls[id], s.open[id] = e, e
	k := s.kiosk(id.Kiosk)
	k.calls = append(k.calls, id)
	s.archive(k)
	return e
}

// archived reports whether a call is so old that only the store has it.
func (s *Site) archived(id call.ID) bool {
	k := s.kiosk(id.Kiosk)
	return s.calls[id] == nil && k.seen.Has(id.Mark)
}

// archive lets go of closed calls beyond the last few (invariant I11).
func (s *Site) archive(k *kiosk) {
	for len(k.calls) > Remember {
		old := k.calls[0]
		if e := s.calls[old]; e != nil && (s.open[old] != nil || e.saveN > s.saved) {
			return
		}
		delete(s.calls, old)
		k.calls = k.calls[1:]
	}
}

// step runs one event through the rules of a call and carries out what they
// say. from is who told us.
func (s *Site) step(e *entry, ev call.Event, from call.Site) error {
	before := e.c.Phase()
	c, effects, err := call.Step(e.c, s.now, &s.cfg.Policy, ev)
	if err != nil {
		return err
	}
	e.c = c
	stored := false
	for _, ef := range effects {
		stored = s.callEffect(e, ef, from) || stored
	}
	if stored {
		s.keep(e)
	}
	s.track(e)
	s.tellKiosk(e)
	if before == call.Talking && e.c.Phase() != call.Talking && e.opened {
		e.opened = false
		s.emit(CloseRoom{e.c.ID})
	}
	if _, tick := ev.(call.Tick); !tick || len(effects) > 0 {
		s.emit(Changed{e.c.ID})
	}
	return nil
}

// keep puts the call's new value into the save of this step, once.
func (s *Site) keep(e *entry) {
	e.saveN = s.saveN + 1
	for i := range s.save.Calls {
		if s.save.Calls[i].ID == e.c.ID {
			s.save.Calls[i] = e.c
			return
		}
	}
	s.save.Calls = append(s.save.Calls, e.c)
}

func (s *Site) callEffect(e *entry, ef call.Effect, from call.Site) (store bool) {
	id := e.c.ID
	switch ef := ef.(type) {
	case call.Learned:
		s.save.Facts = append(s.save.Facts, FactRow{id, ef.Fact, from})
		s.forward(id, ef.Fact, from)
		if g, ok := ef.Fact.(call.Grant); ok && e.c.TalksHere(s.me()) && g.Live && g == e.c.Grant {
			s.emit(GiveMedia{id, g})
		}
		return true
	case call.Climbed:
		return true
	case call.SendClaim:
		if !e.opened {
			e.opened = true
			s.emit(OpenRoom{id})
		}
		s.toKiosk(id.Kiosk, wire.Claim{Call: id, Site: s.me(), Person: ef.Person, After: ef.After})
	case call.SendRelease:
		r := ef.Release
		s.toKiosk(id.Kiosk, wire.Release{Call: id, Epoch: r.Epoch, Ending: r.Ending, Spoke: r.Spoke,
			Site: s.me(), Person: e.c.Grant.Person})
	case call.ClaimFailed:
		s.emit(Tell{ef.Person, id, ef.Why})
	}
	return false
}

// track keeps the indexes in line with a call.
func (s *Site) track(e *entry) {
	id := e.c.ID
	if e.c.Phase() == call.Closed {
		delete(s.open, id)
	} else {
		s.open[id] = e
	}
	if e.c.Busy() {
		s.busy[id] = e
	} else {
		delete(s.busy, id)
	}
	due, ok := e.c.Due(&s.cfg.Policy)
	if ok && (!e.timed || due != e.due) {
		s.rungs.push(due, id)
	}
	e.due, e.timed = due, ok
}

func (s *Site) codeOf(c *call.Call) wire.Code {
	switch c.Phase() {
	case call.Talking:
		return wire.CodeAnswered
	case call.WrapUp:
		return wire.CodeWrapUp
	case call.Closed:
		return wire.CodeClosed
	}
	if c.Attended != nil && !c.Attended.Through.Less(c.Last) {
		return wire.CodeOnTheWay
	}
	if s.heard(c) {
		return wire.CodeRinging
	}
	return wire.CodeReceived
}

// heard reports whether the page of somebody on duty rings for a call now. A
// call rings its posts whether or not anybody fills them; the villager is told
// which it is.
func (s *Site) heard(c *call.Call) bool {
	if !c.RingsHere() {
		return false
	}
	for _, posts := range s.people {
		for _, p := range posts {
			if slices.Contains(c.Rings, p) {
				return true
			}
		}
	}
	return false
}

// tellKiosk sends STATE when what the kiosk should show changed. The end of a
// call is told only after it is on disk.
func (s *Site) tellKiosk(e *entry) {
	code := s.codeOf(&e.c)
	if code == e.code {
		return
	}
	e.code = code
	e.rev++
	s.sendState(e)
}

func (s *Site) sendState(e *entry) {
	f := wire.State{Call: e.c.ID, Rev: e.rev, Code: e.code}
	if e.code == wire.CodeClosed {
		f.Closing = forKiosk(e.c.Closing)
		if e.saveN > s.saved {
			s.after(ToKiosk{e.c.ID.Kiosk, f})
			return
		}
	}
	s.toKiosk(e.c.ID.Kiosk, f)
}

// forKiosk is a closing without the note: what people wrote down about a
// villager does not go to a machine at the village gate.
func forKiosk(c *call.Closing) *call.Closing {
	short := *c
	short.Note = ""
	return &short
}
