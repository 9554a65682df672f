package site_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// Rule 6: people are rung before the disk has the press; the acknowledgement
// waits for it.
func TestRingFirstAcknowledgeAfterTheCommit(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.held = true
	h.kiosk(press(1, 1, call.Urgent))
	h.phase(id(1), call.Ringing, true)
	if len(took[site.Changed](h)) == 0 {
		t.Fatal("the pages were not told")
	}
	if v, _ := h.s.Call(id(1)); v.Stored {
		t.Fatal("shown as stored")
	}
	no[wire.PressAck](h, mine)
	save := h.saves[0]
	if len(save.Presses) != 1 || len(save.Calls) != 1 || len(save.Facts) != 1 || len(save.Out) != 1 {
		t.Fatalf("one press is not one transaction: %+v", save)
	}
	if f := save.Facts[0].Fact.(call.Pressed); f.Mark != id(1).Mark || save.Facts[0].From != town {
		t.Fatalf("%+v", save.Facts[0])
	}
	h.commit()
	if a := one[wire.PressAck](h, mine); a.Press != id(1) || a.Call != id(1) {
		t.Fatalf("%+v", a)
	}
	if v, _ := h.s.Call(id(1)); !v.Stored || len(took[site.Changed](h)) == 0 {
		t.Fatal("not shown as stored")
	}
}

func TestAStoreThatIsDownHoldsPresses(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.held = true
	h.kiosk(press(1, 1, call.Urgent))
	no[wire.PressHold](h, mine)
	h.do(site.StoreDown{})
	if f := one[wire.PressHold](h, mine); f.Press != id(1) || f.Reason == "" {
		t.Fatalf("%+v", f)
	}
	h.kiosk(press(2, 1, call.Urgent))
	one[wire.PressHold](h, mine)
	h.kiosk(press(1, 1, call.Urgent)) // the kiosk keeps resending
	one[wire.PressHold](h, mine)
	if !h.s.StoreDown() {
		t.Fatal("not shown as down")
	}
	h.phase(id(1), call.Ringing, true)
	h.wait(25 * time.Second)
	if c := h.call(id(1)); c.Rung < 2 {
		t.Fatal("the ladder stands still while the store is down")
	}
	no[wire.PressAck](h, mine)
	h.commit()
	if got := sent[wire.PressAck](h, mine); len(got) != 2 {
		t.Fatalf("%d acknowledgements after the store came back, want 2", len(got))
	}
	h.kiosk(press(3, 1, call.Urgent))
	no[wire.PressHold](h, mine)
}

func TestARepeatedPressIsOnePress(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.held = true
	p := press(1, 1, call.Urgent)
	h.kiosk(p)
	h.kiosk(p)
	h.kiosk(p)
	if len(h.saves) != 1 {
		t.Fatalf("%d saves", len(h.saves))
	}
	no[wire.PressAck](h, mine)
	h.commit()
	one[wire.PressAck](h, mine)
	h.kiosk(p)
	one[wire.PressAck](h, mine)
	if c := h.call(id(1)); c.Seen.Count() != 1 || h.s.Kiosk(mine).Count != 1 {
		t.Fatalf("%+v", c.Seen)
	}
	if len(h.saves) != 0 {
		t.Fatal("a repeat was stored")
	}
}

// A press that comes again when its call is long archived, or after a
// restart, is acknowledged and opens nothing.
func TestARepeatOfAnArchivedPressOpensNothing(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	for seq := uint32(1); seq <= 10; seq++ {
		h.kiosk(press(seq, seq, call.Enquiry))
		h.serve(id(seq))
	}
	if _, ok := h.s.Call(id(1)); ok {
		t.Fatal("ten closed calls are kept in memory (I11)")
	}
	for range 2 {
		h.out = nil
		h.kiosk(press(1, 1, call.Enquiry))
		one[wire.PressAck](h, mine)
		if open := h.s.Open(); len(open) > 0 {
			t.Fatalf("%s is open", open[0].Call.ID)
		}
		old := h.image.Calls[id(1)]
		if old.Phase() != call.Closed {
			t.Fatalf("the stored call became %s", old.Phase())
		}
		h.start()
		h.do(site.KioskUp{Kiosk: mine})
	}
}

