package kiosk_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// asking is a kiosk as it is shipped: it asks for a rating after a talk.
func asking(t *testing.T) *booth {
	b := newBooth(t)
	b.cfg.Times = kiosk.DefaultTimes()
	b.start()
	b.up(home, top)
	return b
}

func (b *booth) push(k call.Key) { b.do(kiosk.Press{Key: k, At: noon, Held: true}) }
func (b *booth) lift(k call.Key) { b.do(kiosk.Release{Key: k}) }

// hold keeps a key down for d and lifts it.
func (b *booth) holds(k call.Key, d time.Duration) {
	b.push(k)
	b.pass(d)
	b.lift(k)
}

// pass lets time pass in steps finer than a tick.
func (b *booth) pass(d time.Duration) {
	for end := b.now + d; b.now < end; {
		b.now = min(b.now+50*time.Millisecond, end)
		b.do(kiosk.Tick{})
	}
}

func TestATapOfGreenIsAnEnquiry(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	if p := b.panel(kiosk.Sending); !p.Down || p.Key != call.Enquiry {
		t.Errorf("the panel shows %+v", p)
	}
	if last := b.journal[len(b.journal)-1].Pressed; last == nil || !last.Undecided {
		t.Fatalf("at the edge the journal has %+v", last)
	}
	if n := len(sentTo[wire.Press](b, home)); n != 0 {
		t.Fatalf("%d presses were sent before their purpose was known", n)
	}
	b.pass(150 * time.Millisecond)
	b.lift(call.Enquiry)
	p := one[wire.Press](b, home)
	if p.Purpose != call.ForHelp || p.AgeMS != 150 || p.Call != p.Press || b.k.Open() == nil || b.k.Open().Quiet {
		t.Errorf("%+v in %+v", p, b.k.Open())
	}
}

func TestARedKeyIsNeverHeldBack(t *testing.T) {
	b := asking(t)
	b.push(call.Urgent)
	if p := one[wire.Press](b, home); p.Purpose != call.ForHelp || p.AgeMS != 0 {
		t.Errorf("%+v", p)
	}
}

func TestGreenHeldIsAQuietCall(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	b.pass(b.cfg.Times.Quiet)
	if p := one[wire.Press](b, home); p.Purpose != call.ForQuiet || p.Key != call.Enquiry {
		t.Errorf("%+v", p)
	}
	if p := b.panel(kiosk.Sending); !p.Quiet || p.Down {
		t.Errorf("%+v", p)
	}
	b.lift(call.Enquiry) // tells nothing more
	b.ack(home)
	b.claim(home, li, 0)
	b.release(home, li, call.HungUp)
	if p := b.panel(kiosk.WrapUp); !p.Quiet {
		t.Error("a quiet call becomes loud, or asks for a rating")
	}
}

func TestBothKeysArePractice(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	b.pass(b.cfg.Times.Together)
	b.push(call.Urgent)
	b.panel(kiosk.Practising)
	sent := sentTo[wire.Press](b, home)
	if len(sent) != 2 || sent[0].Purpose != call.ForPractice || sent[1].Purpose != call.ForPractice || b.k.Open() != nil {
		t.Fatalf("%+v, open %v", sent, b.k.Open())
	}
	b.lift(call.Urgent)
	b.lift(call.Enquiry)
	b.ack(home)
	b.panel(kiosk.Practised)
	b.wait(10 * time.Second)
	b.panel(kiosk.Idle)
	if len(sentTo[wire.Press](b, top)) != 0 {
		t.Error("the county is told of a lesson")
	}
}

func TestPracticeWithoutALineSaysSo(t *testing.T) {
	b := asking(t)
	b.down(home)
	b.do(kiosk.Press{Key: call.Enquiry, At: noon, Purpose: call.ForPractice})
	b.wait(b.cfg.Times.AckWait)
	b.panel(kiosk.Unpractised)
	b.wait(10 * time.Second)
	b.panel(kiosk.Idle)
}

