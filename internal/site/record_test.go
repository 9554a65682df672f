package site_test

import (
	"testing"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

func record(seq, of uint32, k call.Key, p call.Purpose) wire.Press {
	f := press(seq, of, k)
	f.Purpose = p
	return f
}

// A lesson goes the way of every press, stored before it is acknowledged, and
// rings nobody.
func TestALessonIsStoredAndRingsNobody(t *testing.T) {
	for _, p := range []call.Purpose{call.ForPractice, call.ForSelfTest} {
		h := newHall(t, town)
		h.do(site.KioskUp{Kiosk: mine})
		h.held = true
		h.kiosk(record(1, 1, call.Urgent, p))
		no[wire.PressAck](h, mine)
		if len(h.s.Open()) != 0 || len(h.saves[0].Presses) != 1 || len(h.saves[0].Calls)+len(h.saves[0].Facts)+len(h.saves[0].Out) != 0 {
			t.Fatalf("%s: %d calls, save %+v", p, len(h.s.Open()), h.saves[0])
		}
		h.do(site.StoreDown{})
		one[wire.PressHold](h, mine)
		if len(took[site.Recorded](h)) != 0 {
			t.Fatal("told before it was stored")
		}
		h.commit()
		one[wire.PressAck](h, mine)
		if r := took[site.Recorded](h); len(r) != 1 || r[0].Press.Press != id(1) || r[0].Press.Fact.Purpose != p {
			t.Fatalf("%+v", r)
		}
		h.kiosk(record(1, 1, call.Urgent, p)) // the acknowledgement was lost
		one[wire.PressAck](h, mine)
		if len(h.saves) != 0 {
			t.Error("a repeated lesson is stored again")
		}
	}
}

func TestARatingBelongsToItsCallAndChangesNothingInIt(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.do(site.PeerUp{Site: county})
	h.kiosk(press(1, 1, call.Enquiry))
	h.kiosk(record(2, 1, call.Urgent, call.ForRating))
	c := h.call(id(1))
	if c.Rated == nil || c.Rated.Key != call.Urgent || c.Key() != call.Enquiry || c.Phase() != call.Ringing || c.Seen.Has(id(2).Mark) {
		t.Fatalf("%+v", c)
	}
	if stored := h.image.Calls[id(1)]; stored.Rated == nil {
		t.Error("the rating is not stored with its call")
	}
	h.kiosk(record(3, 77, call.Enquiry, call.ForRating)) // of a call that nobody remembers
	if acks := took[site.ToKiosk](h); len(acks) == 0 || len(h.s.Open()) != 1 {
		t.Errorf("%d frames, %d calls", len(acks), len(h.s.Open()))
	}
}
