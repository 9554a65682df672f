package gpioline

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/watch"
)

func newWorld(seed uint64) *world {
	return &world{rng: rand.New(rand.NewPCG(seed, 7)), now: time.Hour}
}

// TestEveryPressCountsOnce: 20 hands of 500 bouncing presses each, by a reader
// that is sometimes late by much, and an interrupt path that is always late.
func TestEveryPressCountsOnce(t *testing.T) {
	const presses = 500
	for seed := range uint64(20) {
		w := newWorld(seed)
		w.latency = time.Duration(seed%5) * 2 * time.Millisecond
		w.stall = []time.Duration{0, 20 * time.Millisecond, 5 * time.Second, 100 * time.Second}[seed%4]
		w.hand(presses, 2*time.Second, 3*time.Second)
		w.run()
		if n := w.count(); n[input.Press] != presses || n[input.Release] != presses || len(n) != 2 {
			t.Errorf("seed %d: %v, want %d presses and releases and nothing else", seed, n, presses)
		}
	}
}

func TestPressCarriesTheKernelsTime(t *testing.T) {
	w := newWorld(1)
	w.stall = 3 * time.Second
	w.raw = []rawEdge{{true, 2 * time.Hour}, {false, 2*time.Hour + 100*time.Millisecond}}
	w.until = 3 * time.Hour
	w.run()
	down := 2*time.Hour + Debounce
	up := down + 100*time.Millisecond + key.Release
	if len(w.got) != 2 || w.got[0].At != down || w.got[1].At != up {
		t.Errorf("got %v, want press at %s and release at %s", w.got, down, up)
	}
}

func TestHeldAtStartIsAPressAndThenStuck(t *testing.T) {
	w := newWorld(1)
	w.level0 = true
	w.raw = []rawEdge{{false, w.now + 20*time.Second}}
	w.until = w.now + time.Minute
	w.run()
	want := []input.Kind{input.Press, input.Stuck, input.Unstuck, input.Release}
	if fmt.Sprint(kinds(w.got)) != fmt.Sprint(want) || w.got[0].Reason != input.ByLevel {
		t.Errorf("got %v, want %v", w.got, want)
	}
	if d := w.got[1].At - w.got[0].At; d != key.StuckAfter {
		t.Errorf("stuck after %s", d)
	}
}

// TestOverrunIsToldAndTheLevelIsRead: the reader sleeps while a contact
// chatters past the FIFO and stays down.
func TestOverrunIsToldAndTheLevelIsRead(t *testing.T) {
	w := newWorld(1)
	at := w.now + time.Second
	const edges = 3001
	for i := range edges {
		w.raw = append(w.raw, rawEdge{i%2 == 0, at})
		at += 6 * time.Millisecond
	}
	w.until = at + time.Second
	first := true
	w.got = nil
	sleepy := &sleeper{world: w, wakeAt: at, first: &first}
	w.debounce()
	watcher := newWatcher(input.Red, func() (source, error) { _, err := w.open(); return sleepy, err },
		func() time.Duration { return w.now }, w.rest, func(e input.Event) { w.got = append(w.got, e) })
	watcher.run()
	n := w.count()
	if n[input.Overrun] != 1 || w.got[0].Kind != input.Overrun || w.got[0].N != edges-EventBuffer {
		t.Errorf("got %v, want one overrun of %d first", w.got, edges-EventBuffer)
	}
	if n[input.Press] != 1 || n[input.Release] != 0 {
		t.Errorf("got %v, want one press that still lasts", w.got)
	}
}

// sleeper is late once, by all of the chatter.
type sleeper struct {
	*world
	wakeAt time.Duration
	first  *bool
}

func (s *sleeper) Wait(timeout time.Duration) error {
	if *s.first {
		*s.first = false
		s.now = s.wakeAt
		return nil
	}
	return s.world.Wait(timeout)
}

func TestPressInsideAGapCounts(t *testing.T) {
	var got []input.Event
	w := newWatcher(input.Red, nil, nil, nil, func(e input.Event) { got = append(got, e) })
	lifted := event(false, 7*time.Second, 4)
	if !w.take(lifted) {
		t.Error("no gap was noticed")
	}
	w.machine.Advance(time.Minute)
	if fmt.Sprint(kinds(got)) != "[overrun press release]" || got[0].N != 3 || got[1].Reason != input.ByGap {
		t.Errorf("got %v", got)
	}
}

