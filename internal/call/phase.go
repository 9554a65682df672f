package call

// Phase says how far a call is. It is read off the facts.
type Phase string

// The phases; docs/call-states.md draws them.
const (
	Empty   Phase = "empty"   // facts came before the first press
	Ringing Phase = "ringing" // nobody talks: people must be rung
	Talking Phase = "talking" // a grant lives
	WrapUp  Phase = "wrap_up" // hung up by a person, not yet closed
	Closed  Phase = "closed"  // a named person ended it with a reason
)

// Phase reads the phase off the facts.
func (c *Call) Phase() Phase {
	switch {
	case c.Last.IsZero():
		return Empty
	case c.covered():
		return Closed
	case c.grant().Live:
		return Talking
	case c.hungUp():
		return WrapUp
	default:
		return Ringing
	}
}

// covered reports whether a closing stands that no later press reopened.
func (c *Call) covered() bool {
	return c.Closing != nil && !c.Closing.Through.Less(c.Last)
}

// hungUp reports whether a person ended the talk, nobody pressed since, and
// what the key asks for was done. A red call that was hung up without speech
// rings on (F23).
func (c *Call) hungUp() bool {
	g := c.grant()
	return g.Epoch != 0 && !g.Live && g.Ending == HungUp &&
		!g.Through.Less(c.Last) && c.Satisfied()
}

// Satisfied reports whether the call may be closed: an enquiry always, an
// urgent one when speech was heard or somebody was there after the last red
// press (F23).
func (c *Call) Satisfied() bool {
	if c.LastUrgent.IsZero() {
		return true
	}
	if !c.SpokeThrough.Less(c.LastUrgent) {
		return true
	}
	return c.Attended != nil && !c.Attended.Through.Less(c.LastUrgent)
}

// Key is Urgent as soon as one press of the call was red.
func (c *Call) Key() Key {
	if c.LastUrgent.IsZero() {
		return Enquiry
	}
	return Urgent
}