func TestPressesOfOneEpisodeAreOneCall(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(press(2, 1, call.Urgent)) // overtook the first
	h.kiosk(press(1, 1, call.Enquiry))
	h.kiosk(press(3, 1, call.Enquiry))
	if open := h.s.Open(); len(open) != 1 || open[0].Call.Seen.Count() != 3 || open[0].Call.Key() != call.Urgent {
		t.Fatalf("%+v", open)
	}
	if got := h.s.Kiosk(mine); !slices.Equal(got.Open, []call.ID{id(1)}) || !got.Up {
		t.Fatalf("%+v", got)
	}
}

// An age that no clock can have must not move a rung into the far future.
func TestAnAbsurdAgeStillClimbs(t *testing.T) {
	for _, age := range []int64{1 << 43, 9_300_000_000_000, math.MaxInt64} { // in nanoseconds they overflow
		h := newHall(t, town)
		h.do(site.KioskUp{Kiosk: mine})
		p := press(1, 1, call.Urgent)
		p.AgeMS = age
		h.kiosk(p)
		h.wait(90 * time.Second)
		if c := h.call(id(1)); c.Rung != 4 {
			t.Errorf("an age of %d ms: on rung %d after 90 s", age, c.Rung)
		}
		h = newHall(t, county)
		h.do(site.PeerUp{Site: town})
		for n, f := range []call.Fact{pressed(1), call.Asked{By: town}} {
			x := fact(uint64(n+1), id(1), f)
			x.AgeMS = age
			h.peer(town, x)
		}
		h.wait(90 * time.Second)
		if c := h.call(id(1)); c.Rung != 4 {
			t.Errorf("an age of %d ms: on rung %d at the county after 90 s", age, c.Rung)
		}
	}
}

func TestFramesThatMakeNoSenseAreRefusedByName(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(pressOf(theirs, 1, 1, call.Urgent)) // another kiosk's press
	if r := took[site.Refused](h); len(r) != 1 || r[0].Why.Frame != wire.TPress || r[0].Kiosk == "" {
		t.Fatalf("%+v", r)
	}
	for _, f := range []wire.Frame{wire.Claim{}, wire.State{}, wire.Fact{}, wire.Welcome{}} {
		h.kiosk(f)
		if r := took[site.Refused](h); len(r) != 1 || r[0].Why.Frame != f.Type() {
			t.Fatalf("%s: %+v", f.Type(), r)
		}
	}
	h.peer(county, wire.Press{})
	if r := took[site.Refused](h); len(r) != 1 {
		t.Fatalf("%+v", r)
	}
	// Registers of another kiosk's call or of an unknown one change nothing.
	g := call.Grant{Epoch: 1, Site: town, Person: li, Live: true}
	h.kiosk(wire.Grant{Call: call.ID{Kiosk: theirs, Mark: call.Mark{Boot: 1, Seq: 1}}, Grant: g})
	h.kiosk(wire.Grant{Call: id(9), Grant: g})
	h.kiosk(wire.Deny{Call: id(9), Site: town, Grant: g})
	if len(h.s.All()) != 0 {
		t.Fatal("a register made a call")
	}
}

// The time of a press that outlived the kiosk's power cut is the kiosk's own,
// if that can be; people read it, nothing else does.
func TestAPressThatOutlivedAStartKeepsItsTime(t *testing.T) {
	for name, c := range map[string]struct{ at, want time.Time }{
		"three hours ago": {noon.Add(-3 * time.Hour), noon.Add(-3 * time.Hour)},
		"a dead clock":    {time.Unix(0, 0).UTC(), noon.Add(-time.Second)},
		"a fast clock":    {noon.Add(time.Hour), noon.Add(-time.Second)},
		"no word":         {time.Time{}, noon.Add(-time.Second)},
	} {
		h := newHall(t, town)
		h.do(site.KioskUp{Kiosk: mine})
		f := press(1, 1, call.Urgent)
		f.AgeMS, f.At = 1000, c.at
		h.do(site.FromKiosk{Kiosk: mine, Frame: f, At: noon})
		if v, ok := h.s.Call(id(1)); !ok || !v.Call.At.Equal(c.want) {
			t.Errorf("%s: pressed at %v, want %v", name, v.Call.At, c.want)
		}
	}
}
