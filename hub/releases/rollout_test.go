package releases

import (
	"slices"
	"testing"
	"time"

	"huying/internal/wire"
)

// small is a county with a trial of two kiosks in two villages of one township,
// who are under way one after another.
func small(t *testing.T) (c *county, a, b *Kiosk) {
	c = newCounty(t, 6)
	a, b = &c.fleet.Kiosks[0], &c.fleet.Kiosks[3]
	c.start(a.ID, b.ID)
	c.look()
	if c.r.Kiosks[a.ID].Phase == None {
		a, b = b, a
	}
	c.is(a, Offered)
	c.is(b, None)
	return c, a, b
}

func (c *county) is(k *Kiosk, want Phase) {
	if got := c.r.Kiosks[k.ID].Phase; got != want {
		c.t.Fatalf("%s is %q, want %q; the rollout is %s", k.ID, got, want, c.r.State)
	}
}

func (c *county) pass(d time.Duration) Change {
	c.now = c.now.Add(d)
	return c.look()
}

// installs goes through an update, up to a press that arrives.
func (c *county) installs(k *Kiosk) {
	for _, p := range []wire.Phase{wire.Fetching, wire.Waiting, wire.Installing, wire.Trying, wire.Installed} {
		k.says(p)
		c.pass(time.Minute)
		c.is(k, Phase(p))
	}
	k.Proven = c.now.Add(time.Second)
	c.pass(time.Minute)
}

func TestAnyFailureHalts(t *testing.T) {
	for name, fails := range map[string]func(c *county, a *Kiosk){
		"rolled back": func(c *county, a *Kiosk) { a.says(wire.Trying); c.pass(time.Minute); a.says(wire.RolledBack) },
		"silent while it installs": func(c *county, a *Kiosk) {
			a.says(wire.Installing)
			c.pass(time.Minute)
			a.Online, a.Since = false, c.now
			c.pass(LostAfter - time.Second)
			c.is(a, Installing)
			c.now = c.now.Add(time.Second)
		},
		"taken back by hand": func(c *county, a *Kiosk) { c.installs(a); a.Version, a.Update = before, nil },
	} {
		t.Run(name, func(t *testing.T) {
			c, a, b := small(t)
			fails(c, a)
			ch := c.pass(0)
			if c.r.State != Halted || !slices.Contains(ch.Failed, a.ID) || !ch.Whole {
				t.Fatalf("%s %+v", c.r.State, ch)
			}
			c.is(b, None)
			if _, err := c.r.Resume(c.now, "", zhou); err != NoteNeeded {
				t.Fatal(err)
			}
			ch, err := c.r.Resume(c.now, "停电，不是版本的问题", zhou)
			if err != nil || !slices.Contains(ch.Mended, a.ID) {
				t.Fatalf("%+v %v", ch, err)
			}
			c.pass(time.Minute)
			if c.r.State != Running {
				t.Fatal("what was excused halts again")
			}
			a.Online, b.Online, b.Since = true, true, c.now
			b.says(wire.RolledBack)
			if c.pass(time.Minute); c.r.State != Halted {
				t.Fatal("a second failure does not halt")
			}
		})
	}
}

func TestOneRefusalIsThatKiosksTwoHalt(t *testing.T) {
	c, a, b := small(t)
	a.says(wire.Refused)
	c.pass(time.Minute)
	c.is(a, Refused)
	c.is(b, Offered)
	if got := c.r.Missing(c.fleet); c.r.State != Running || len(got) != 2 {
		t.Fatalf("%s %v", c.r.State, got)
	}
	b.says(wire.Refused)
	if c.pass(time.Minute); c.r.State != Halted {
		t.Fatal(c.r.State)
	}
}

func TestHaltingTakesBackWhatHasNotBegun(t *testing.T) {
	c := newCounty(t, 20)
	a, b := &c.fleet.Kiosks[0], &c.fleet.Kiosks[3]
	c.start(a.ID, b.ID)
	c.look() // two of twenty at once
	a.says(wire.RolledBack)
	b.says(wire.Waiting)
	if ch := c.pass(time.Minute); !slices.Contains(ch.Tell, b.ID) {
		t.Fatalf("%+v", ch)
	}
	c.is(b, None)
	b.says(wire.Trying) // the two words crossed
	c.pass(time.Minute)
	c.is(b, Trying)
}

