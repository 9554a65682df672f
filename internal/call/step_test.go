package call

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawEvent() *rapid.Generator[Event] {
	person := drawPerson()
	ids := rapid.SampledFrom([]string{li.ID, wang.ID})
	return rapid.Custom(func(t *rapid.T) Event {
		who := person.Draw(t, "who")
		switch rapid.IntRange(0, 13).Draw(t, "event") {
		case 0, 1:
			return Learn{Fact: drawFact().Draw(t, "fact"), Age: Mono(rapid.IntRange(0, 40).Draw(t, "age")) * time.Second}
		case 2:
			return Learn{Fact: drawPressed().Draw(t, "press")}
		case 3, 4:
			return Answer{Person: who}
		case 5:
			return HangUp{Person: who}
		case 6:
			return Hear{Person: who}
		case 7:
			return visited(who)
		case 8:
			return solved(who)
		case 9:
			return Gone{Person: ids.Draw(t, "page")}
		case 10:
			return Back{Person: ids.Draw(t, "page")}
		case 11:
			return rapid.SampledFrom([]Event{Restart{}, Forgot{}, Doubt{On: true}, Doubt{}, Become{Why{Direct: true}},
				Become{Why{Orphan: true}}}).Draw(t, "local")
		case 12:
			g := drawGrant().Draw(t, "truth").(Grant)
			return Denied{Grant: g}
		}
		return Tick{}
	})
}

// A life is a call at a site that lives through events, with the kiosk
// granting most of what it is asked.
func live(t *rapid.T, each func(before, after Call, now Mono, ev Event, out []Effect, err error)) {
	p := DefaultPolicy(rapid.SampledFrom([]Site{here, there}).Draw(t, "site"), true)
	c := New(theCall)
	c.Why.Home = rapid.Bool().Draw(t, "home")
	now := Mono(0)
	for range rapid.IntRange(1, 30).Draw(t, "events") {
		now += Mono(rapid.IntRange(0, 12_000).Draw(t, "ms")) * time.Millisecond
		ev := drawEvent().Draw(t, "event")
		if c.Claim != nil && rapid.IntRange(0, 2).Draw(t, "kiosk says yes") > 0 {
			ev = Learn{Fact: Grant{Epoch: c.Grant.Epoch + 1, Site: p.Site, Person: c.Claim.Person, Live: true}}
		}
		was := whole(t, c)
		after, out, err := Step(c, now, &p, ev)
		if whole(t, c) != was {
			t.Fatalf("%T wrote to the call it was given:\n%s\n%s", ev, was, whole(t, c))
		}
		if err != nil && (len(out) > 0 || whole(t, after) != was) {
			t.Fatalf("%T was refused (%v) and still did %v", ev, err, out)
		}
		each(c, after, now, ev, out, err)
		if due, ok := after.Due(&p); err == nil && ok && due <= now {
			t.Fatalf("after %T at %v a rung is due since %v (I5)", ev, now, due)
		}
		c = after
	}
}

// Rule 1: ringing only ever adds people.
func TestTheUnionOnlyGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live(t, func(before, after Call, _ Mono, ev Event, _ []Effect, _ error) {
			if after.Phase() == Closed {
				if after.RingsHere() || len(after.Rings) > 0 {
					t.Fatalf("closed and rings %v", after.Rings)
				}
				return
			}
			for _, post := range before.Rings {
				if !slices.Contains(after.Rings, post) {
					t.Fatalf("%T took %s away: %v became %v", ev, post, before.Rings, after.Rings)
				}
			}
			if before.Climbing == after.Climbing && after.Rung < before.Rung {
				t.Fatalf("%T went down from rung %d to %d", ev, before.Rung, after.Rung)
			}
			if before.Asked && !after.Asked || before.Why.Orphan && !after.Why.Orphan || before.Why.Direct && !after.Why.Direct {
				t.Fatalf("%T took a reason to ring away", ev)
			}
			if after.RingsHere() && (after.Rung < 0 || len(after.Rings) == 0) {
				t.Fatalf("%T: rings nobody: %s", ev, whole(t, after))
			}
		})
	})
}

// What a step tells the store and the peers is all they need: whoever merges
// what was learned, in any order, has the same call.
func TestWhatIsLearnedIsTheWholeTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []Fact
		var last Call
		live(t, func(_, after Call, _ Mono, _ Event, out []Effect, _ error) {
			for _, e := range out {
				if l, ok := e.(Learned); ok {
					facts = append(facts, l.Fact)
				}
			}
			last = after
		})
		copied := New(theCall)
		if len(facts) > 0 {
			for _, f := range rapid.Permutation(facts).Draw(t, "order") {
				copied.Merge(f)
			}
		}
		last.Claim, last.Releasing, last.Absent, last.Why.Doubt = nil, nil, false, false
		if x, y := merged(t, last), merged(t, copied); x != y {
			t.Fatalf("the site knows\n%s\nwho was told knows\n%s", x, y)
		}
	})
}

// I9: only the event Close, of a named person with a reason, or such a
// closing told by another site, ends a call.
func TestOnlyAPersonEndsACall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live(t, func(before, after Call, _ Mono, ev Event, _ []Effect, _ error) {
			if before.Phase() == Closed || after.Phase() != Closed {
				return
			}
			switch e := ev.(type) {
			case Close:
				if !before.Satisfied() {
					t.Fatal("a red call was closed without speech or attendance (F23)")
				}
				return
			case Learn:
				switch e.Fact.(type) {
				case Closing:
					return
				case Pressed:
					if before.Phase() == Empty { // the closing was here before the press
						return
					}
				}
			case Denied:
				if e.Closing != nil {
					return
				}
			}
			t.Fatalf("%T %+v ended the call", ev, ev)
		})
	})
}
