package site_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

func ringing(t *testing.T) *hall {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.do(site.Present{Person: li.ID, Posts: []call.Post{call.Seats}})
	h.kiosk(press(1, 1, call.Urgent))
	h.out = nil
	return h
}

func TestFromAnswerToTheEnd(t *testing.T) {
	h := ringing(t)
	h.by(id(1), call.Answer{Person: li})
	if r := took[site.OpenRoom](h); len(r) != 1 {
		t.Fatal("no room is prepared while the kiosk is asked")
	}
	h.grant(id(1))
	if m := took[site.GiveMedia](h); len(m) != 1 || m[0].Grant.Person != li {
		t.Fatalf("%+v", m)
	}
	if s := one[wire.State](h, mine); s.Code != wire.CodeAnswered {
		t.Fatalf("%+v", s)
	}
	h.by(id(1), call.Hear{Person: li})
	h.by(id(1), call.HangUp{Person: li})
	if len(took[site.CloseRoom](h)) != 1 {
		t.Fatal("the room stays open")
	}
	if s := one[wire.State](h, mine); s.Code != wire.CodeWrapUp {
		t.Fatalf("%+v", s)
	}
	h.confirm(id(1))
	h.held = true
	h.by(id(1), solved())
	no[wire.State](h, mine) // the end is told when it is on disk
	h.commit()
	s := one[wire.State](h, mine)
	if s.Code != wire.CodeClosed || s.Closing.Person != li || s.Closing.Note != "" {
		t.Fatalf("%+v %+v", s, s.Closing)
	}
	if h.call(id(1)).Closing.Note == "" {
		t.Fatal("the note is lost at the site")
	}
	h.phase(id(1), call.Closed, false)
}

// F18 at the site, and one person in one call.
func TestWhoMayAnswer(t *testing.T) {
	h := ringing(t)
	h.kiosk(press(2, 2, call.Urgent)) // a second call of the same kiosk, after a lost journal
	h.refused(site.Command{Call: id(7), Event: call.Answer{Person: li}}, site.UnknownCall)
	h.by(id(1), call.Answer{Person: li})
	if r := h.refused(site.Command{Call: id(1), Event: call.Answer{Person: wang}}, call.CallTaken); r.By != li {
		t.Fatalf("%+v", r)
	}
	h.refused(site.Command{Call: id(2), Event: call.Answer{Person: li}}, site.PersonBusy)
	h.grant(id(1))
	h.refused(site.Command{Call: id(2), Event: call.Answer{Person: li}}, site.PersonBusy)
	h.by(id(2), call.Answer{Person: wang})
	h.by(id(1), call.HangUp{Person: li})
	h.kiosk(wire.Deny{Call: id(2), Site: town, Grant: call.Grant{Epoch: 4, Site: county, Person: li, Live: true}})
	if tell := took[site.Tell](h); len(tell) != 1 || tell[0].Person != wang || tell[0].Why.Code != call.CallTaken {
		t.Fatalf("%+v", tell)
	}
}

// Closing the page in mid-call brings the call back; a reload does not.
func TestAPageThatGoesAwayDropsItsTalk(t *testing.T) {
	h := ringing(t)
	h.by(id(1), call.Answer{Person: li})
	h.grant(id(1))
	h.do(site.Absent{Person: wang.ID})
	h.do(site.Absent{Person: li.ID})
	h.wait(2 * time.Second)
	h.do(site.Present{Person: li.ID})
	h.wait(time.Minute)
	h.phase(id(1), call.Talking, false)
	h.out = nil
	h.do(site.Absent{Person: li.ID})
	h.wait(3 * time.Second)
	h.phase(id(1), call.Ringing, true)
	if s := one[wire.State](h, mine); s.Code != wire.CodeReceived { // nobody is here to hear it ring
		t.Fatalf("%+v", s)
	}
	if r := one[wire.Release](h, mine); r.Ending != call.Dropped {
		t.Fatalf("%+v", r)
	}
}

// The kiosk is told whether the page of somebody who is rung is open.
func TestAKioskIsToldWhetherAPageRings(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(press(1, 1, call.Urgent))
	no[wire.State](h, mine)
	says := func(want wire.Code) {
		t.Helper()
		if s := one[wire.State](h, mine); s.Code != want || s.Call != id(1) {
			t.Fatalf("%+v, want %s", s, want)
		}
		h.out = nil
	}
	leader, seat := []call.Post{call.DutyLeader}, []call.Post{call.Seats}
	h.do(site.Present{Person: li.ID}) // signed in, and off duty
	h.do(site.Present{Person: wang.ID, Posts: leader})
	no[wire.State](h, mine)
	h.wait(11 * time.Second) // the ladder reaches the duty leader
	says(wire.CodeRinging)
	h.do(site.Present{Person: li.ID, Posts: seat})
	h.do(site.Absent{Person: wang.ID})
	no[wire.State](h, mine) // one is enough
	h.do(site.Present{Person: li.ID})
	says(wire.CodeReceived)
	h.do(site.Present{Person: li.ID, Posts: seat})
	says(wire.CodeRinging)
	h.start() // the hub restarts; its pages have to come back
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(wire.Hello{Kiosk: mine, Proto: wire.Proto, BootNo: 1, NextSeq: 2, Episode: wire.Episodes{Open: &wire.Open{Call: id(1)}}})
	says(wire.CodeReceived)
}

