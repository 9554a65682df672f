package call

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Post is whom a rung rings: a kind of person or place, which each site maps
// to the people on duty.
type Post string

// The posts of the default ladders.
const (
	Seats         Post = "seats"
	BackupPost    Post = "backup_post"
	DutyLeader    Post = "duty_leader"
	VillageCadres Post = "village_cadres"
	Neighbour     Post = "neighbour"
	Parent        Post = "parent" // the site above: the county
	Helpers       Post = "helpers"
	Siren         Post = "siren"
)

var knownPosts = []Post{Seats, BackupPost, DutyLeader, VillageCadres, Neighbour, Parent, Helpers, Siren}

// Rung adds posts once a call has rung for After.
type Rung struct {
	After time.Duration `json:"after"`
	Posts []Post        `json:"posts"`
}

// Ladder is the order in which posts join the ringing. Nobody ever leaves it.
type Ladder []Rung

// Ladders has one ladder for each key.
type Ladders map[Key]Ladder

// DefaultLadders are those of the design, section 4: red reaches the county
// after 20 s, green after 30 s.
func DefaultLadders() Ladders {
	return Ladders{
		Urgent: {
			{0, []Post{Seats}},
			{10 * time.Second, []Post{BackupPost, DutyLeader, VillageCadres}},
			{20 * time.Second, []Post{Parent}},
			{45 * time.Second, []Post{Helpers}},
			{60 * time.Second, []Post{Siren}},
		},
		Enquiry: {
			{0, []Post{Seats}},
			{15 * time.Second, []Post{BackupPost, DutyLeader, Neighbour}},
			{30 * time.Second, []Post{Parent}},
		},
	}
}

// Validate refuses ladders that could leave a call with nobody.
func (l Ladders) Validate() error {
	for _, k := range []Key{Urgent, Enquiry} {
		if err := l[k].validate(); err != nil {
			return fmt.Errorf("ladder of the %s key: %w", k, err)
		}
	}
	return nil
}

func (l Ladder) validate() error {
	if len(l) == 0 || l[0].After != 0 {
		return errors.New("its first rung must ring at 0 s")
	}
	for i, r := range l {
		if len(r.Posts) == 0 {
			return fmt.Errorf("rung %d rings nobody", i)
		}
		for _, p := range r.Posts {
			if !slices.Contains(knownPosts, p) {
				return fmt.Errorf("rung %d: %q is no post; there are %v", i, p, knownPosts)
			}
		}
		if i > 0 && r.After <= l[i-1].After {
			return fmt.Errorf("rung %d must come later than the one before", i)
		}
	}
	return nil
}

// Due is the time of the next rung, if there is one.
func (c *Call) Due(p *Policy) (Mono, bool) {
	l := p.Ladders[c.Climbing]
	if !c.RingsHere() || c.Rung < 0 || c.Rung+1 >= len(l) {
		return 0, false
	}
	return c.RungAt + l[c.Rung+1].After - l[c.Rung].After, true
}
