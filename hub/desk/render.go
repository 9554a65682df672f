package desk

import (
	"cmp"
	"slices"
	"time"

	"huying/hub/auth"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
)

// beatEvery is how often a quiet page is told that the line lives.
const beatEvery = 5 * time.Second

func newBeat() *time.Ticker { return time.NewTicker(beatEvery) }

// order puts red before green and the oldest first (F17).
func order(calls []view.Call) {
	slices.SortStableFunc(calls, func(a, b view.Call) int {
		if a.Key != b.Key {
			if a.Key == string(call.Urgent) {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.WaitingMS, a.WaitingMS)
	})
}

// callFor shows a call as one person may see it.
func (d *Desk) callFor(v site.CallView, p auth.Person) view.Call {
	out := d.CallView(&v.Call)
	c := &v.Call
	me := d.cfg.Site.Policy.Site
	out.Stored, out.KioskOnline = v.Stored, v.Kiosk
	if c.Claim != nil && c.Phase() == call.Ringing {
		out.Phase = view.Claiming
		claimer := d.personView(c.Claim.Person)
		out.Claimer = &claimer
	}
	s := d.people[p.ID]
	duty := s != nil && s.duty
	out.RingsMe = duty && c.RingsHere() && c.Claim == nil && d.rungBy(c, p)
	out.May = mayDo(c, me, p, duty)
	return out
}

func (d *Desk) rungBy(c *call.Call, p auth.Person) bool {
	for _, post := range posts(p.Role) {
		if slices.Contains(c.Rings, post) {
			return true
		}
	}
	return false
}

// mayDo lists what a person may do now; the rules are those of package call,
// asked beforehand so that a page shows no button that would be refused.
func mayDo(c *call.Call, me call.Site, p auth.Person, duty bool) []view.Action {
	may := []view.Action{}
	if ok, _ := auth.May(p, auth.CallAnswer, unitOfKiosk(c.ID.Kiosk)); !ok {
		return may
	}
	ph := c.Phase()
	there := c.Attended != nil && !c.Attended.Through.Less(c.Last)
	if duty && c.Claim == nil && (ph == call.Ringing || ph == call.WrapUp || c.Why.Doubt) {
		may = append(may, view.Answer)
	}
	if c.TalksHere(me) && c.Grant.Person.ID == p.ID || c.Claim != nil && c.Claim.Person.ID == p.ID {
		may = append(may, view.HangUp)
	}
	if ph == call.Ringing || ph == call.WrapUp || ph == call.Talking && c.Grant.Site == me {
		may = append(may, view.Attended)
	}
	if c.Satisfied() && (ph == call.WrapUp || ph == call.Ringing && there) {
		may = append(may, view.Close)
	}
	return may
}

func unitOfKiosk(id string) string {
	unit, _ := auth.KioskUnit(id)
	return unit
}

// CallView shows a call to somebody who is nobody in particular: lists of old
// calls, and the ground for callFor.
func (d *Desk) CallView(c *call.Call) view.Call {
	point, township, _ := d.cfg.Places.Point(c.ID.Kiosk)
	out := view.Call{ID: c.ID.String(), Kiosk: c.ID.Kiosk, Point: point, Township: township,
		Key: string(c.Key()), Phase: view.Phase(c.Phase()), PressedAt: c.At,
		WaitingMS: max(time.Since(c.At).Milliseconds(), 0), Presses: c.Seen.Count(), Stored: true,
		Requeued: c.Requeued, Rung: max(c.Rung, 0), Rings: []string{}, Orphan: c.Why.Orphan || c.Why.Doubt,
		Spoke: c.Satisfied(), May: []view.Action{}}
	out.Rings, out.Quiet = postsRung(c), c.Quiet
	if c.Rated != nil {
		out.Rating = ratings[c.Rated.Key]
	}
	if g := c.Grant; g.Epoch != 0 {
		out.Answerer = &view.Answerer{Person: d.personView(g.Person), Site: d.cfg.Places.Unit(string(g.Site))}
	}
	if a := c.Attended; a != nil {
		out.AttendedBy = a.Who
	}
	if cl := c.Closing; cl != nil && c.Phase() == call.Closed {
		out.Closing = &view.Closing{Person: d.personView(cl.Person), Site: d.cfg.Places.Unit(string(cl.Site)),
			Disposition: cl.Disposition, Note: cl.Note, At: cl.At}
	}
	return out
}

// ratings are the two keys' words on a talk.
var ratings = map[call.Key]string{call.Enquiry: "good", call.Urgent: "bad"}

// postNames are the posts that pages name: those whose people have a page that
// rings, and the site above. A post that nobody can fill yet must not be shown
// as rung.
var postNames = map[call.Post]string{call.Seats: "seats", call.DutyLeader: "duty_leader", call.Parent: "county"}

// postsRung names the posts that were rung, as the pages know them: the parent
// is the county. A ladder speaks of the township's posts; whoever rings at
// another site than the kiosk's own is the county, whatever its posts are.
func postsRung(c *call.Call) []string {
	out := []string{}
	for _, p := range c.Rings {
		name := postNames[p]
		if !c.Why.Home {
			name = postNames[call.Parent]
		}
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func (d *Desk) personView(p call.Person) view.Person {
	return view.Person{ID: p.ID, Name: p.Name, Post: p.Post}
}

func (d *Desk) siteView() view.Site {
	out := view.Site{Unit: d.cfg.Unit, Database: d.stored, Media: d.voiceUp, Children: []view.ChildSite{}}
	if parent := d.cfg.Site.Parent; parent != "" {
		up := d.s.PeerUp(parent)
		out.Parent = &up
	}
	for _, c := range d.cfg.Children {
		out.Children = append(out.Children, view.ChildSite{Unit: c, Online: d.s.PeerUp(call.Site(c.Code))})
	}
	return out
}
