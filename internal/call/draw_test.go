package call

import (
	"encoding/json"
	"flag"
	"time"

	"pgregory.net/rapid"
)

// The worlds of the property tests are small on purpose: few marks, epochs,
// sites and people, so that facts meet and contradict each other often.

var (
	here, there = Site("361025100"), Site("361025")
	li          = Person{ID: "p-li", Name: "虚构李", Post: "坐席"}
	wang        = Person{ID: "p-wang", Name: "虚构王", Post: "坐席"}
	theCall     = ID{Kiosk: "361025100200-1", Mark: Mark{1, 1}}
	noon        = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
)

// A thousand draws cost a fifth of a second; the flag still overrides.
func init() { _ = flag.Set("rapid.checks", "1000") }

func drawMark() *rapid.Generator[Mark] {
	return rapid.Custom(func(t *rapid.T) Mark {
		return Mark{Boot: uint32(rapid.IntRange(1, 2).Draw(t, "boot")), Seq: uint32(rapid.IntRange(1, 5).Draw(t, "seq"))}
	})
}

func drawPerson() *rapid.Generator[Person] { return rapid.SampledFrom([]Person{li, wang}) }

func drawSite() *rapid.Generator[Site] { return rapid.SampledFrom([]Site{here, there}) }

func drawTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "minute")) * time.Minute)
	})
}

// drawPressed: one mark is one physical press, so key and time follow from it.
func drawPressed() *rapid.Generator[Fact] {
	return rapid.Custom(func(t *rapid.T) Fact {
		m := drawMark().Draw(t, "mark")
		key := Enquiry
		if (m.Seq+m.Boot)%3 == 0 {
			key = Urgent
		}
		purpose := ForHelp
		if m.Seq%4 == 0 {
			purpose = ForQuiet
		}
		return Pressed{Mark: m, Key: key, Purpose: purpose, At: noon.Add(time.Duration(m.Boot*100+m.Seq) * time.Second)}
	})
}

func drawGrant() *rapid.Generator[Fact] {
	return rapid.Custom(func(t *rapid.T) Fact {
		g := Grant{Epoch: uint64(rapid.IntRange(1, 3).Draw(t, "epoch")), Site: drawSite().Draw(t, "site"),
			Person: drawPerson().Draw(t, "person"), Live: rapid.Bool().Draw(t, "live")}
		if !g.Live {
			g.Ending = rapid.SampledFrom([]Ending{HungUp, Dropped, Lapsed}).Draw(t, "ending")
			g.Through = drawMark().Draw(t, "through")
			if rapid.Bool().Draw(t, "with speech") {
				g.Spoke = drawMark().Draw(t, "spoke")
			}
		}
		return g
	})
}

func drawAttended() *rapid.Generator[Fact] {
	return rapid.Custom(func(t *rapid.T) Fact {
		return Attended{Who: rapid.SampledFrom([]string{"村医", "网格员"}).Draw(t, "who"), By: drawPerson().Draw(t, "by"),
			Site: drawSite().Draw(t, "site"), At: drawTime().Draw(t, "at"), Through: drawMark().Draw(t, "through")}
	})
}

func drawClosing() *rapid.Generator[Fact] {
	return rapid.Custom(func(t *rapid.T) Fact {
		return Closing{Person: drawPerson().Draw(t, "person"), Site: drawSite().Draw(t, "site"),
			Disposition: rapid.SampledFrom([]string{"solved", "passed_on"}).Draw(t, "disposition"),
			Note:        rapid.SampledFrom([]string{"", "已上门"}).Draw(t, "note"),
			At:          drawTime().Draw(t, "at"), Through: drawMark().Draw(t, "through")}
	})
}

func drawFact() *rapid.Generator[Fact] {
	return rapid.OneOf(drawPressed(), drawPressed(), drawGrant(), drawGrant(), drawAttended(), drawClosing(),
		rapid.Custom(func(t *rapid.T) Fact {
			return Spoke{Epoch: uint64(rapid.IntRange(1, 3).Draw(t, "epoch")), Through: drawMark().Draw(t, "through")}
		}),
		rapid.Custom(func(t *rapid.T) Fact {
			return Rated{Mark: drawMark().Draw(t, "mark"), Key: rapid.SampledFrom([]Key{Urgent, Enquiry}).Draw(t, "key"), At: drawTime().Draw(t, "at")}
		}),
		rapid.Just(Fact(Asked{By: here})))
}

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// merged is the half of a call that all sites share, as text.
func merged(t failer, c Call) string {
	t.Helper()
	c.Why, c.Rung, c.Climbing, c.Rings, c.Requeued = Why{}, 0, "", nil, 0
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// whole is all of a call as text, what is not stored too.
func whole(t failer, c Call) string {
	t.Helper()
	b, err := json.Marshal(struct {
		Call
		RungAt, OpenedAt Mono
		Claim            *Claim
		Releasing        *Release
		Absent           bool
		Since            Mono
		Doubt            bool
	}{c, c.RungAt, c.OpenedAt, c.Claim, c.Releasing, c.Absent, c.AbsentSince, c.Why.Doubt})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
