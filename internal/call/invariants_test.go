package call

import (
	"strings"
	"testing"
	"time"
)

// scene is a world in which everything is well: one kiosk, its township and
// the county, and one red call that rings at both.
type scene struct {
	World
	home, top *Call
}

func newScene(t *testing.T) *scene {
	t.Helper()
	p := DefaultPolicy(here, true)
	ring := func(site Site) *Call {
		c := New(theCall)
		c.Why.Home = true
		p.Site = site
		c, _, err := Step(c, 0, &p, Learn{Fact: Pressed{Mark: Mark{1, 1}, Key: Urgent, At: noon}})
		if err != nil {
			t.Fatal(err)
		}
		return &c
	}
	s := &scene{home: ring(here), top: ring(there)}
	yes := func(PressID) bool { return true }
	whole := func(string) Mono { return time.Hour }
	open := *s.home
	s.World = World{Stored: yes, Settled: true,
		Sites: []SiteView{
			{Site: here, Policy: &p, Calls: []*Call{s.home}, Reaches: whole, Stored: yes},
			{Site: there, Policy: &p, Calls: []*Call{s.top}, Reaches: whole, Stored: yes}},
		Kiosks: []KioskView{{ID: theCall.Kiosk, Home: here, Journaled: []PressID{theCall}, Open: &open,
			Received: true, Bound: 50 * time.Second}}}
	return s
}

func (s *scene) merge(f Fact) {
	s.home.Merge(f)
	s.top.Merge(f)
	s.Kiosks[0].Open.Merge(f)
}

// Each break of a promise is found, under its own name.
func TestCheckNamesWhatIsBroken(t *testing.T) {
	live := func(epoch uint64) Grant { return Grant{Epoch: epoch, Site: here, Person: li, Live: true} }
	over := func(epoch uint64) Grant {
		return Grant{Epoch: epoch, Site: here, Person: li, Ending: Dropped, Through: Mark{1, 1}}
	}
	never := func(PressID) bool { return false }
	closing := Closing{Person: li, Site: here, Disposition: "solved", At: noon, Through: Mark{1, 1}}
	for _, tc := range []struct {
		name string
		want string
		do   func(*scene)
	}{
		{"all is well", "", func(*scene) {}},
		{"a talk", "", func(s *scene) { s.merge(live(1)); s.Kiosks[0].Answered = true }},
		{"grants in order", "", func(s *scene) { s.Kiosks[0].Grants = []Grant{live(1), over(1), live(2), over(2)} }},
		{"spoken to and closed", "", func(s *scene) { s.merge(Spoke{Epoch: 1, Through: Mark{1, 1}}); s.merge(closing) }},
		{"press in no call", "I1", func(s *scene) { s.home.Seen = Seen{} }},
		{"press in two calls", "I1", func(s *scene) {
			twin := *s.home
			twin.ID.Seq = 9
			s.Sites[0].Calls = append(s.Sites[0].Calls, &twin)
		}},
		{"press not on home's disk", "I1", func(s *scene) { s.Sites[0].Stored = never }},
		{"received and nowhere stored", "I2", func(s *scene) { s.Stored = never }},
		{"received without a call", "I2", func(s *scene) { s.Kiosks[0].Open = nil }},
		{"answered without a grant", "I2", func(s *scene) { s.Kiosks[0].Answered = true }},
		{"late rung", "I5", func(s *scene) { s.Sites[0].Now = 12 * time.Second }},
		{"reached and not rung", "I7", func(s *scene) {
			s.Kiosks[0].Waiting = time.Minute
			s.top.Why = Why{}
		}},
		{"reached and unknown", "I7", func(s *scene) {
			s.Kiosks[0].Waiting = time.Minute
			s.Sites[1].Calls = nil
		}},
		{"two grants at a time", "I8", func(s *scene) { s.Kiosks[0].Grants = []Grant{live(1), live(2)} }},
		{"epoch falls", "I8", func(s *scene) { s.Kiosks[0].Grants = []Grant{over(2), live(1)} }},
		{"epoch lives again", "I8", func(s *scene) { s.Kiosks[0].Grants = []Grant{live(1), over(1), live(1)} }},
		{"closed by nobody", "I9", func(s *scene) {
			s.merge(Spoke{Epoch: 1, Through: Mark{1, 1}})
			s.merge(Closing{Site: here, Disposition: "solved", Through: Mark{1, 1}})
		}},
		{"red closed without speech", "I9", func(s *scene) { s.merge(closing) }},
		{"phases differ", "I10", func(s *scene) { s.top.Merge(live(1)) }},
		{"grants differ", "I10", func(s *scene) { s.top.Merge(over(1)) }},
		{"presses differ", "I10", func(s *scene) { s.top.Merge(Pressed{Mark: Mark{1, 2}, Key: Urgent}) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScene(t)
			tc.do(s)
			found := Check(&s.World)
			if tc.want == "" && len(found) > 0 {
				t.Fatalf("found %v in a healthy world", found)
			}
			for _, v := range found {
				if v.Invariant != tc.want {
					t.Errorf("found %v, want only %s", v, tc.want)
				}
				if !strings.HasPrefix(v.String(), tc.want+": ") {
					t.Errorf("told as %q", v)
				}
			}
			if tc.want != "" && len(found) == 0 {
				t.Fatalf("%s was not found", tc.want)
			}
		})
	}
}

func TestWhatMustAgreeIsOnlyAskedOfASettledWorld(t *testing.T) {
	s := newScene(t)
	s.Settled = false
	s.top.Merge(Pressed{Mark: Mark{1, 2}, Key: Urgent})
	s.home.Seen = Seen{}
	if found := Check(&s.World); len(found) > 0 {
		t.Fatal(found)
	}
}
