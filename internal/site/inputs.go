package site

import (
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Input is what happens to a site.
type Input interface{ input() }

// The inputs. Commands of people are refused with a *call.Refusal.
type (
	// KioskUp and KioskDown tell of a kiosk's socket.
	KioskUp   struct{ Kiosk string }
	KioskDown struct{ Kiosk string }
	// FromKiosk is a frame of a kiosk.
	FromKiosk struct {
		Kiosk string
		Frame wire.Frame
		At    time.Time // wall time now, for people to read
	}
	// PeerUp and PeerDown tell of the line to another site.
	PeerUp   struct{ Site call.Site }
	PeerDown struct{ Site call.Site }
	// FromPeer is a frame of another site.
	FromPeer struct {
		Site  call.Site
		Frame wire.Frame
	}
	// Present says that a person's page is open and which posts of the ladder
	// the person fills now, none when off duty; again at each change. Absent
	// says that the page is gone.
	Present struct {
		Person string
		Posts  []call.Post
	}
	Absent struct{ Person string }
	// Command is what a person does with a call.
	Command struct {
		Call  call.ID
		Event call.Event // Answer, HangUp, Hear, Attend or Close
	}
	// Saved says that all saves up to N are committed.
	Saved struct{ N uint64 }
	// StoreDown says that saves do not get through; Saved ends it.
	StoreDown struct{}
	// Tick lets time pass.
	Tick struct{}
)

func (KioskUp) input()   {}
func (KioskDown) input() {}
func (FromKiosk) input() {}
func (PeerUp) input()    {}
func (PeerDown) input()  {}
func (FromPeer) input()  {}
func (Present) input()   {}
func (Absent) input()    {}
func (Command) input()   {}
func (Saved) input()     {}
func (StoreDown) input() {}
func (Tick) input()      {}

// Refusals that only a site with many calls can give.
const (
	UnknownCall = "unknown_call"
	PersonBusy  = "person_busy"
)

// Step takes one input and says what to do. Only a Command can be refused.
func (s *Site) Step(now call.Mono, in Input) ([]Effect, error) {
	s.now = now
	var err error
	switch in := in.(type) {
	case KioskUp:
		s.kioskUp(in.Kiosk)
	case KioskDown:
		s.kioskDown(in.Kiosk)
	case FromKiosk:
		s.fromKiosk(in)
	case PeerUp:
		s.peerUp(in.Site)
	case PeerDown:
		s.peerDown(in.Site)
	case FromPeer:
		s.fromPeer(in.Site, in.Frame)
	case Present:
		s.presence(in.Person, true, in.Posts)
	case Absent:
		s.presence(in.Person, false, nil)
	case Command:
		err = s.command(in)
	case Saved:
		s.committed(in.N)
	case StoreDown:
		s.holdAll()
	case Tick:
		s.tick()
	}
	return s.flush(), err
}

func (s *Site) presence(person string, here bool, posts []call.Post) {
	s.people[person] = slices.Clone(posts)
	if !here {
		delete(s.people, person)
	}
	for _, id := range sortedEntries(s.open) {
		e := s.open[id]
		c := &e.c
		concerns := c.Claim != nil && c.Claim.Person.ID == person ||
			c.TalksHere(s.me()) && c.Grant.Person.ID == person
		if !concerns {
			s.tellKiosk(e) // the page that rang may have been the only one
			continue
		}
		if here {
			_ = s.step(e, call.Back{Person: person}, s.me())
		} else {
			_ = s.step(e, call.Gone{Person: person}, s.me())
		}
	}
}

func (s *Site) command(in Command) error {
	e := s.calls[in.Call]
	if e == nil {
		return &call.Refusal{Code: UnknownCall}
	}
	if a, ok := in.Event.(call.Answer); ok && s.personBusy(a.Person.ID, in.Call) {
		return &call.Refusal{Code: PersonBusy}
	}
	if err := s.step(e, in.Event, s.me()); err != nil {
		return err
	}
	if a, ok := in.Event.(call.Answer); ok {
		if _, here := s.people[a.Person.ID]; !here {
			// The page went while its last word was under way.
			return s.step(e, call.Gone{Person: a.Person.ID}, s.me())
		}
	}
	return nil
}

// personBusy reports whether a person talks or claims in another call.
func (s *Site) personBusy(person string, not call.ID) bool {
	for id, e := range s.open {
		c := &e.c
		if id != not && (c.Claim != nil && c.Claim.Person.ID == person ||
			c.TalksHere(s.me()) && c.Grant.Person.ID == person) {
			return true
		}
	}
	return false
}

// committed marks what is on disk; what waited for it is in Save.Then and is
// done by the runtime.
func (s *Site) committed(n uint64) {
	s.saved = max(s.saved, n)
	s.storeDown = false
	for _, p := range s.peers {
		p.stored(s.saved)
	}
	for len(s.toSave) > 0 && s.toSave[0].saveN <= s.saved {
		u := s.toSave[0]
		s.toSave = s.toSave[1:]
		delete(s.unsaved, u.press)
		if u.e == nil {
			continue
		}
		u.e.unsaved--
		s.emit(Changed{u.e.c.ID})
	}
	s.pump()
}

// holdAll tells every kiosk that waits for an acknowledgement why it does.
func (s *Site) holdAll() {
	s.storeDown = true
	for _, u := range s.toSave {
		s.hold(u.press)
		if u.e != nil {
			s.emit(Changed{u.e.c.ID})
		}
	}
}

func (s *Site) hold(p call.PressID) {
	s.toKiosk(p.Kiosk, wire.PressHold{Press: p, Reason: "store_down"})
}

// tick climbs the rungs that are due and repeats what was not answered.
func (s *Site) tick() {
	for {
		due, id, ok := s.rungs.pop(s.now)
		if !ok {
			break
		}
		if e := s.calls[id]; e != nil && e.timed && e.due == due {
			e.timed = false
			_ = s.step(e, call.Tick{}, s.me())
		}
	}
	for _, id := range sortedEntries(s.busy) {
		_ = s.step(s.busy[id], call.Tick{}, s.me())
	}
	s.tickPeers()
}

// Next is when the next rung is due; false if none is.
func (s *Site) Next() (call.Mono, bool) { return s.rungs.peek() }

// TickEvery is how often the runtime must send Tick besides the rungs.
const TickEvery = 250 * time.Millisecond