// Somebody in a panic hits both keys: that is no lesson.
func TestBothKeysAtOnceAreACall(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	b.pass(b.cfg.Times.Together - 50*time.Millisecond)
	b.push(call.Urgent)
	sent := sentTo[wire.Press](b, home)
	if len(sent) != 2 || sent[0].Purpose != call.ForHelp || sent[1].Purpose != call.ForHelp || sent[1].Call != sent[0].Press {
		t.Fatalf("%+v", sent)
	}
	if b.k.Open().Key() != call.Urgent {
		t.Error("red does not upgrade")
	}
}

// talked is a kiosk whose call was just hung up.
func talked(t *testing.T) *booth {
	b := asking(t)
	b.press(call.Enquiry)
	b.ack(home)
	b.claim(home, li, 0)
	b.release(home, li, call.HungUp)
	b.panel(kiosk.Rating)
	b.sent = nil
	return b
}

func TestKeysRateTheTalk(t *testing.T) {
	for _, key := range []call.Key{call.Enquiry, call.Urgent} {
		b := talked(t)
		rated := b.k.Open().ID
		b.holds(key, 200*time.Millisecond)
		p := one[wire.Press](b, home)
		if p.Purpose != call.ForRating || p.Key != key || p.Call != rated || p.Press == rated {
			t.Fatalf("%+v", p)
		}
		if s := b.panel(kiosk.Rated); s.Key != key {
			t.Errorf("the panel thanks for %s", s.Key)
		}
		if ph := b.k.Open().Phase(); ph != call.WrapUp {
			t.Errorf("a rating made the call %s", ph)
		}
		b.do(kiosk.Press{Key: call.Urgent, At: noon, Held: true}) // and the next press is for help again
		if p := one[wire.Press](b, home); p.Purpose != call.ForHelp || p.Call != rated {
			t.Errorf("%+v", p)
		}
	}
}

func TestATalkIsRatedAlsoAfterItsEnd(t *testing.T) {
	b := talked(t)
	id := b.end(home)
	b.panel(kiosk.Rating)
	b.sent = nil
	b.do(kiosk.Press{Key: call.Enquiry, At: noon}) // a key that cannot be held: the page's
	if p := one[wire.Press](b, home); p.Purpose != call.ForRating || p.Call != id {
		t.Errorf("%+v", p)
	}
}

func TestWhoeverInsistsIsNotRating(t *testing.T) {
	b := talked(t)
	b.push(call.Urgent)
	b.pass(b.cfg.Times.Insist)
	if p := one[wire.Press](b, home); p.Purpose != call.ForHelp {
		t.Fatalf("%+v", p)
	}
	if b.k.Open().Phase() != call.Ringing {
		t.Errorf("the call is %s", b.k.Open().Phase())
	}
}

func TestRatingIsAskedForSomeSeconds(t *testing.T) {
	b := talked(t)
	b.wait(b.cfg.Times.Rating)
	b.panel(kiosk.WrapUp)
	b.push(call.Enquiry) // the call is open: for help, at once
	if p := one[wire.Press](b, home); p.Purpose != call.ForHelp {
		t.Errorf("%+v", p)
	}
}

// The power fails while a key is down.
func TestAnUndecidedPressIsForHelpAfterARestart(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	b.start()
	b.up(home)
	if p := one[wire.Press](b, home); p.Purpose != call.ForHelp || b.k.Open() == nil {
		t.Fatalf("%+v, open %v", p, b.k.Open())
	}
	b.start() // and it stays so
	if b.k.Open() == nil || b.k.Unacked() != 1 {
		t.Errorf("open %v, unacked %d", b.k.Open(), b.k.Unacked())
	}
}

func TestOtherPurposesOpenNoCallAfterARestart(t *testing.T) {
	for _, purpose := range []call.Purpose{call.ForPractice, call.ForSelfTest} {
		b := asking(t)
		b.down(home)
		b.do(kiosk.Press{Key: call.Enquiry, At: noon, Purpose: purpose})
		for range 2 { // from the whole journal, and from a compacted one
			b.start()
			if b.k.Open() != nil || b.k.Unacked() != 1 {
				t.Fatalf("%s: open %v, unacked %d", purpose, b.k.Open(), b.k.Unacked())
			}
			b.journal = b.k.Live()
		}
		b.up(home)
		if p := one[wire.Press](b, home); p.Purpose != purpose {
			t.Errorf("%+v", p)
		}
	}
}

