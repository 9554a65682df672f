package kiosk_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

func ringing(t *testing.T) *booth {
	b := newBooth(t)
	b.up(home, top)
	b.press(call.Urgent)
	b.ack(home)
	b.sent = nil
	return b
}

func talking(t *testing.T) *booth {
	b := ringing(t)
	b.claim(home, li, 0)
	b.panel(kiosk.Answered)
	b.sent = nil
	return b
}

// A grant is told only when it is on disk, and told to all.
func TestAGrantIsDurableBeforeItIsTold(t *testing.T) {
	b := ringing(t)
	b.slow = true
	b.claim(home, li, 0)
	if len(sentTo[wire.Grant](b, home))+len(sentTo[wire.Grant](b, top)) > 0 {
		t.Fatal("told before the disk had it")
	}
	b.flush()
	for _, s := range []call.Site{home, top} {
		g := one[wire.Grant](b, s).Grant
		if !g.Live || g.Site != home || g.Person != li || g.Epoch == 0 {
			t.Fatalf("%s hears %+v", s, g)
		}
	}
}

// Claims carry the last epoch their site knows; only one that knows the
// present one is granted (compare and set).
func TestClaimsAreComparedAndSet(t *testing.T) {
	b := talking(t)
	e := b.k.Open().Grant.Epoch
	other := call.Person{ID: "p-zhao"}

	b.claim(home, li, 0) // the same person again: the answer was lost
	if g := one[wire.Grant](b, home).Grant; g.Epoch != e || g.Person != li {
		t.Fatalf("%+v", g)
	}
	for _, c := range []struct {
		site  call.Site
		who   call.Person
		after uint64
	}{{top, wang, 0}, {top, wang, e}, {home, other, 0}, {home, other, e}, {home, li, e}} {
		b.claim(c.site, c.who, c.after)
		d := one[wire.Deny](b, c.site)
		if d.Grant.Epoch != e || d.Grant.Person != li || !d.Grant.Live || d.Site != c.site || d.Closing != nil {
			t.Fatalf("%+v: told %+v", c, d)
		}
	}

	b.release(home, li, call.Dropped)
	b.sent = nil
	b.claim(top, wang, 0) // an old claim that was delayed
	if d := one[wire.Deny](b, top); d.Grant.Epoch != e || d.Grant.Live {
		t.Fatalf("%+v", d)
	}
	b.claim(top, wang, e)
	if g := one[wire.Grant](b, top).Grant; g.Epoch <= e || g.Person != wang || g.Site != top {
		t.Fatalf("%+v", g)
	}
	b.panel(kiosk.Answered)
}

// A site that knows a later epoch than this disk is right.
func TestAClaimThatKnowsMoreThanTheDiskIsGranted(t *testing.T) {
	b := talking(t)
	e := b.k.Open().Grant.Epoch
	b.claim(top, wang, e+3)
	if g := one[wire.Grant](b, top).Grant; g.Epoch != e+4 || g.Person != wang {
		t.Fatalf("%+v", g)
	}
}

// Epochs rise over boots too, even if the disk lost the last ones.
func TestEpochsRiseOverBoots(t *testing.T) {
	b := talking(t)
	e := b.k.Open().Grant.Epoch
	kept := b.journal[:0:0]
	for _, r := range b.journal {
		if r.Granted == nil {
			kept = append(kept, r)
		}
	}
	b.journal = kept
	b.start()
	b.up(home)
	b.claim(home, wang, 0)
	if g := one[wire.Grant](b, home).Grant; g.Epoch <= e {
		t.Fatalf("epoch %d after %d", g.Epoch, e)
	}
}

func TestAReleaseEndsOnlyItsOwnEpoch(t *testing.T) {
	b := talking(t)
	first := b.k.Open().Grant
	b.release(home, li, call.Dropped)
	if g := one[wire.Grant](b, top).Grant; g.Live || g.Ending != call.Dropped || g.Through != b.k.Open().Last {
		t.Fatalf("%+v", g)
	}
	b.panel(kiosk.Requeued)
	b.claim(top, wang, first.Epoch)
	now := b.k.Open().Grant
	b.sent = nil
	id := b.k.Open().ID
	b.from(home, wire.Release{Call: id, Epoch: first.Epoch, Ending: call.HungUp, Site: home, Person: li})
	if g := one[wire.Grant](b, home).Grant; g != now {
		t.Fatalf("a late release is told %+v, want %+v", g, now)
	}
	b.panel(kiosk.Answered)

	b.from(top, wire.Release{Call: id, Epoch: now.Epoch, Ending: call.HungUp, Spoke: id.Mark, Site: top, Person: wang})
	b.panel(kiosk.WrapUp)
	b.sent = nil
	b.from(top, wire.Release{Call: id, Epoch: now.Epoch, Ending: call.Dropped, Site: top, Person: wang})
	if g := one[wire.Grant](b, top).Grant; g.Ending != call.HungUp {
		t.Fatalf("a repeated release changed the register: %+v", g)
	}
}

