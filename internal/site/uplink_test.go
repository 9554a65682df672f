package site_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

func fact(n uint64, of call.ID, f call.Fact) wire.Fact {
	kind, data, err := call.EncodeFact(f)
	if err != nil {
		panic(err)
	}
	return wire.Fact{N: n, Call: of, Kind: kind, Data: data, Decoded: f}
}

func pressed(seq uint32) call.Pressed {
	return call.Pressed{Mark: call.Mark{Boot: 1, Seq: seq}, Key: call.Urgent, At: noon}
}

// joined is a township whose line to the county is up.
func joined(t *testing.T) *hall {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	h.do(site.PeerUp{Site: county})
	one[wire.Peer](h, string(county))
	h.peer(county, wire.Peer{Site: county, Proto: wire.Proto, Ready: true})
	h.out = nil
	return h
}

// What a township learns goes up, numbered without gaps, only once stored.
func TestFactsGoUpAfterTheCommit(t *testing.T) {
	h := joined(t)
	h.held = true
	h.kiosk(press(1, 1, call.Urgent))
	h.peer(county, wire.Peer{Site: county, Proto: wire.Proto, Ready: true}) // what else would send
	h.wait(5 * time.Second)
	no[wire.Fact](h, string(county))
	h.commit()
	if f := one[wire.Fact](h, string(county)); f.N != 1 || f.Kind != call.KindPressed || f.Call != id(1) {
		t.Fatalf("%+v", f)
	}
	h.held = false
	h.wait(1500 * time.Millisecond)
	no[wire.Fact](h, string(county))
	h.wait(time.Second) // unacknowledged for 2 s: again
	if f := one[wire.Fact](h, string(county)); f.N != 1 || f.AgeMS < 2000 {
		t.Fatalf("%+v", f)
	}
	h.peer(county, wire.FactAck{N: 1})
	h.kiosk(press(2, 1, call.Urgent))
	if f := one[wire.Fact](h, string(county)); f.N != 2 {
		t.Fatalf("%+v", f)
	}
	if len(h.image.Out[county]) != 1 {
		t.Fatalf("the outbox keeps %d", len(h.image.Out[county]))
	}
	h.peer(county, wire.FactAck{N: 1}) // late and repeated
	h.peer(county, wire.FactAck{N: 99})
	if _, unsent := h.s.Size(); unsent != 1 {
		t.Fatalf("%d unsent", unsent)
	}
}

// A new line, or a new process, goes on where the other side says it is.
func TestTheOutboxGoesOnWhereTheOtherSideIs(t *testing.T) {
	h := joined(t)
	for seq := uint32(1); seq <= 3; seq++ {
		h.kiosk(press(seq, 1, call.Urgent))
	}
	h.do(site.PeerDown{Site: county})
	if h.s.PeerUp(county) {
		t.Fatal("still up")
	}
	for range 2 {
		h.out = nil
		h.do(site.PeerUp{Site: county})
		h.peer(county, wire.Peer{Site: county, Proto: wire.Proto, Have: 2})
		if ps := sent[wire.Peer](h, string(county)); len(ps) != 2 || !ps[1].Ready {
			t.Fatalf("%+v", ps)
		}
		if f := sent[wire.Fact](h, string(county)); len(f) == 0 || f[0].N != 3 {
			t.Fatalf("%+v", f)
		}
		h.start()
	}
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(press(4, 1, call.Urgent)) // numbers go on too
	if out := h.image.Out[county]; out[len(out)-1].N <= 3 {
		t.Fatalf("%+v", out)
	}
}

func TestAtMostAWindowIsUnderWay(t *testing.T) {
	h := joined(t)
	for seq := uint32(1); seq <= 100; seq++ {
		h.kiosk(press(seq, 1, call.Urgent))
	}
	if n := len(sent[wire.Fact](h, string(county))); n != 64 {
		t.Fatalf("%d facts under way, want 64", n)
	}
	h.peer(county, wire.FactAck{N: 50})
	if n := len(sent[wire.Fact](h, string(county))); n != 36 {
		t.Fatalf("%d more after the acknowledgement, want the other 36", n)
	}
}