func TestTheLedgerCountsEveryPress(t *testing.T) {
	b := asking(t)
	b.do(kiosk.Press{Key: call.Enquiry, At: noon, Purpose: call.ForSelfTest})
	b.ack(home)
	b.down(home)
	b.press(call.Urgent)
	b.start()
	b.push(call.Enquiry)
	l := b.k.Ledger()
	if l.Since != 1 || l.Made != 3 || l.Unacked != 2 || len(l.Waiting) != 2 || l.Waiting[0] != 2 || l.Waiting[1] != 3 {
		t.Errorf("%+v", l)
	}
	b.journal = b.k.Live()
	b.start()
	if again := b.k.Ledger(); again.Since != 1 || again.Made != 3 {
		t.Errorf("after compacting %+v", again)
	}
}

// A loose contact while the line is down must not fill memory and disk (I11).
func TestAThousandUnstoredPressesAreEnough(t *testing.T) {
	b := asking(t)
	b.down(home)
	b.down(top)
	for range 1500 {
		b.press(call.Enquiry)
	}
	if n := b.k.Unacked(); n != 1024 {
		t.Fatalf("%d presses wait", n)
	}
	b.press(call.Urgent) // says more than any before
	if b.k.Unacked() != 1025 || b.k.Open().Key() != call.Urgent {
		t.Errorf("%d presses wait, the call is %s", b.k.Unacked(), b.k.Open().Key())
	}
	b.up(home)
	b.ack(home)
	if id := b.press(call.Urgent); id.Seq != 1026 {
		t.Errorf("after home has them the next press is %s", id)
	}
}

// TestHomeLearnsNoPurposeThatThePowerCouldTakeBack: after a power cut a press
// that was not decided is for help, and home must not know it as a lesson.
func TestHomeLearnsNoPurposeThatThePowerCouldTakeBack(t *testing.T) {
	b := asking(t)
	b.push(call.Enquiry)
	b.pass(b.cfg.Times.Together)
	b.slow = true
	b.push(call.Urgent)
	b.pass(500 * time.Millisecond)
	if n := len(sentTo[wire.Press](b, home)); n != 0 {
		t.Fatalf("home was told of %d presses that the disk does not have", n)
	}
	b.slow = false
	b.flush()
	if n := len(sentTo[wire.Press](b, home)); n != 2 {
		t.Errorf("then of %d", n)
	}
}

// After an outage with a loose contact a line gets no more than it has room
// for, the press that somebody waits for first, and in the end everything.
func TestWhatPiledUpDoesNotChokeALine(t *testing.T) {
	b := newBooth(t)
	for range 600 {
		b.press(call.Enquiry)
		b.now += time.Second
	}
	last := b.press(call.Urgent)
	b.up(home, top)
	for _, s := range []call.Site{home, top} {
		sent := sentTo[wire.Press](b, s)
		if len(sent) == 0 || len(sent) > 64 || sent[0].Press != last {
			t.Fatalf("%s is sent %d presses at once", s, len(sent))
		}
		for got := 0; len(sent) > 0; sent = sentTo[wire.Press](b, s) {
			for _, p := range sent {
				got++
				b.from(s, wire.PressAck{Press: p.Press, Call: p.Call})
			}
			if got > 601 {
				t.Fatalf("%s is sent %d presses", s, got)
			}
		}
	}
	if n := b.k.Unacked(); n != 0 {
		t.Errorf("%d presses never went", n)
	}
}

// Who presses while somebody is on the way asks anew, however many presses wait.
func TestEnoughIsNotEnoughWhileSomebodyIsOnTheWay(t *testing.T) {
	b := asking(t)
	b.down(home)
	for range 1100 {
		b.press(call.Enquiry)
	}
	b.from(top, wire.State{Call: b.k.Open().ID, Rev: 5, Code: wire.CodeOnTheWay})
	before := b.k.Unacked()
	b.press(call.Enquiry)
	b.do(kiosk.Press{Key: call.Enquiry, At: noon, Purpose: call.ForPractice}) // lessons have an end, too
	if b.k.Unacked() != before+1 {
		t.Errorf("%d presses wait after %d", b.k.Unacked(), before)
	}
}