func TestTheNextStageWaits(t *testing.T) {
	c, a, b := small(t)
	advance := func(want error, reasons map[string]string) {
		t.Helper()
		if _, err := c.r.Advance(c.now, c.fleet, Trial, reasons, zhou); err != want {
			t.Fatalf("%v, want %v", err, want)
		}
	}
	advance(NothingProven, map[string]string{a.ID: "x", b.ID: "x"})
	c.installs(a)
	advance(StageNotDone, nil)
	if _, err := c.r.Advance(c.now, c.fleet, Tenth, nil, zhou); err != OtherStage {
		t.Fatal(err)
	}
	for _, p := range []wire.Phase{wire.Trying, wire.Installed} {
		b.says(p)
		c.pass(time.Minute)
	}
	if got := c.r.Missing(c.fleet); len(got) != 1 || got[0] != (Missing{b.ID, NotProven}) {
		t.Fatalf("%v", got)
	}
	b.Online, b.Since = false, c.now // a kiosk that was changed and is silent is waited for
	c.pass(time.Minute)
	advance(StageNotDone, nil)
	advance(nil, map[string]string{b.ID: "村里停电"})
	if c.r.Stage != Tenth || c.r.Kiosks[b.ID].Excuse == nil {
		t.Fatalf("%+v", c.r)
	}
	b.Online, b.Proven = true, c.now
	c.pass(time.Minute)
	if _, err := c.r.Advance(c.now, c.fleet, Tenth, nil, zhou); err != nil || c.r.Stage != All {
		t.Fatal(err)
	}
	if _, err := c.r.Advance(c.now, c.fleet, All, nil, zhou); err != LastStage {
		t.Fatal(err)
	}
}

func TestWhoCannotBeReachedIsNotWaitedForAndComesLater(t *testing.T) {
	c, a, b := small(t)
	b.Online, b.Since = false, c.now
	c.installs(a)
	if _, err := c.r.Advance(c.now, c.fleet, Trial, nil, zhou); err != nil {
		t.Fatal(err)
	}
	b.Online, b.Since = true, c.now
	c.pass(time.Minute)
	c.is(b, Offered)
}

func TestAKioskThatCannotBeginLosesItsPlace(t *testing.T) {
	c, a, b := small(t)
	a.says(wire.Waiting) // on its battery, for days
	c.pass(OfferLife - time.Hour)
	c.is(a, Waiting)
	if ch := c.pass(2 * time.Hour); !slices.Contains(ch.Tell, a.ID) {
		t.Fatalf("%+v", ch)
	}
	c.is(b, Offered)
	b.Online, b.Since = false, c.now
	c.pass(LapseAfter)
	c.is(b, None)
	c.is(a, Waiting) // again: it has the package
}

func TestOnlyWhatCanBeUpdatedIsATrial(t *testing.T) {
	c := newCounty(t, 6)
	old, other, gone := c.fleet.Kiosks[0].ID, c.fleet.Kiosks[1].ID, c.fleet.Kiosks[2].ID
	c.fleet.Kiosks[0].Arch, c.fleet.Kiosks[1].Arch, c.fleet.Kiosks[2].Retired = "", "amd64", true
	for _, x := range []struct {
		trial []string
		want  error
	}{{nil, NoTrial}, {make([]string, MostTrial+1), UnknownKiosk}, {[]string{"361025106200-1"}, UnknownKiosk}, {[]string{old}, NotUpdatable},
		{[]string{other}, NotUpdatable}, {[]string{gone}, NotUpdatable}} {
		if _, _, err := Start(c.now, after, x.trial, c.fleet, zhou); err != x.want {
			t.Errorf("%v: %v, want %v", x.trial, err, x.want)
		}
	}
}
