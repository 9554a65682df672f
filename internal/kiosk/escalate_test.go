package kiosk_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// A press goes out at once; nothing waits for the disk.
func TestAPressIsSentBeforeItIsStored(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	b.slow = true
	b.press(call.Urgent)
	f := one[wire.Press](b, home)
	if f.Press.Mark != (call.Mark{Boot: 1, Seq: 1}) || f.Call != f.Press || f.Key != call.Urgent || f.AgeMS != 0 {
		t.Fatalf("%+v", f)
	}
	if got := sentTo[wire.Press](b, top); len(got) > 0 {
		t.Fatalf("the county was called at once: %+v", got)
	}
	if len(b.waiting) != 1 || b.waiting[0].Rec.Pressed == nil || len(b.waiting[0].Then) > 0 {
		t.Fatalf("%+v", b.waiting)
	}
	if b.wakes == 0 {
		t.Fatal("no line was asked for")
	}
}

// The kiosk repeats until that very site has the press on disk: after 1 s,
// then 2, 4 and every 5.
func TestAPressIsRepeatedUntilAcknowledged(t *testing.T) {
	b := newBooth(t)
	b.up(home)
	id := b.press(call.Enquiry)
	var ages []int64
	for range 4 * 20 {
		for _, f := range sentTo[wire.Press](b, home) {
			ages = append(ages, f.AgeMS)
		}
		b.wait(kiosk.TickEvery)
	}
	want := []int64{0, 1000, 3000, 7000, 12000, 17000}
	if len(ages) != len(want) {
		t.Fatalf("sent at %v, want %v", ages, want)
	}
	for i := range want {
		if ages[i] != want[i] {
			t.Fatalf("sent at %v, want %v", ages, want)
		}
	}
	b.from(home, wire.PressHold{Press: id, Reason: "store_down"}) // keep resending
	b.wait(6 * time.Second)
	if len(sentTo[wire.Press](b, home)) == 0 {
		t.Fatal("a hold silenced the kiosk")
	}
	b.ack(home)
	b.wait(time.Minute)
	if got := sentTo[wire.Press](b, home); len(got) > 0 {
		t.Fatalf("sent after the acknowledgement: %+v", got)
	}
}

// Rule 2: an acknowledgement speaks for its own site.
func TestAcknowledgementsArePerSite(t *testing.T) {
	for _, tc := range []struct{ acks, silent call.Site }{{home, top}, {top, home}} {
		b := newBooth(t)
		b.up(home, top)
		b.press(call.Urgent)
		b.wait(9 * time.Second) // the county is added
		b.ack(tc.acks)
		b.sent = nil
		b.wait(11 * time.Second)
		if got := sentTo[wire.Press](b, tc.acks); len(got) > 0 {
			t.Errorf("%s acknowledged and is sent %d more", tc.acks, len(got))
		}
		if got := sentTo[wire.Press](b, tc.silent); len(got) < 2 {
			t.Errorf("%s did not acknowledge and is sent %d more", tc.silent, len(got))
		}
	}
}

