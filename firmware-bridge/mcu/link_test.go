package mcu

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/firmware-bridge/input"
)

// talk is a link whose events are collected at once.
type talk struct {
	*link
	t   testing.TB
	now time.Duration
}

func newTalk(t testing.TB) *talk {
	out := newOutbox()
	t.Cleanup(out.close)
	return &talk{link: newLink(out), t: t, now: time.Hour}
}

// told takes everything that waits for the reader.
func (k *talk) told() (out []string) {
	for k.out.len() > 0 {
		select {
		case e := <-k.out.out:
			s := fmt.Sprintf("%s %s", e.Key, e.Kind)
			if e.Kind == input.Overrun {
				s += fmt.Sprint(" ", e.N)
			}
			if e.Kind == input.Press && e.Reason != input.ByEdge {
				s += " by " + string(e.Reason)
			}
			out = append(out, s)
		case <-time.After(10 * time.Millisecond): // the outbox is on its way
		}
	}
	return out
}

func (k *talk) beat(epoch, first, next uint16, down uint8) {
	k.now += heartEvery
	k.link.status(status{Epoch: epoch, Boot: epoch, First: first, Next: next, Levels: down,
		Uptime: uint32(k.now / time.Millisecond)}, k.now)
}

func (k *talk) hear(epoch, seq, base uint16, what uint8) {
	k.now += 10 * ms
	up := uint32(k.now / time.Millisecond)
	k.link.event(keyEvent{Epoch: epoch, Seq: seq, Base: base, At: up, Now: up, What: what}, k.now)
}

func (k *talk) want(what ...string) {
	k.t.Helper()
	if got := fmt.Sprint(k.told()); got != fmt.Sprint(what) {
		k.t.Errorf("got %s\nwant %v", got, what)
	}
}

const down0, up0 = whatDown, 0

func TestEventsAreTakenOnceAndInOrder(t *testing.T) {
	k := newTalk(t)
	k.hear(1, 0, 0, down0) // before any heartbeat: comes again
	k.want()
	k.beat(1, 0, 2, 0)
	k.hear(1, 1, 1, up0) // the one before it was lost on the line
	k.want()
	k.hear(1, 0, 0, down0)
	k.hear(1, 0, 0, down0)
	k.hear(1, 1, 1, up0)
	k.hear(1, 0, 0, down0)
	k.want("red press", "red release")
	if k.expected != 2 || k.out.ack() != 2 || !k.answer {
		t.Errorf("expected %d, acknowledged %d", k.expected, k.out.ack())
	}
}

// TestAJumpIsToldAndNeverWaitedFor: numbers that do not exist any more.
func TestAJumpIsToldAndNeverWaitedFor(t *testing.T) {
	over := func(n int) []string { return []string{fmt.Sprint("red overrun ", n), fmt.Sprint("green overrun ", n)} }
	for name, c := range map[string]struct {
		do   func(*talk)
		want []string
		next uint16
	}{
		"seen by an event":    {func(k *talk) { k.hear(1, 9, 5, down0) }, append(over(4), "red press by gap"), 10},
		"its press is lost":   {func(k *talk) { k.hear(1, 9, 5, up0) }, append(over(4), "red press by gap", "red release"), 10},
		"seen by heartbeat":   {func(k *talk) { k.beat(1, 9, 11, 0) }, over(4), 9},
		"and the key is held": {func(k *talk) { k.beat(1, 9, 9, 1) }, append(over(4), "red press by level"), 9},
		"backwards":           {func(k *talk) { k.beat(1, 2, 3, 0) }, over(1), 2},
		"another counting":    {func(k *talk) { k.beat(2, 700, 702, 0) }, nil, 700},
		"a key nobody has":    {func(k *talk) { k.hear(1, 5, 5, down0|6) }, nil, 6},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTalk(t)
			k.beat(1, 5, 5, 0)
			c.do(k)
			k.want(c.want...)
			if k.expected != c.next {
				t.Errorf("%d is expected next, want %d", k.expected, c.next)
			}
		})
	}
}

// TestNothingDeadlocksTheHost: whatever numbers a microcontroller makes up,
// one that then counts as it should is heard: after one heartbeat, its next
// press is a press.
func TestNothingDeadlocksTheHost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := newTalk(t)
		n16 := rapid.SampledFrom([]uint16{0, 1, 2, 5, 60, 300, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff})
		for range rapid.IntRange(0, 12).Draw(rt, "frames") {
			if rapid.Bool().Draw(rt, "beat") {
				k.beat(n16.Draw(rt, "epoch")%3, n16.Draw(rt, "first"), n16.Draw(rt, "next"), uint8(n16.Draw(rt, "down")))
			} else {
				k.hear(n16.Draw(rt, "epoch")%3, n16.Draw(rt, "seq"), n16.Draw(rt, "base"), uint8(n16.Draw(rt, "what")))
			}
		}
		epoch, seq := n16.Draw(rt, "epoch")%3, n16.Draw(rt, "seq")
		k.beat(epoch, seq, seq, 0)
		k.told()
		k.hear(epoch, seq, seq, down0)
		if got := fmt.Sprint(k.told()); got != "[red press]" || k.out.ack() != seq+1 {
			rt.Fatalf("got %s; acknowledged %d after %d", got, k.out.ack(), seq)
		}
	})
}

func TestALostReleaseIsFoundByTheLevel(t *testing.T) {
	k := newTalk(t)
	k.beat(1, 0, 0, 0)
	k.hear(1, 0, 0, down0)
	k.beat(1, 0, 2, 0) // its release is still on its way: the level waits
	k.want("red press")
	k.beat(2, 0, 0, 0) // but with a start from cold it is gone
	k.want("red release")
}

// One frame in ten is quick: between two of them the clock may drift by 1 % of
// 2.5 s.
func TestClockFollowsTheQuickestFrame(t *testing.T) {
	var c clock
	uptime, now := uint32(0xffffff00), time.Hour // wraps in a quarter of a second
	for i := range 1000 {
		uptime, now = uptime+250, now+250*ms
		late := time.Duration(i%10) * 20 * ms
		c.sample(uptime, now+late)
		if got := c.at(uptime - 100); i > 10 && (got-(now-100*ms)).Abs() > 26*ms {
			t.Fatalf("frame %d: off by %s", i, got-(now-100*ms))
		}
	}
	c.sample(uptime+250, now+20*time.Second) // we slept: the press did not
	if off := c.at(uptime) - now; off < 0 || off > 300*ms {
		t.Errorf("after a sleep of 20 s: off by %s", off)
	}
}
