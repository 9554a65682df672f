package kiosk_test

import (
	"strings"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// One site closed the call; the kiosk vouches for that to the other until it
// says that it knows.
func TestTheKioskVouchesForClosings(t *testing.T) {
	b := ringing(t)
	b.claim(top, wang, 0)
	b.release(top, wang, call.HungUp)
	id := b.end(top)
	b.panel(kiosk.Ended)
	b.sent = nil
	b.wait(30 * time.Second)
	b.panel(kiosk.Idle)
	for i, p := range sentTo[wire.Ping](b, home) {
		if len(p.Episode.Ended) != 1 || p.Episode.Open != nil {
			t.Fatalf("ping %d: %+v", i, p)
		}
		if e := p.Episode.Ended[0]; e.Call != id || e.Closing.Site != top || e.Grant.Ending != call.HungUp {
			t.Fatalf("%+v", e)
		}
	}
	for _, p := range sentTo[wire.Ping](b, top) {
		if len(p.Episode.Ended) > 0 {
			t.Fatalf("who closed it is told %+v", p)
		}
	}
	b.up(home) // a new connection
	if h := one[wire.Hello](b, home); len(h.Episode.Ended) != 1 {
		t.Fatalf("%+v", h)
	}
	b.from(home, wire.State{Call: id, Rev: 1, Code: wire.CodeClosed, Closing: closing(top, id.Mark)})
	b.sent = nil
	b.wait(time.Minute)
	for _, p := range sentTo[wire.Ping](b, home) {
		if len(p.Episode.Ended) > 0 {
			t.Fatalf("home knows and is told again %+v", p)
		}
	}
}

// All that a kiosk may vouch for at a time fits into a frame, however much
// people wrote.
func TestVouchingFitsIntoAFrame(t *testing.T) {
	b := newBooth(t)
	b.up(top)
	wordy := call.Person{ID: "p-li", Name: strings.Repeat("<", call.MaxName), Post: strings.Repeat("<", call.MaxName)}
	for range 8 {
		b.press(call.Enquiry)
		b.claim(top, wordy, 0)
		b.release(top, wordy, call.HungUp)
		o := b.k.Open()
		b.from(top, wire.State{Call: o.ID, Rev: 9, Code: wire.CodeClosed, Closing: &call.Closing{
			Person: wordy, Site: top, Disposition: "solved", At: noon, Note: strings.Repeat("x", call.MaxNote), Through: o.Last}})
	}
	b.sent = nil
	told := map[call.ID]bool{}
	take := func(ep wire.Episodes) {
		for _, e := range ep.Ended {
			told[e.Call] = true
			b.from(home, wire.State{Call: e.Call, Rev: 1, Code: wire.CodeClosed, Closing: closing(top, e.Closing.Through)})
		}
	}
	b.up(home)
	take(one[wire.Hello](b, home).Episode) // one checks that it can be sent
	for range 60 {
		b.wait(5 * time.Second)
		for _, p := range sentTo[wire.Ping](b, home) {
			take(p.Episode)
		}
	}
	if len(told) != 8 {
		t.Fatalf("home was told of %d closings, want all 8", len(told))
	}
}

// A closing that does not cover the last press does not end the call.
func TestAClosingBeforeTheLastPressEndsNothing(t *testing.T) {
	b := ringing(t)
	id := b.k.Open().ID
	b.press(call.Urgent)
	b.from(home, wire.State{Call: id, Rev: 3, Code: wire.CodeClosed, Closing: closing(home, id.Mark)})
	if b.k.Open() == nil {
		t.Fatal("the second press was swept away")
	}
	b.end(home)
}

func TestAnOldStateIsIgnored(t *testing.T) {
	b := ringing(t)
	id := b.k.Open().ID
	b.from(home, wire.State{Call: id, Rev: 5, Code: wire.CodeOnTheWay})
	b.panel(kiosk.OnTheWay)
	b.from(home, wire.State{Call: id, Rev: 4, Code: wire.CodeRinging})
	b.panel(kiosk.OnTheWay)
	b.from(top, wire.State{Call: id, Rev: 1, Code: wire.CodeRinging}) // each site counts by itself
	b.from(home, wire.State{Call: id, Rev: 6, Code: wire.CodeRinging})
	b.panel(kiosk.Ringing)
}

// Stored is one thing, a page that rings another: the villager is told which.
func TestRingingIsShownWhileASiteSaysSo(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	id := b.press(call.Urgent)
	b.from(home, wire.State{Call: id, Rev: 1, Code: wire.CodeRinging})
	b.panel(kiosk.Sending) // it rings, and nothing is on disk yet
	b.from(home, wire.PressAck{Press: id, Call: id})
	b.panel(kiosk.Ringing)
	b.from(home, wire.State{Call: id, Rev: 2, Code: wire.CodeReceived})
	b.panel(kiosk.Received)
	b.from(top, wire.State{Call: id, Rev: 1, Code: wire.CodeRinging})
	b.panel(kiosk.Ringing) // ringing is a union
	b.down(top)
	b.panel(kiosk.Received)
	b.up(top)
	b.panel(kiosk.Received) // what was true before the cut is not said again
	b.from(top, wire.State{Call: id, Rev: 1, Code: wire.CodeRinging})
	b.panel(kiosk.Ringing)
}

func TestThePanelTellsTheTruth(t *testing.T) {
	b := newBooth(t)
	b.panel(kiosk.Idle)
	b.press(call.Enquiry)
	b.panel(kiosk.Sending)
	b.wait(3 * time.Second)
	b.panel(kiosk.NoLine)
	b.up(home)
	p := b.panel(kiosk.Sending)
	if p.Held || p.Waited != 3*time.Second || !p.Home || p.Last {
		t.Fatalf("%+v", p)
	}
	b.from(home, wire.PressHold{Press: b.k.Open().ID, Reason: "store_down"})
	if !b.panel(kiosk.Sending).Held {
		t.Fatal("held and not said so")
	}
	b.ack(home)
	if b.panel(kiosk.Received).Held {
		t.Fatal("stored and still said to be held")
	}
	b.claim(home, li, 0)
	if p := b.panel(kiosk.Answered); p.Grant.Person != li || p.Key != call.Enquiry {
		t.Fatalf("%+v", p)
	}
	b.release(home, li, call.HungUp)
	b.panel(kiosk.WrapUp)
	red := b.press(call.Urgent) // not done after all
	if p := b.panel(kiosk.Sending); p.Key != call.Urgent {
		t.Fatalf("%+v", p)
	}
	b.from(home, wire.PressHold{Press: red, Reason: "store_down"})
	if !b.panel(kiosk.Sending).Held {
		t.Fatal("the red press is held, and what was stored of the green one hides it")
	}
	b.from(home, wire.PressAck{Press: red, Call: b.k.Open().ID})
	b.panel(kiosk.Received)
	b.end(home)
	b.wait(10*time.Second - kiosk.TickEvery)
	b.panel(kiosk.Ended)
	b.wait(kiosk.TickEvery)
	b.panel(kiosk.Idle)
}

// What one press achieved says nothing of the next: a red one that no site has
// must send the villager to the telephone (I2, F7).
func TestARedPressAfterTheLineDiedIsNotCalledReceived(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	green := b.press(call.Enquiry)
	b.from(home, wire.PressAck{Press: green, Call: green})
	b.down(home)
	b.down(top)
	b.wait(time.Minute)
	b.panel(kiosk.Received) // that much is still true
	b.press(call.Urgent)
	b.panel(kiosk.Sending)
	b.wait(noLine)
	b.panel(kiosk.NoLine)
	b.up(top)
	b.panel(kiosk.Sending)
}

func TestATalkThatIsCutOffWithTheLineSaysSo(t *testing.T) {
	b := newBooth(t)
	b.up(home)
	id := b.press(call.Urgent)
	b.from(home, wire.PressAck{Press: id, Call: id})
	b.claim(home, li, 0)
	b.release(home, li, call.Dropped)
	b.panel(kiosk.Requeued)
	b.down(home)
	b.wait(noLine - kiosk.TickEvery)
	b.panel(kiosk.Requeued)
	b.wait(kiosk.TickEvery)
	b.panel(kiosk.NoLine)
	b.up(home)
	b.panel(kiosk.Requeued)
}

// Home must have every press, also one that the county has seen to (rule 2).
func TestHomeIsToldOfAPressThatTheCountyEnded(t *testing.T) {
	b := newBooth(t)
	b.up(top)
	id := b.press(call.Urgent)
	b.wait(9 * time.Second)
	b.from(top, wire.PressAck{Press: id, Call: id})
	b.end(top)
	b.wait(time.Minute)
	b.up(home)
	if p := sentTo[wire.Press](b, home); len(p) != 1 || p[0].Press != id {
		t.Fatalf("home was sent %+v", p)
	}
}

// Two sites are two voices: none speaks in the other's name.
func TestASiteSpeaksForItselfOnly(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	id := b.press(call.Urgent)
	b.from(top, wire.Claim{Call: id, Site: home, Person: li})
	b.panel(kiosk.Sending)
	b.claim(home, li, 0)
	g := b.panel(kiosk.Answered).Grant
	b.from(top, wire.Media{Call: id, Epoch: g.Epoch, URL: "wss://elsewhere.example", Token: "x"})
	if p := b.panel(kiosk.Answered); p.Media != nil {
		t.Fatalf("it would talk at %s", p.Media.URL)
	}
	b.from(top, wire.Release{Call: id, Epoch: g.Epoch, Ending: call.HungUp, Site: top, Person: li})
	b.panel(kiosk.Answered)
	b.from(home, wire.Media{Call: id, Epoch: g.Epoch, URL: "wss://home.example", Token: "x"})
	if p := b.panel(kiosk.Answered); p.Media == nil || p.Media.URL != "wss://home.example" {
		t.Fatalf("%+v", p.Media)
	}
}

// A claim after an epoch that no kiosk ever gave would leave none for the next.
func TestALieAboutTheLastEpochEndsNoCall(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	id := b.press(call.Urgent)
	b.claim(top, wang, 1<<64-2)
	b.claim(top, wang, 1<<49)
	b.panel(kiosk.Sending)
	b.claim(top, wang, 1<<49-1) // as far as one may go
	g := b.panel(kiosk.Answered).Grant
	b.from(top, wire.Release{Call: id, Epoch: g.Epoch, Ending: call.Dropped, Site: top, Person: wang})
	b.claim(home, li, g.Epoch)
	if p := b.panel(kiosk.Answered); p.Grant.Person != li {
		t.Fatalf("%+v", p.Grant)
	}
}

// noLine is when a kiosk says that no site can be reached.
const noLine = 3 * time.Second

// A kiosk that comes back goes on where it was, and calls the county at once:
// nobody knows how long it was away (rule 7).
func TestReplayGoesOnWhereItWas(t *testing.T) {
	b := ringing(t)
	id := b.press(call.Enquiry)
	b.now = 0
	b.start()
	if k := b.k; k.Open() == nil || k.Open().Last != id.Mark || k.Open().Key() != call.Urgent || k.Unacked() != 1 {
		t.Fatalf("%+v, %d unacknowledged", b.k.Open(), b.k.Unacked())
	}
	b.panel(kiosk.Sending)
	b.up(home, top)
	if h := one[wire.Hello](b, home); h.BootNo != 2 || h.NextSeq != 3 || h.Unacked != 1 {
		t.Fatalf("%+v", h)
	}
	p := one[wire.Press](b, home) // only the one that home did not acknowledge
	if p.Press != id || !p.At.Equal(noon) {
		t.Fatalf("it is sent as %+v; it was pressed at %v", p, noon)
	}
	if got := sentTo[wire.Press](b, top); len(got) != 2 {
		t.Fatalf("the county is sent %d presses, want both", len(got))
	}
	next := b.press(call.Urgent)
	if p := one[wire.Press](b, home); !p.At.IsZero() {
		t.Fatalf("a press of this start has the kiosk's own time: %+v", p)
	}
	if next.Mark != (call.Mark{Boot: 2, Seq: 3}) {
		t.Fatalf("the next press is %v", next)
	}
}

func TestReplayOfATalkAndOfAnEnd(t *testing.T) {
	b := talking(t)
	g := b.k.Open().Grant
	b.start()
	if b.k.Open().Grant != g {
		t.Fatalf("%+v, want %+v", b.k.Open().Grant, g)
	}
	b.panel(kiosk.Answered)
	b.up(home, top)
	b.release(home, li, call.HungUp)
	id := b.end(home)
	b.start()
	b.panel(kiosk.Idle)
	b.up(top)
	if h := one[wire.Hello](b, top); len(h.Episode.Ended) != 1 || h.Episode.Ended[0].Call != id || h.Episode.Open != nil {
		t.Fatalf("%+v", h.Episode)
	}
}

// A journal that lost records still starts.
func TestReplayOfTornJournals(t *testing.T) {
	b := talking(t)
	b.press(call.Urgent)
	b.release(home, li, call.HungUp)
	b.end(home)
	b.press(call.Enquiry)
	for skip := range b.journal {
		torn := append(append([]kiosk.Record{}, b.journal[:skip]...), b.journal[skip+1:]...)
		k, out := kiosk.New(b.cfg, kiosk.Replay(torn), 0)
		if w, ok := out[0].(kiosk.Write); !ok || w.Rec.Boot == nil || w.Rec.Boot.No == 0 {
			t.Fatalf("without record %d: the first effect is %+v", skip, out[0])
		}
		k.Step(time.Second, kiosk.LinkUp{Site: home})
		k.Step(2*time.Second, kiosk.Press{Key: call.Urgent})
		if k.Open() == nil || k.Panel(2*time.Second).State == kiosk.Idle {
			t.Fatalf("without record %d a press opens nothing", skip)
		}
	}
}

// I11: what a kiosk keeps is bounded, whatever is done to it.
func TestAKioskKeepsLittle(t *testing.T) {
	b := newBooth(t)
	b.up(home)
	for range 400 { // a stuck key
		b.press(call.Urgent)
		b.ack(home)
		b.journal = b.journal[:0]
		b.sent = nil
	}
	if n := len(b.k.Live()); n > 800 {
		t.Fatalf("%d records are needed after 400 presses of one call", n)
	}
	for range 60 {
		b.from(home, wire.State{Call: b.k.Open().ID, Rev: 99, Code: wire.CodeClosed, Closing: closing(home, b.k.Open().Last)})
		b.press(call.Enquiry)
		b.ack(home)
	}
	if n := len(b.k.Live()); n > 20 {
		t.Fatalf("%d records are needed after 20 calls", n)
	}
}

// The heartbeat: each 30 s, each 5 s while a call is open; each PING of a
// site is answered.
func TestHeartbeats(t *testing.T) {
	b := newBooth(t)
	b.up(home)
	b.sent = nil
	b.wait(5 * time.Minute)
	if n := len(sentTo[wire.Ping](b, home)); n != 10 {
		t.Fatalf("%d pings in 5 idle minutes, want 10", n)
	}
	b.press(call.Urgent)
	b.ack(home)
	b.sent = nil
	b.wait(time.Minute)
	if n := len(sentTo[wire.Ping](b, home)); n < 12 || n > 13 {
		t.Fatalf("%d pings in a busy minute, want 12", n)
	}
	b.from(home, wire.Ping{})
	one[wire.Pong](b, home)
}