// TestUnpluggedChipIsAFaultAndNoSpin: an hour without a chip, a key that was
// down when it went, and is down again when it returns.
func TestUnpluggedChipIsAFaultAndNoSpin(t *testing.T) {
	w := newWorld(1)
	start := w.now
	w.raw = []rawEdge{{true, start + 10*time.Second}}
	w.goneAt, w.backAt = start+12*time.Second, start+12*time.Second+time.Hour
	w.until = w.backAt + 5*time.Second
	w.run()
	want := []input.Kind{input.Press, input.Fault, input.Release, input.Restored, input.Press}
	if fmt.Sprint(sorted(kinds(w.got))) != fmt.Sprint(sorted(want)) {
		t.Errorf("got %v, want %v", w.got, want)
	}
	if w.opens > 3602 || w.waits > 100 {
		t.Errorf("%d opens and %d waits in an hour without a chip", w.opens, w.waits)
	}
}

func TestStuckKeyOnALoosePlugRingsOnce(t *testing.T) {
	w := newWorld(1)
	start := w.now
	w.raw = []rawEdge{{true, start + time.Second}}
	w.goneAt, w.backAt = start+20*time.Second, start+25*time.Second
	w.until = start + time.Hour
	w.run()
	if n := w.count(); n[input.Press] != 1 || n[input.Stuck] != 1 || n[input.Restored] != 1 {
		t.Errorf("got %v", w.got)
	}
}

func TestAbsentLineIsAFaultUntilItComes(t *testing.T) {
	w := newWorld(1)
	start := w.now
	w.goneAt, w.backAt = start, start+10*time.Second
	w.raw = []rawEdge{{true, start + 20*time.Second}, {false, start + 21*time.Second}}
	w.until = start + time.Minute
	w.run()
	if got := fmt.Sprint(kinds(w.got)); got != "[fault restored press release]" {
		t.Errorf("got %v", w.got)
	}
}

// TestEdgeOnItsWayHoldsTheReleaseBack: a break just under the release time,
// whose end needs 8 ms from the contact to the FIFO, while the comparison of
// each second comes at every possible moment.
func TestEdgeOnItsWayHoldsTheReleaseBack(t *testing.T) {
	for shift := range 1000 {
		w := newWorld(1)
		w.latency = 8 * time.Millisecond
		at := w.now + time.Second + time.Duration(shift)*time.Millisecond
		w.raw = []rawEdge{{true, at}, {false, at + time.Second},
			{true, at + time.Second + key.Release - 2*time.Millisecond}, {false, at + 2*time.Second}}
		w.until = at + time.Minute
		w.run()
		if got := fmt.Sprint(kinds(w.got)); got != "[press release]" {
			t.Fatalf("shift %d ms: %v", shift, w.got)
		}
	}
}

func TestLostEdgeIsFoundByTheLevel(t *testing.T) {
	w := newWorld(1)
	at := w.now + 5*time.Second
	w.raw = []rawEdge{{true, at}}
	w.until = at + 5*time.Second
	w.latency = time.Hour // the edge never comes
	w.run()
	if len(w.got) != 1 || w.got[0].Reason != input.ByLevel || w.got[0].At > at+Debounce+watch.CompareEvery+watch.Slack {
		t.Errorf("got %v", w.got)
	}
}

// TestCutWireIsAFaultAndPressesGoOn: the resting contact's wire is cut for a
// while, its line is gone for another, and the chip goes while it is cut.
func TestCutWireIsAFaultAndPressesGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		goneAt, backAt time.Duration
		err            error
		want           string
	}{
		"cut":               {want: "[fault press release restored]"},
		"line is gone":      {err: ErrNoLine, want: "[fault press release restored]"},
		"chip goes as well": {goneAt: 30 * time.Second, backAt: 32 * time.Second, want: "[fault press release fault restored]"},
	} {
		w := newWorld(1)
		start := w.now
		if c.goneAt > 0 {
			w.goneAt, w.backAt = start+c.goneAt, start+c.backAt
		}
		w.raw = []rawEdge{{true, start + 20*time.Second}, {false, start + 21*time.Second}}
		w.until = start + time.Minute
		w.debounce()
		watcher := newWatcher(input.Red, w.open, func() time.Duration { return w.now }, w.rest,
			func(e input.Event) { w.got = append(w.got, e) })
		released := 0
		watcher.lostRest = func() { released++ }
		watcher.atRest = func() (bool, error) {
			if w.now > start+10*time.Second && w.now < start+40*time.Second {
				return false, c.err
			}
			down, _ := w.Level()
			return !down, nil
		}
		watcher.run()
		if got := fmt.Sprint(kinds(w.got)); got != c.want {
			t.Errorf("%s: got %v, want %s", name, w.got, c.want)
		}
		if d := w.got[0].At - start - 10*time.Second; c.err == nil && (d < key.BrokenAfter || d > key.BrokenAfter+2*watch.CompareEvery) {
			t.Errorf("%s: found after %s", name, d)
		}
		if released == 0 {
			t.Errorf("%s: the line of the resting contact was kept", name)
		}
	}
}