// below is a county whose line to the township is up.
func below(t *testing.T) *hall {
	h := newHall(t, county)
	h.do(site.PeerUp{Site: town})
	h.peer(town, wire.Peer{Site: town, Proto: wire.Proto, Ready: true})
	h.out = nil
	return h
}

func TestFactsAreTakenInOrderAndAcknowledgedAfterTheCommit(t *testing.T) {
	h := below(t)
	h.held = true
	h.peer(town, fact(2, id(1), call.Asked{By: town})) // overtook
	h.peer(town, fact(1, id(1), pressed(1)))
	h.peer(town, fact(1, id(1), pressed(1)))
	no[wire.FactAck](h, string(town))
	h.phase(id(1), call.Ringing, false) // heard of, not asked
	h.commit()
	if a := one[wire.FactAck](h, string(town)); a.N != 1 {
		t.Fatalf("%+v", a)
	}
	h.held = false
	h.peer(town, fact(2, id(1), call.Asked{By: town}))
	one[wire.FactAck](h, string(town))
	h.phase(id(1), call.Ringing, true)
	h.peer(town, fact(2, id(1), call.Asked{By: town})) // the acknowledgement was lost
	if a := one[wire.FactAck](h, string(town)); a.N != 2 {
		t.Fatalf("%+v", a)
	}
	if h.image.Have[town] != 2 {
		t.Fatalf("the store has %d", h.image.Have[town])
	}
	no[wire.Fact](h, string(town)) // who told us is not told
	h.start()
	h.do(site.PeerUp{Site: town})
	if p := one[wire.Peer](h, string(town)); p.Have != 2 {
		t.Fatalf("%+v", p)
	}
}

// What the county sees itself goes down to the township, once.
func TestFactsGoDownToTheKiosksHome(t *testing.T) {
	h := below(t)
	h.do(site.KioskUp{Kiosk: mine})
	h.kiosk(press(1, 1, call.Urgent)) // as last resort
	h.phase(id(1), call.Ringing, true)
	if f := one[wire.Fact](h, string(town)); f.Kind != call.KindPressed {
		t.Fatalf("%+v", f)
	}
	no[wire.Fact](h, string(other))
	h.peer(town, fact(1, id(1), pressed(1)))
	h.phase(id(1), call.Ringing, true)
	no[wire.Fact](h, string(town))
	// Heard of before, then pressed here itself: rings (Direct).
	h.peer(town, fact(2, id(2), pressed(2)))
	h.phase(id(2), call.Ringing, false)
	h.kiosk(press(2, 2, call.Urgent))
	h.phase(id(2), call.Ringing, true)
	if c := h.image.Calls[id(2)]; !c.Why.Direct {
		t.Fatal("the reason is not stored")
	}
}

// A site may speak of its own kiosks only; what it says of others is passed
// over and acknowledged, or it would stand in the way for ever.
func TestForeignKiosksAreRefused(t *testing.T) {
	h := below(t)
	h.peer(town, fact(1, call.ID{Kiosk: theirs, Mark: call.Mark{Boot: 1, Seq: 1}}, pressed(1)))
	if r := took[site.Refused](h); len(r) != 1 || r[0].Why.Code != "foreign_kiosk" || r[0].Why.Field != "call" {
		t.Fatalf("%+v", r)
	}
	h.peer(town, fact(2, call.ID{Kiosk: "nobody", Mark: call.Mark{Boot: 1, Seq: 1}}, pressed(1)))
	if len(h.s.All()) != 0 {
		t.Fatal("taken")
	}
	if n := len(sent[wire.FactAck](h, string(town))); n != 2 {
		t.Fatalf("%d acknowledged, want 2", n)
	}
	h.peer(town, fact(3, id(1), pressed(1)))
	if len(h.s.All()) != 1 {
		t.Fatal("its own kiosk was not taken")
	}
}

