package call

import (
	"slices"
	"time"
)

// Call is one call as one site knows it. The upper half is merged from facts
// and is the same at every site once they have heard each other; the lower
// half is this site's own. Call is a value: Step returns a new one.
type Call struct {
	ID           ID        `json:"id"`
	Seen         Seen      `json:"seen"`
	First        Mark      `json:"first"`
	Last         Mark      `json:"last"`
	LastUrgent   Mark      `json:"last_urgent"`
	At           time.Time `json:"at"` // wall time of the first press, for people
	Quiet        bool      `json:"quiet,omitempty"`
	Asked        bool      `json:"asked,omitempty"`
	Grant        Grant     `json:"grant"`
	SpokeThrough Mark      `json:"spoke_through"`
	Attended     *Attended `json:"attended,omitempty"`
	Closing      *Closing  `json:"closing,omitempty"`
	Rated        *Rated    `json:"rated,omitempty"`

	Why      Why    `json:"why"`      // why this site rings, if it does
	Rung     int    `json:"rung"`     // step of the ladder reached; -1 before ringing
	Climbing Key    `json:"climbing"` // whose ladder Rung counts
	Rings    []Post `json:"rings"`    // posts rung so far; only ever grows while it rings
	Requeued int    `json:"requeued"` // grants that ended without a person ending them

	RungAt      Mono     `json:"-"` // when Rung was reached, on this site's clock
	OpenedAt    Mono     `json:"-"` // when the first press was made, on this site's clock
	Claim       *Claim   `json:"-"` // who of this site waits for the kiosk's word
	Releasing   *Release `json:"-"` // what this site asked the kiosk to end
	Absent      bool     `json:"-"` // the page of who talks or claims is gone
	AbsentSince Mono     `json:"-"`
	Doubted     uint64   `json:"-"` // epoch of the last talk that rang here in doubt
}

// Why lists the reasons for which a site rings a call. They only ever add up
// until the call is closed.
type Why struct {
	Home   bool `json:"home,omitempty"`   // the kiosk belongs to this site
	Direct bool `json:"direct,omitempty"` // the kiosk itself pressed here
	Orphan bool `json:"orphan,omitempty"` // the site that rang fell silent
	Doubt  bool `json:"-"`                // the site that talked fell silent and the kiosk cannot vouch
}

// Claim is a person of this site who pressed answer.
type Claim struct {
	Person Person
	Since  Mono
	SentAt Mono
}

// Release is this site's wish that a grant of its own ends.
type Release struct {
	Epoch   uint64
	Ending  Ending
	Spoke   Mark
	Through Mark
	SentAt  Mono
}

// New is a call of which nothing is known yet but its id.
func New(id ID) Call { return Call{ID: id, Rung: -1} }

// RingsHere reports whether this site must ring the call now.
func (c *Call) RingsHere() bool {
	switch c.Phase() {
	case Ringing:
		return c.Why.Home || c.Why.Direct || c.Why.Orphan || c.Asked
	case Talking:
		return c.Why.Doubt
	}
	return false
}

// grant is the register as this site acts on it: what it asked the kiosk to
// end counts as ended here, so that nobody waits for a slow line.
func (c *Call) grant() Grant {
	g, r := c.Grant, c.Releasing
	if r != nil && r.Epoch == g.Epoch && g.Live {
		g.Live, g.Ending, g.Spoke, g.Through = false, r.Ending, r.Spoke, r.Through
	}
	return g
}

// TalksHere reports whether a person of site talks under a live grant.
func (c *Call) TalksHere(site Site) bool {
	return c.Phase() == Talking && c.Grant.Site == site
}

func (c *Call) addRings(posts []Post) {
	for _, p := range posts {
		if !slices.Contains(c.Rings, p) {
			c.Rings = append(slices.Clip(c.Rings), p)
		}
	}
}
