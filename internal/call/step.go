package call

import (
	"slices"
	"time"
)

// Policy is what a site's settings say about its calls.
type Policy struct {
	Site      Site
	HasParent bool
	Ladders   Ladders
	Grace     Mono // how long a page may be gone before its talk is dropped
	Return    Mono // how much longer it may be gone after the site itself was away
	ClaimWait Mono // how long a claim waits for the kiosk's word
	Resend    Mono // pause between repeats of a claim or release
}

// DefaultPolicy gives the design's figures: a reload of a page fits into 3 s
// of grace, and who pressed answer learns within 10 s that the kiosk is gone.
func DefaultPolicy(site Site, hasParent bool) Policy {
	return Policy{Site: site, HasParent: hasParent, Ladders: DefaultLadders(),
		Grace: 3 * time.Second, Return: 5 * time.Second, ClaimWait: 10 * time.Second, Resend: time.Second}
}

// Event is what happens to a call at a site.
type Event interface{ event() }

// The events of a call.
type (
	// Learn brings a fact, made Age ago.
	Learn struct {
		Fact Fact
		Age  Mono
	}
	// Denied is the kiosk's no to a claim, with the truth it knows.
	Denied struct {
		Grant   Grant
		Closing *Closing
	}
	// Become adds reasons to ring here.
	Become struct{ Why Why }
	// Doubt says whether a talk elsewhere can no longer be vouched for.
	Doubt struct{ On bool }
	// Forgot says that the kiosk does not know the grant this site talks under.
	Forgot struct{}
	// Answer is a person who takes the call.
	Answer struct{ Person Person }
	// HangUp is the person who talks and ends the talk.
	HangUp struct{ Person Person }
	// Hear says that the page of who talks heard the villager.
	Hear struct{ Person Person }
	// Attend records that somebody was there.
	Attend struct{ Attended Attended }
	// Close ends the call.
	Close struct{ Closing Closing }
	// Gone and Back say that the page of a person went away or returned.
	Gone struct{ Person string }
	Back struct{ Person string }
	// Restart follows the loading of a call from storage.
	Restart struct{}
	// Tick lets time pass.
	Tick struct{}
)

func (Learn) event()   {}
func (Denied) event()  {}
func (Become) event()  {}
func (Doubt) event()   {}
func (Forgot) event()  {}
func (Answer) event()  {}
func (HangUp) event()  {}
func (Hear) event()    {}
func (Attend) event()  {}
func (Close) event()   {}
func (Gone) event()    {}
func (Back) event()    {}
func (Restart) event() {}
func (Tick) event()    {}

// Effect is what the site must do about a call.
type Effect interface{ effect() }

// The effects of a step.
type (
	// Learned is a fact this site did not know: store it, tell the peers.
	Learned struct{ Fact Fact }
	// SendClaim asks the kiosk for the word, given that no grant after Epoch
	// was made.
	SendClaim struct {
		Person Person
		After  uint64
	}
	// SendRelease asks the kiosk to end a grant.
	SendRelease struct{ Release Release }
	// Climbed says that a rung was reached.
	Climbed struct{ Rung int }
	// ClaimFailed tells who pressed answer why nothing came of it.
	ClaimFailed struct {
		Person Person
		Why    *Refusal
	}
)

func (Learned) effect()     {}
func (SendClaim) effect()   {}
func (SendRelease) effect() {}
func (Climbed) effect()     {}
func (ClaimFailed) effect() {}

// Step is the one place where the rules of a call live. It takes a call, the
// time on this site's clock and what happened, and gives the new call and
// what to do. A refused event leaves the call as it was; the error is a
// *Refusal.
func Step(c Call, now Mono, p *Policy, ev Event) (Call, []Effect, error) {
	s := stepper{c: c, now: now, p: p}
	before := c.RingsHere()
	if err := s.apply(ev); err != nil {
		return c, nil, err
	}
	age := Mono(0)
	if l, ok := ev.(Learn); ok {
		age = l.Age
	}
	s.settle(before, age)
	return s.c, s.out, nil
}