// The kiosk restarted with a broken disk and knows no grant: the talk is off.
func TestAKioskThatForgotItsGrant(t *testing.T) {
	h := ringing(t)
	h.by(id(1), call.Answer{Person: li})
	g := h.grant(id(1))
	hello := wire.Hello{Kiosk: mine, Proto: wire.Proto, BootNo: 2, NextSeq: 2,
		Episode: wire.Episodes{Open: &wire.Open{Call: id(1), Grant: g, Rev: 9}}}
	h.do(site.KioskUp{Kiosk: mine})
	took[site.GiveMedia](h)
	h.kiosk(hello)
	one[wire.Welcome](h, mine)
	if len(took[site.GiveMedia](h)) != 1 {
		t.Fatal("a kiosk that comes back is not told where to talk")
	}
	h.phase(id(1), call.Talking, false)
	h.kiosk(hello) // an echo
	no[wire.Welcome](h, mine)

	hello.Episode.Open.Grant = call.Grant{}
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(hello)
	h.phase(id(1), call.Ringing, true)
	one[wire.Release](h, mine)
}

// A PING carries the kiosk's view: what was lost on the way heals.
func TestLostFramesHealWithThePing(t *testing.T) {
	h := ringing(t)
	h.by(id(1), call.Answer{Person: li})
	cl := one[wire.Claim](h, mine)
	g := call.Grant{Epoch: 65536, Site: cl.Site, Person: cl.Person, Live: true}
	h.out = nil
	h.kiosk(wire.Ping{Episode: wire.Episodes{Open: &wire.Open{Call: id(1), Grant: g, Rev: 0}}}) // GRANT was lost
	one[wire.Pong](h, mine)
	h.phase(id(1), call.Talking, false)
	h.out = nil
	h.kiosk(wire.Ping{Episode: wire.Episodes{Open: &wire.Open{Call: id(1), Grant: g, Rev: 0}}}) // STATE was lost
	if s := one[wire.State](h, mine); s.Code != wire.CodeAnswered || s.Rev == 0 {
		t.Fatalf("%+v", s)
	}
	h.kiosk(wire.Ping{Episode: wire.Episodes{Open: &wire.Open{Call: id(1), Grant: g, Rev: 99}}})
	no[wire.State](h, mine)
}

// The kiosk vouches that the county closed the call, though the uplink is cut.
func TestTheKiosksWordEndsACall(t *testing.T) {
	h := ringing(t)
	over := call.Grant{Epoch: 1, Site: county, Person: wang, Ending: call.HungUp, Spoke: id(1).Mark, Through: id(1).Mark}
	ended := func(seq uint32) wire.Ping {
		g, through := over, id(seq).Mark
		g.Spoke, g.Through = through, through
		return wire.Ping{Episode: wire.Episodes{Ended: []wire.Ended{{Call: id(seq), Grant: g, Closing: call.Closing{
			Person: wang, Site: county, Disposition: "solved", At: noon, Through: through}}}}}
	}
	h.held = true
	h.kiosk(ended(1))
	h.phase(id(1), call.Closed, false)
	if fs := sent[wire.State](h, mine); len(fs) > 1 || fs[0].Code == wire.CodeClosed {
		t.Fatalf("the end was told before it was stored: %+v", fs)
	}
	h.commit()
	if fs := sent[wire.State](h, mine); len(fs) == 0 || fs[0].Code != wire.CodeClosed || fs[0].Closing.Site != county {
		t.Fatalf("%+v", fs)
	}
	h.held = false
	if c := h.image.Calls[id(1)]; c.Closing == nil || c.Grant != over {
		t.Fatalf("%+v", c)
	}

	// A call of which only the end is heard: the press comes later and opens
	// nothing.
	h.kiosk(ended(5))
	if len(h.s.Open()) != 0 {
		t.Fatal("an ended call is shown")
	}
	h.kiosk(press(5, 5, call.Urgent))
	h.phase(id(5), call.Closed, false)

	// Archived calls are answered from memory of their presses alone.
	for seq := uint32(6); seq <= 12; seq++ {
		h.kiosk(press(seq, seq, call.Enquiry))
		h.kiosk(ended(seq))
	}
	h.out = nil
	h.kiosk(ended(1))
	if s := one[wire.State](h, mine); s.Call != id(1) || s.Code != wire.CodeClosed {
		t.Fatalf("%+v", s)
	}
	if len(h.s.Open()) != 0 {
		t.Fatal("an archived call was opened")
	}
	foreign := ended(1)
	foreign.Episode.Ended[0].Call.Kiosk = theirs
	h.kiosk(foreign)
	no[wire.State](h, mine)
}

// After a restart every waiting call rings at once, on its next rung.
func TestARestartRingsAgainAtOnce(t *testing.T) {
	h := ringing(t)
	h.start()
	h.phase(id(1), call.Ringing, true)
	if c := h.call(id(1)); c.Rung != 1 {
		t.Fatalf("on rung %d, want 1", c.Rung)
	}
	if due, ok := h.s.Next(); !ok || due != 10*time.Second {
		t.Fatalf("next rung at %v %v", due, ok)
	}
	h.do(site.KioskUp{Kiosk: mine})
	h.serve(id(1))
	if _, ok := h.s.Next(); ok {
		h.wait(time.Minute)
	}
	if due, ok := h.s.Next(); ok {
		t.Fatalf("a closed call has a rung at %v", due)
	}
	h.start()
	if len(h.s.Open()) != 0 {
		t.Fatal("a closed call is open after a restart")
	}
}
