package jitter

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func packet(n int) Packet {
	return Packet{Seq: uint16(n), TS: uint32(n * 960), Payload: []byte{byte(n), byte(n >> 8), byte(n >> 16)}}
}

func number(p Packet) int {
	return int(p.Payload[0]) | int(p.Payload[1])<<8 | int(p.Payload[2])<<16
}

func TestOrderOverTheWrap(t *testing.T) {
	var b Buffer
	first := 65530
	for _, n := range []int{0, 2, 1, 3, 5, 4, 6, 9, 8, 7, 10, 11} {
		b.Push(packet(first + n))
	}
	for n := range 12 {
		if p, v := b.Next(); v != Play || number(p) != first+n {
			t.Fatalf("packet %d: got %d, verdict %d", n, number(p), v)
		}
	}
	if _, v := b.Next(); v != Dry {
		t.Errorf("an empty buffer gives %d", v)
	}
}

func TestGathersBeforePlaying(t *testing.T) {
	var b Buffer
	if _, v := b.Next(); v != Dry {
		t.Errorf("the zero buffer gives %d", v)
	}
	b.Push(packet(1))
	if _, v := b.Next(); v != Dry {
		t.Errorf("with one packet of %d it plays: %d", MinDepth, v)
	}
	b.Push(packet(2))
	if p, v := b.Next(); v != Play || number(p) != 1 {
		t.Errorf("with %d packets it gives %v %d", MinDepth, p, v)
	}
}

func TestLossIsNamedAndDoublesAreDropped(t *testing.T) {
	var b Buffer
	for _, n := range []int{1, 2, 2, 4, 5} {
		b.Push(packet(n))
	}
	var got []Verdict
	for range 5 {
		_, v := b.Next()
		got = append(got, v)
	}
	for i, want := range []Verdict{Play, Play, Lost, Play, Play} {
		if got[i] != want {
			t.Fatalf("verdicts %v", got)
		}
	}
	if c := b.Counts(); c.Lost != 1 || c.Doubled != 1 || c.Played != 4 {
		t.Errorf("%+v", c)
	}
}

// TestGrowsWhenTheLineIsSlow: after it ran dry because packets were late it
// waits longer; after a pause of the speaker it does not.
func TestGrowsWhenTheLineIsSlow(t *testing.T) {
	for name, pause := range map[string]uint32{"slow line": 0, "speaker paused": 48000} {
		var b Buffer
		for n := range 10 {
			b.Push(packet(n))
			b.Next()
		}
		for b.Held() > 0 {
			b.Next()
		}
		b.Next()
		p := packet(10)
		p.TS += pause
		b.Push(p)
		want := MinDepth + 1
		if pause > 0 {
			want = MinDepth
		}
		if b.Depth() != want {
			t.Errorf("%s: depth %d, want %d", name, b.Depth(), want)
		}
	}
}

// TestAStallIsCaughtUp: what a stalled line gives at once must not be a delay
// for the rest of the call.
func TestAStallIsCaughtUp(t *testing.T) {
	var b Buffer
	n := 0
	push := func(k int) {
		for range k {
			b.Push(packet(n))
			n++
		}
	}
	push(5)
	for range 5 {
		b.Next()
	}
	push(leap - 10) // almost three seconds at once
	if b.Held() > mostHeld {
		t.Fatalf("%d packets are held", b.Held())
	}
	for range 100 * review {
		push(1)
		b.Next()
	}
	if b.Held() > b.Depth()+1 {
		t.Errorf("after %d packets still %d are held, depth %d", 100*review, b.Held(), b.Depth())
	}
}

func TestANewStreamBeginsAnew(t *testing.T) {
	var b Buffer
	for n := range 6 {
		b.Push(packet(n))
	}
	for n := range 3 {
		b.Push(packet(30000 + n))
	}
	for n := range 3 {
		if p, v := b.Next(); v != Play || number(p) != 30000+n {
			t.Fatalf("packet %d: %d, verdict %d", n, number(p), v)
		}
	}
}

// TestNeverOutOfOrderNeverTwice: whatever the network does, packets are played
// in order and once, memory is bounded and nothing that came early enough is lost.
func TestNeverOutOfOrderNeverTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		loss, spread := rapid.Float64Range(0, 0.4).Draw(t, "loss"), rapid.IntRange(0, 30).Draw(t, "spread")
		start := rapid.IntRange(0, 1<<17).Draw(t, "start")
		due := map[int][]Packet{} // by tick
		const packets = 600
		for n := range packets {
			if r.Float64() < loss {
				continue
			}
			for range 1 + r.IntN(10)/9 {
				at := n + r.IntN(spread+1)
				due[at] = append(due[at], packet(start+n))
			}
		}
		var b Buffer
		last, arrived := -1, 0
		for tick := range packets + 200 {
			for _, p := range due[tick] {
				b.Push(p)
				arrived++
			}
			p, v := b.Next()
			if b.Held() > mostHeld || b.Depth() > MaxDepth {
				t.Fatalf("tick %d: %d held, depth %d", tick, b.Held(), b.Depth())
			}
			if v != Play {
				continue
			}
			if number(p) <= last {
				t.Fatalf("tick %d: %d after %d", tick, number(p), last)
			}
			last = number(p)
		}
		if c := b.Counts(); c.Played+c.Late+c.Doubled+c.Skipped+b.Held() != arrived {
			t.Fatalf("%d arrived, %+v, %d held", arrived, c, b.Held())
		}
	})
}