// Rule 3: when the kiosk adds the county by itself.
func TestTheKioskIsTheLastEscalator(t *testing.T) {
	for _, tc := range []struct {
		name string
		key  call.Key
		do   func(*booth)
		at   time.Duration // 0: never
	}{
		{"home is silent, red", call.Urgent, func(*booth) {}, 8 * time.Second},
		{"home is silent, green", call.Enquiry, func(*booth) {}, 8 * time.Second},
		{"home stored it, nobody answers, red", call.Urgent, func(b *booth) { b.ack(home) }, 20 * time.Second},
		{"home stored it, nobody answers, green", call.Enquiry, func(b *booth) { b.ack(home) }, 40 * time.Second},
		{"no line to home", call.Urgent, func(b *booth) { b.down(home) }, 2 * time.Second},
		{"home only holds it", call.Urgent, func(b *booth) {
			b.from(home, wire.PressHold{Press: b.k.Open().ID, Reason: "store_down"})
		}, 8 * time.Second},
		{"somebody talks", call.Urgent, func(b *booth) { b.ack(home); b.claim(home, li, 0) }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBooth(t)
			b.up(home, top)
			b.press(tc.key)
			tc.do(b)
			b.sent = nil
			if tc.at == 0 {
				b.wait(5 * time.Minute)
			} else {
				b.wait(tc.at - kiosk.TickEvery)
			}
			if got := sentTo[wire.Press](b, top); len(got) > 0 {
				t.Fatalf("the county was called early, at the age of %d ms", got[0].AgeMS)
			}
			if tc.at == 0 {
				return
			}
			b.wait(kiosk.TickEvery)
			if f := one[wire.Press](b, top); time.Duration(f.AgeMS)*time.Millisecond != tc.at {
				t.Fatalf("the county was called at the age of %d ms, want %v", f.AgeMS, tc.at)
			}
		})
	}
}

// Once added, the county stays in the call and hears of every further press;
// the next call begins at home again.
func TestTheCountyStaysInTheCall(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	b.press(call.Urgent)
	b.wait(8 * time.Second)
	b.ack(home)
	b.ack(top)
	b.sent = nil
	second := b.press(call.Urgent)
	if f := one[wire.Press](b, top); f.Press != second || f.Call == second {
		t.Fatalf("%+v", f)
	}
	b.ack(home)
	b.ack(top)
	b.end(top)
	b.sent = nil
	b.press(call.Enquiry)
	one[wire.Press](b, home)
	if got := sentTo[wire.Press](b, top); len(got) > 0 {
		t.Fatal("a new call rings the county at once")
	}
}

// A red press of a waiting green call counts as red from the first wait.
func TestRedShortensTheWaitOfAGreenCall(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	b.press(call.Enquiry)
	b.ack(home)
	b.wait(15 * time.Second)
	b.press(call.Urgent)
	b.ack(home)
	b.wait(5 * time.Second)
	if len(sentTo[wire.Press](b, top)) == 0 {
		t.Fatal("red has waited 20 s since the first press, and the county does not know")
	}
}

func TestTheTopHasNobodyToAdd(t *testing.T) {
	for _, last := range []call.Site{"", home} {
		b := &booth{t: t, cfg: kiosk.Config{ID: me, Home: home, Last: last, Times: kiosk.DefaultTimes()}}
		b.start()
		b.up(home)
		b.press(call.Urgent)
		b.wait(time.Minute)
		for _, s := range b.sent {
			if s.Site != home {
				t.Fatalf("sent to %q", s.Site)
			}
		}
	}
}

// The county's line was down when it was added: it is sent all as soon as the
// line is there.
func TestALineThatComesUpIsToldWhatItMissed(t *testing.T) {
	b := newBooth(t)
	b.press(call.Urgent)
	b.press(call.Urgent)
	b.wait(10 * time.Second)
	b.panel(kiosk.NoLine)
	b.up(top)
	if h := one[wire.Hello](b, top); h.Unacked != 2 || h.NextSeq != 3 || h.BootNo != 1 || h.Episode.Open == nil {
		t.Fatalf("%+v", h)
	}
	if got := sentTo[wire.Press](b, top); len(got) != 2 || got[0].AgeMS != 10_000 {
		t.Fatalf("%+v", got)
	}
	b.panel(kiosk.Sending)
}

func TestSignedPresses(t *testing.T) {
	b := newBooth(t)
	b.cfg.Sign = func(p call.PressID, of call.ID, k call.Key, _ call.Purpose) []byte {
		return []byte(p.String() + of.String() + string(k))
	}
	b.start()
	b.up(home)
	b.press(call.Urgent)
	if f := one[wire.Press](b, home); string(f.Sig) != f.Press.String()+f.Call.String()+"urgent" {
		t.Fatalf("%q", f.Sig)
	}
}
