package call

// Refusal says why an event was refused: a stable code, and who is in the
// way if somebody is.
type Refusal struct {
	Code string
	By   Person
	Site Site

	Field string // with FieldWrong
}

func (r *Refusal) Error() string {
	if r.By.ID != "" {
		return "call: " + r.Code + " (" + r.By.ID + ")"
	}
	return "call: " + r.Code
}

// The codes of refusals.
const (
	CallTaken     = "call_taken"     // somebody else talks or was faster
	CallClosed    = "call_closed"    // it is over
	NotTalking    = "not_talking"    // only who talks may do this
	StillTalking  = "still_talking"  // hang up first
	NotAnswered   = "not_answered"   // nobody talked and nobody was there
	SpeechNeeded  = "speech_needed"  // F23: red needs speech or attendance
	KioskSilent   = "kiosk_silent"   // the kiosk did not answer the claim
	PersonMissing = "person_missing" // a named person is required
	ReasonMissing = "reason_missing" // a disposition is required
	FieldWrong    = "field_wrong"    // what was written does not fit; Field says why
)

func refuse(code string) *Refusal { return &Refusal{Code: code} }

func taken(g Grant) *Refusal { return &Refusal{Code: CallTaken, By: g.Person, Site: g.Site} }

// learn merges a fact and looks after what this site waits for.
func (s *stepper) learn(f Fact, age Mono) {
	c := &s.c
	if _, ok := f.(Pressed); ok && c.First.IsZero() {
		c.OpenedAt = s.now - age
	}
	if !s.merge(f) {
		return
	}
	if g, ok := f.(Grant); ok && g == c.Grant {
		s.granted(g)
	}
	if c.Claim != nil && c.Phase() == Closed {
		s.failClaim(refuse(CallClosed))
	}
}

// granted follows the kiosk's new word on who talks.
func (s *stepper) granted(g Grant) {
	c := &s.c
	if c.Releasing != nil && (g.Epoch > c.Releasing.Epoch || !g.Live) {
		c.Releasing = nil
	}
	switch {
	case !g.Live:
		if g.Ending != HungUp {
			c.Requeued++
		}
		if c.Claim != nil {
			s.sendClaim()
		}
	case g.Site != s.p.Site:
		if c.Claim != nil {
			s.failClaim(taken(g))
		}
	case c.Claim == nil || c.Claim.Person.ID != g.Person.ID:
		// Nobody here asked for it, or no longer: an answer to an old claim.
		s.release(Dropped)
	default:
		c.Claim = nil
	}
}

// denied takes in what the kiosk knows better. A claim that was only behind
// the kiosk's epoch is sent again by granted.
func (s *stepper) denied(d Denied) {
	if d.Closing != nil {
		s.learn(*d.Closing, 0)
	}
	if d.Grant.Epoch != 0 {
		s.learn(d.Grant, 0)
	}
	if c := &s.c; c.Claim != nil && c.Phase() == Talking {
		s.failClaim(taken(c.Grant))
	}
}

func (s *stepper) answer(who Person) error {
	c := &s.c
	if who.ID == "" {
		return refuse(PersonMissing)
	}
	switch c.Phase() {
	case Empty, Closed:
		return refuse(CallClosed)
	case Talking:
		if !c.Why.Doubt {
			return taken(c.Grant)
		}
	}
	if c.Claim != nil {
		if c.Claim.Person.ID == who.ID {
			return nil
		}
		return &Refusal{Code: CallTaken, By: c.Claim.Person, Site: s.p.Site}
	}
	c.Claim = &Claim{Person: who, Since: s.now}
	c.Absent = false
	s.sendClaim()
	return nil
}

func (s *stepper) sendClaim() {
	cl := *s.c.Claim
	cl.SentAt = s.now
	s.c.Claim = &cl
	s.emit(SendClaim{cl.Person, s.c.Grant.Epoch})
}