type stepper struct {
	c   Call
	now Mono
	p   *Policy
	out []Effect
}

func (s *stepper) emit(e Effect) { s.out = append(s.out, e) }

func (s *stepper) apply(ev Event) error {
	switch e := ev.(type) {
	case Learn:
		s.learn(e.Fact, e.Age)
	case Denied:
		s.denied(e)
	case Become:
		s.c.Why.Home = s.c.Why.Home || e.Why.Home
		s.c.Why.Direct = s.c.Why.Direct || e.Why.Direct
		s.c.Why.Orphan = s.c.Why.Orphan || e.Why.Orphan
	case Doubt:
		if s.c.Why.Doubt = e.On; e.On {
			s.c.Doubted = s.c.Grant.Epoch
		}
	case Forgot:
		if s.c.TalksHere(s.p.Site) {
			s.release(Dropped)
		}
	case Answer:
		return s.answer(e.Person)
	case HangUp:
		return s.hangUp(e.Person)
	case Hear:
		return s.hear(e.Person)
	case Attend:
		return s.attend(e.Attended)
	case Close:
		return s.close(e.Closing)
	case Gone:
		s.presence(e.Person, true)
	case Back:
		s.presence(e.Person, false)
	case Restart:
		s.restart()
	case Tick:
		s.tick()
	default:
		return refuse("unknown_event")
	}
	return nil
}

// settle brings ringing in line with the facts: who is rung, on which rung.
func (s *stepper) settle(rangBefore bool, age Mono) {
	c := &s.c
	if c.Phase() == Closed {
		c.Rung, c.Rings, c.Climbing, c.Claim, c.Releasing = -1, nil, "", nil, nil
		c.Why = Why{Home: c.Why.Home}
		return
	}
	doubted := c.Doubted != 0 && c.Doubted == c.Grant.Epoch
	if (rangBefore || doubted) && c.Phase() == Ringing && !c.RingsHere() {
		// It rang here because the talk was in doubt, and now nobody talks:
		// ringing only ever adds people, so it rings on (rule 1), even if the
		// site of the talk came back between and seemed to talk still.
		c.Why.Orphan = true
	}
	if !c.RingsHere() {
		return
	}
	switch {
	case c.Rung < 0 || c.Climbing != c.Key():
		c.Climbing, c.Rung, c.RungAt = c.Key(), 0, s.now-age
		c.addRings(s.ladder()[0].Posts)
		s.emit(Climbed{0})
	case !rangBefore:
		c.RungAt = s.now
	}
	s.climb()
}

func (s *stepper) ladder() Ladder { return s.p.Ladders[s.c.Climbing] }

func (s *stepper) climb() {
	c, l := &s.c, s.ladder()
	for {
		due, ok := c.Due(s.p)
		if !ok || due > s.now {
			return
		}
		c.Rung, c.RungAt = c.Rung+1, due
		c.addRings(l[c.Rung].Posts)
		s.emit(Climbed{c.Rung})
		if s.p.HasParent && slices.Contains(l[c.Rung].Posts, Parent) {
			s.merge(Asked{By: s.p.Site})
		}
	}
}

// merge takes in a fact and reports whether it was news.
func (s *stepper) merge(f Fact) bool {
	if !f.merge(&s.c) {
		return false
	}
	s.emit(Learned{f})
	return true
}

// restart: nobody knows how long the site was away, so the next rung is due
// now, and whoever talked has the grace to come back. What waited for an
// answer died with the old process and its clock.
func (s *stepper) restart() {
	c := &s.c
	c.Claim, c.Releasing, c.Why.Doubt, c.Doubted = nil, nil, false, 0
	c.OpenedAt, c.RungAt = s.now, s.now
	if l := s.p.Ladders[c.Climbing]; c.Rung >= 0 && c.Rung+1 < len(l) {
		c.RungAt = s.now - (l[c.Rung+1].After - l[c.Rung].After)
	}
	// Pages come back with pauses of up to five seconds, voice within six.
	c.Absent, c.AbsentSince = c.Grant.Live && c.Grant.Site == s.p.Site, s.now+s.p.Return
}