// The township fell silent: its waiting calls ring here after 20 s.
func TestOrphansRingAfterTwentySeconds(t *testing.T) {
	h := below(t)
	h.peer(town, fact(1, id(1), pressed(1)))
	h.wait(15 * time.Second)
	h.peer(town, wire.Ping{}) // a sign of life
	h.wait(20*time.Second - site.TickEvery)
	h.phase(id(1), call.Ringing, false)
	h.wait(site.TickEvery)
	h.phase(id(1), call.Ringing, true)
	if c := h.image.Calls[id(1)]; !c.Why.Orphan {
		t.Fatal("the reason is not stored")
	}
	h.do(site.PeerUp{Site: town})
	h.wait(time.Minute)
	h.phase(id(1), call.Ringing, true) // ringing only ever adds people
	h.start()
	h.phase(id(1), call.Ringing, true)
}

// A silent township's talk is in doubt unless the kiosk is on our own line.
func TestTalksInDoubt(t *testing.T) {
	for _, kioskHere := range []bool{false, true} {
		h := below(t)
		if kioskHere {
			h.do(site.KioskUp{Kiosk: mine})
		}
		h.peer(town, fact(1, id(1), pressed(1)))
		h.peer(town, fact(2, id(1), call.Grant{Epoch: 1, Site: town, Person: li, Live: true}))
		h.wait(19 * time.Second)
		h.phase(id(1), call.Talking, false)
		h.wait(2 * time.Second)
		h.phase(id(1), call.Talking, !kioskHere)
		if kioskHere {
			continue
		}
		h.peer(town, wire.Pong{})
		h.wait(time.Second)
		h.phase(id(1), call.Talking, false)
	}
}

// A call the township closed before it fell silent is nobody's orphan.
func TestADoneCallIsNoOrphan(t *testing.T) {
	h := below(t)
	h.peer(town, fact(1, id(1), pressed(1)))
	h.peer(town, fact(2, id(1), call.Closing{Person: li, Site: town, Disposition: "solved", At: noon, Through: id(1).Mark}))
	h.wait(time.Minute)
	h.phase(id(1), call.Closed, false)
}

func TestPeersAreKeptAwake(t *testing.T) {
	h := below(t)
	h.wait(20 * time.Second)
	if n := len(sent[wire.Ping](h, string(town))); n != 4 {
		t.Fatalf("%d pings in 20 s, want 4", n)
	}
	h.peer(town, wire.Ping{})
	one[wire.Pong](h, string(town))
}

// A county whose database was lost hears of what comes next.
func TestASiteThatLostItsStorageGoesOn(t *testing.T) {
	h := newHall(t, county)
	h.do(site.PeerUp{Site: town})
	h.peer(town, wire.Peer{Site: town, Proto: wire.Proto, First: 81})
	if r := took[site.Refused](h); len(r) != 1 || r[0].Why.Code != "facts_lost" {
		t.Fatalf("%+v", r)
	}
	p := call.PressID{Kiosk: mine, Mark: call.Mark{Boot: 1, Seq: 1}}
	h.peer(town, wire.Fact{N: 81, Call: p, Kind: call.KindPressed, Decoded: call.Pressed{Mark: p.Mark, Key: call.Urgent, At: noon}})
	h.phase(p, call.Ringing, false)
	if h.image.Have[town] != 81 {
		t.Fatalf("the store has %d, want 81", h.image.Have[town])
	}
	// What is old news stays so.
	h.peer(town, wire.Peer{Site: town, Proto: wire.Proto, First: 3})
	if h.image.Have[town] != 81 {
		t.Fatalf("the store went back to %d", h.image.Have[town])
	}
}