func (s *stepper) failClaim(why *Refusal) {
	s.emit(ClaimFailed{s.c.Claim.Person, why})
	s.c.Claim = nil
}

func (s *stepper) hangUp(who Person) error {
	c := &s.c
	if c.Claim != nil && c.Claim.Person.ID == who.ID {
		c.Claim = nil // changed their mind before the kiosk answered
		return nil
	}
	if !c.TalksHere(s.p.Site) || c.Grant.Person.ID != who.ID {
		return refuse(NotTalking)
	}
	s.release(HungUp)
	return nil
}

// release wishes that the live grant of this site ends and says so to the
// kiosk until it confirms.
func (s *stepper) release(e Ending) {
	c := &s.c
	c.Releasing = &Release{Epoch: c.Grant.Epoch, Ending: e, Spoke: c.SpokeThrough, Through: c.Last, SentAt: s.now}
	c.Absent = false
	s.emit(SendRelease{*c.Releasing})
}

func (s *stepper) hear(who Person) error {
	c := &s.c
	if !c.TalksHere(s.p.Site) || c.Grant.Person.ID != who.ID {
		return refuse(NotTalking)
	}
	s.merge(Spoke{Epoch: c.Grant.Epoch, Through: c.Last})
	return nil
}

func (s *stepper) attend(a Attended) error {
	c := &s.c
	if a.Who == "" || a.By.ID == "" {
		return refuse(PersonMissing)
	}
	if ph := c.Phase(); ph == Closed || ph == Empty {
		return refuse(CallClosed)
	}
	a.Through, a.Site = c.Last, s.p.Site
	return s.record(a)
}

func (s *stepper) close(cl Closing) error {
	c := &s.c
	if cl.Person.ID == "" {
		return refuse(PersonMissing)
	}
	if cl.Disposition == "" {
		return refuse(ReasonMissing)
	}
	there := c.Attended != nil && !c.Attended.Through.Less(c.Last)
	switch ph := c.Phase(); {
	case ph == Closed || ph == Empty:
		return refuse(CallClosed)
	case ph == Talking:
		return refuse(StillTalking)
	case !c.Satisfied():
		return refuse(SpeechNeeded)
	case ph == Ringing && !there:
		return refuse(NotAnswered)
	}
	cl.Through, cl.Site = c.Last, s.p.Site
	return s.record(cl)
}

// record takes in a fact that a person makes: one that could not be sent must
// not be stored either.
func (s *stepper) record(f Fact) error {
	if err := f.Validate(); err != nil {
		return &Refusal{Code: FieldWrong, Field: err.Error()}
	}
	s.merge(f)
	return nil
}

func (s *stepper) presence(person string, gone bool) {
	c := &s.c
	mine := c.TalksHere(s.p.Site) && c.Grant.Person.ID == person
	claims := c.Claim != nil && c.Claim.Person.ID == person
	if (mine || claims) && c.Absent != gone {
		c.Absent, c.AbsentSince = gone, s.now
	}
}

// tick repeats what was not answered and drops what was abandoned.
func (s *stepper) tick() {
	c, p := &s.c, s.p
	if c.Absent && s.now-c.AbsentSince >= p.Grace && c.TalksHere(p.Site) {
		s.release(Dropped)
	}
	if cl := c.Claim; cl != nil {
		switch {
		case s.now-cl.Since >= p.ClaimWait:
			s.failClaim(refuse(KioskSilent))
		case s.now-cl.SentAt >= p.Resend:
			s.sendClaim()
		}
	}
	if r := c.Releasing; r != nil && s.now-r.SentAt >= p.Resend {
		again := *r
		again.SentAt = s.now
		c.Releasing = &again
		s.emit(SendRelease{again})
	}
}

// Busy reports whether the call needs a Tick each second besides its rungs.
func (c *Call) Busy() bool { return c.Claim != nil || c.Releasing != nil || c.Absent }