// A grant lapses when the line to its site and the voice are both gone for
// 10 s; then the county is called.
func TestAGrantLapses(t *testing.T) {
	b := talking(t)
	b.do(kiosk.Media{Alive: true})
	b.down(home)
	b.wait(time.Minute)
	b.panel(kiosk.Answered) // the voice goes on without the hub

	b.do(kiosk.Media{Alive: false})
	b.sent = nil
	b.wait(10*time.Second - kiosk.TickEvery)
	b.panel(kiosk.Answered)
	b.wait(kiosk.TickEvery)
	if g := one[wire.Grant](b, top).Grant; g.Live || g.Ending != call.Lapsed {
		t.Fatalf("%+v", g)
	}
	b.panel(kiosk.Requeued)
	if len(sentTo[wire.Press](b, top)) != 1 {
		t.Fatal("the county was not called")
	}
}

func TestAGrantDoesNotLapseWhileItsSiteIsOnTheLine(t *testing.T) {
	b := talking(t)
	b.wait(10 * time.Minute)
	b.down(home)
	b.wait(9 * time.Second)
	b.up(home)
	b.wait(10 * time.Minute)
	b.panel(kiosk.Answered)
}

// A claim for a call that this disk lost is adopted: somebody wants to talk
// about a press that was made here.
func TestALostPressIsAdopted(t *testing.T) {
	b := newBooth(t)
	b.up(home, top)
	lost := call.ID{Kiosk: me, Mark: call.Mark{Boot: 1, Seq: 7}}
	b.from(home, wire.Claim{Call: lost, Site: home, Person: li, After: 0})
	if g := one[wire.Grant](b, home); g.Call != lost || !g.Grant.Live || g.Grant.Person != li {
		t.Fatalf("%+v", g)
	}
	if p := b.panel(kiosk.Answered); p.Call != lost {
		t.Fatalf("%+v", p)
	}
	b.release(home, li, call.HungUp)
	b.end(home)
}

func TestClaimsOfOtherCallsAreDenied(t *testing.T) {
	b := ringing(t)
	ended := b.end(home)
	b.sent = nil
	b.from(top, wire.Claim{Call: ended, Site: top, Person: wang, After: 0})
	if d := one[wire.Deny](b, top); d.Closing == nil || d.Closing.Person != li {
		t.Fatalf("%+v", d)
	}
	foreign := call.ID{Kiosk: "other", Mark: call.Mark{Boot: 1, Seq: 1}}
	b.from(top, wire.Claim{Call: foreign, Site: top, Person: wang, After: 0})
	if d := one[wire.Deny](b, top); d.Closing != nil || d.Grant.Epoch != 0 {
		t.Fatalf("%+v", d)
	}
	b.panel(kiosk.Ended)
}

// Where to talk counts only under the grant that lives.
func TestMediaOfAnotherEpochIsIgnored(t *testing.T) {
	b := talking(t)
	o := b.k.Open()
	give := func(id call.ID, epoch uint64) {
		b.from(home, wire.Media{Call: id, Epoch: epoch, URL: "wss://x", Token: "t"})
	}
	give(o.ID, o.Grant.Epoch+1)
	give(call.ID{Kiosk: me, Mark: call.Mark{Boot: 1, Seq: 9}}, o.Grant.Epoch)
	if b.k.Panel(b.now).Media != nil {
		t.Fatal("taken")
	}
	give(o.ID, o.Grant.Epoch)
	if m := b.k.Panel(b.now).Media; m == nil || m.URL != "wss://x" {
		t.Fatal("not taken")
	}
	b.release(home, li, call.Dropped)
	if b.k.Panel(b.now).Media != nil {
		t.Fatal("kept after the end of the talk")
	}
}

func TestASiteThatIsNotOursIsIgnored(t *testing.T) {
	b := ringing(t)
	b.do(kiosk.LinkUp{Site: "999"})
	b.do(kiosk.LinkDown{Site: "999"})
	b.from("999", wire.Claim{Call: b.k.Open().ID, Site: "999", Person: wang})
	if len(b.sent) > 0 || b.k.Open().Grant.Live {
		t.Fatalf("%+v", b.sent)
	}
}
