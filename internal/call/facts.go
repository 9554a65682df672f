package call

import "time"

// Fact is something that happened to a call. Facts travel between sites and
// are what the event log keeps. Merging one twice, or in another order,
// changes nothing (invariant I4).
type Fact interface {
	kind() string
	// Validate refuses what must not be stored or sent, naming the field.
	Validate() error
	merge(*Call) bool // reports whether the call knows more than before
}

// Pressed is a press of a key that belongs to this call.
type Pressed struct {
	Mark    Mark      `json:"mark"`
	Key     Key       `json:"key"`
	Purpose Purpose   `json:"purpose,omitempty"` // for help or quiet: no other press belongs to a call
	At      time.Time `json:"at"`                // wall time, for people to read only
	Sig     []byte    `json:"sig,omitempty"`
}

// Asked says that a site's ladder reached its parent: it shall ring as well.
type Asked struct {
	By Site `json:"by"`
}

// Ending says why a grant ended.
type Ending string

// The endings of a grant. Only HungUp is a decision of a person; after the
// others the call rings again.
const (
	HungUp  Ending = "hung_up" // the person who talked ended it
	Dropped Ending = "dropped" // the person's page or hub was lost
	Lapsed  Ending = "lapsed"  // the kiosk lost its site and its voice
)

// Grant is the kiosk's word on who talks: a register that only the kiosk
// writes; order.go says which of two is the truth.
type Grant struct {
	Epoch   uint64 `json:"epoch"`
	Site    Site   `json:"site"`
	Person  Person `json:"person"`
	Live    bool   `json:"live"`
	Ending  Ending `json:"ending,omitempty"`
	Spoke   Mark   `json:"spoke"`   // speech was heard; the last press made before it
	Through Mark   `json:"through"` // the last press made before the grant ended
}

// Spoke says that speech of the villager was heard under a grant.
type Spoke struct {
	Epoch   uint64 `json:"epoch"`
	Through Mark   `json:"through"`
}

// Attended says that somebody was there in person.
type Attended struct {
	Who     string    `json:"who"`
	By      Person    `json:"by"`
	Site    Site      `json:"site"`
	Note    string    `json:"note,omitempty"`
	At      time.Time `json:"at"`
	Through Mark      `json:"through"`
}

// Rated is what the villager thinks of a talk: a press of a key after it. It
// changes nothing in the call; who is rated cannot make one.
type Rated struct {
	Mark Mark      `json:"mark"` // of the press, which belongs to no call
	Key  Key       `json:"key"`  // Enquiry: good; Urgent: bad
	At   time.Time `json:"at"`
	Sig  []byte    `json:"sig,omitempty"`
}

// Closing ends a call: a named person with a reason (invariant I9). It covers
// the presses up to Through; a later press opens the call again.
type Closing struct {
	Person      Person    `json:"person"`
	Site        Site      `json:"site"`
	Disposition string    `json:"disposition"`
	Note        string    `json:"note,omitempty"`
	At          time.Time `json:"at"`
	Through     Mark      `json:"through"`
}

// Merge takes in a fact without any rule of a site: the kiosk keeps its own
// call so. It reports whether the fact was news.
func (c *Call) Merge(f Fact) bool { return f.merge(c) }

func (Pressed) kind() string  { return "pressed" }
func (Asked) kind() string    { return "asked" }
func (Grant) kind() string    { return "grant" }
func (Spoke) kind() string    { return "spoke" }
func (Attended) kind() string { return "attended" }
func (Rated) kind() string    { return "rated" }
func (Closing) kind() string  { return "closed" }

func (f Pressed) merge(c *Call) bool {
	if !c.Seen.Add(f.Mark) {
		return false
	}
	if c.First.IsZero() || f.Mark.Less(c.First) {
		c.First, c.At = f.Mark, f.At
	}
	c.Last = later(c.Last, f.Mark)
	c.Quiet = c.Quiet || f.Purpose == ForQuiet
	if f.Key == Urgent {
		c.LastUrgent = later(c.LastUrgent, f.Mark)
	}
	return true
}

func (f Asked) merge(c *Call) bool {
	was := c.Asked
	c.Asked = true
	return !was
}

func (f Grant) merge(c *Call) bool {
	was := c.SpokeThrough
	c.SpokeThrough = later(was, f.Spoke) // speech counts also under a grant that was overtaken
	if f.newer(c.Grant) {
		c.Grant = f
		return true
	}
	return c.SpokeThrough != was
}

func (f Spoke) merge(c *Call) bool {
	was := c.SpokeThrough
	c.SpokeThrough = later(was, f.Through)
	return c.SpokeThrough != was
}

func (f Attended) merge(c *Call) bool {
	if c.Attended != nil && !f.newer(*c.Attended) {
		return false
	}
	c.Attended = &f
	return true
}

// The last word counts.
func (f Rated) merge(c *Call) bool {
	if c.Rated != nil && !f.newer(*c.Rated) {
		return false
	}
	c.Rated = &f
	return true
}

func (f Closing) merge(c *Call) bool {
	if c.Closing != nil && !f.newer(*c.Closing) {
		return false
	}
	c.Closing = &f
	return true
}
