package evdev

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

const ms = time.Millisecond

func TestEveryPressIsOne(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := &world{late: 5 * ms}
		w.hand(rng, 200, enter, space)
		if seed%2 == 1 { // a machine with other things to do
			w.stall = func() time.Duration { return time.Duration(rng.Int64N(int64(3 * time.Second))) }
		}
		w.run(both...)
		if p, r := w.count(input.Press), w.count(input.Release); p != 200 || r != 200 || len(w.got) != 400 {
			t.Fatalf("seed %d: %d presses, %d releases, %d events of 200 presses", seed, p, r, len(w.got))
		}
		downs := slices.DeleteFunc(slices.Clone(w.events), func(e event) bool { return e.Type != evKey || e.Value != keyDown })
		presses := slices.DeleteFunc(slices.Clone(w.got), func(e input.Event) bool { return e.Kind != input.Press })
		for i, p := range presses {
			if p.At != downs[i].at() || p.Reason != input.ByEdge {
				t.Fatalf("seed %d: press %d is %v, the key went down at %v", seed, i, p, downs[i].at())
			}
		}
	}
}

func TestHeldAtStartIsAPressByLevel(t *testing.T) {
	w := &world{now: time.Second, until: 20 * time.Second}
	w.edge(enter, keyDown, 100*ms)
	w.edge(enter, keyUp, 3*time.Second)
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"press by level", "release"}) || len(w.told(input.Green)) != 0 {
		t.Errorf("told %q and %q", got, w.told(input.Green))
	}
}

func TestAHeldKeyIsStuckOnceThoughItRepeats(t *testing.T) {
	w := &world{until: 2 * time.Minute}
	w.edge(enter, keyDown, time.Second)
	for r := 1250 * ms; r < time.Minute; r += 33 * ms {
		w.edge(enter, 2, r)
	}
	w.edge(space, keyDown, 30*time.Second) // the other key goes on working
	w.edge(space, keyUp, 30*time.Second+100*ms)
	w.edge(enter, keyUp, time.Minute)
	slices.SortStableFunc(w.events, func(a, b event) int { return int(a.at() - b.at()) })
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"press by edge", "stuck", "unstuck", "release"}) {
		t.Errorf("red: %q", got)
	}
	if got := w.told(input.Green); !slices.Equal(got, []string{"press by edge", "release"}) {
		t.Errorf("green: %q", got)
	}
	if stuck := w.got[slices.IndexFunc(w.got, func(e input.Event) bool { return e.Kind == input.Stuck })]; stuck.At != time.Second+key.StuckAfter {
		t.Errorf("%v", stuck)
	}
}

// The kernel ran out of room while a key was tapped and the other one pressed:
// both presses count, and that something was lost is told.
func TestOverrunReadsTheKeysAgain(t *testing.T) {
	w := &world{size: 6, until: 20 * time.Second}
	stalled := false
	w.stall = func() time.Duration {
		if stalled {
			return 0
		}
		stalled = true
		return 5 * time.Second
	}
	w.edge(space, keyDown, time.Second) // and stays down
	for i := range time.Duration(4) {
		w.edge(enter, keyDown, 2*time.Second+i*200*ms)
		w.edge(enter, keyUp, 2*time.Second+i*200*ms+100*ms)
	}
	w.run(both...)
	if got := w.told(input.Red); !slices.Contains(got, "overrun 1") || w.count(input.Press) < 2 {
		t.Errorf("red: %q", got)
	}
	if got := w.told(input.Green); !slices.Equal(got, []string{"overrun 1", "press by level", "stuck"}) {
		t.Errorf("green: %q", got)
	}
}

// A gap is looked into at once, not when the next second is over.
func TestAGapIsLookedIntoAtOnce(t *testing.T) {
	w := &world{size: 4, until: 3 * time.Second}
	w.stall = func() time.Duration {
		if w.now > 1100*ms && w.now < 1300*ms {
			return 1300*ms - w.now
		}
		return 0
	}
	w.edge(space, keyDown, 1150*ms)
	for i := range time.Duration(4) {
		w.edge(enter, keyDown, 1160*ms+i*20*ms)
		w.edge(enter, keyUp, 1170*ms+i*20*ms)
	}
	w.run(both...)
	i := slices.IndexFunc(w.got, func(e input.Event) bool { return e.Key == input.Green && e.Kind == input.Press })
	if i < 0 || w.got[i].At > 1350*ms {
		t.Errorf("told %v", w.got)
	}
}

// A trembling hand lets go for less than key.Release, and the news of it comes
// late: that is still one press.
func TestATremblingHandIsOnePress(t *testing.T) {
	w := &world{late: 8 * ms, until: 10 * time.Second}
	for i := range time.Duration(20) {
		w.edge(enter, keyDown, time.Second+i*100*ms)
		w.edge(enter, keyUp, time.Second+i*100*ms+71*ms)
	}
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"press by edge", "release"}) {
		t.Errorf("told %q", got)
	}
}

// What is left after a gap is a release of a key that nobody saw go down.
func TestAReleaseAfterAGapIsAPress(t *testing.T) {
	w := &world{until: 10 * time.Second}
	w.events = []event{{at(time.Second), evSyn, synDropped, 0}, {at(time.Second), evKey, uint16(enter), keyUp}, {at(time.Second), evSyn, 0, 0}}
	w.edge(enter, keyUp, 2*time.Second) // no gap: nothing
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"overrun 1", "press by gap", "release"}) {
		t.Errorf("told %q", got)
	}
}

func TestUnplugAndReplug(t *testing.T) {
	w := &world{goneAt: 2 * time.Second, backAt: 10 * time.Second, until: 30 * time.Second}
	w.edge(enter, keyDown, time.Second)
	w.edge(enter, keyUp, 5*time.Second)
	w.edge(space, keyDown, 9*time.Second) // held when it comes back
	w.edge(space, keyUp, 12*time.Second)
	w.edge(enter, keyDown, 20*time.Second)
	w.edge(enter, keyUp, 21*time.Second)
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"press by edge", "fault", "release", "restored", "press by edge", "release"}) {
		t.Errorf("red: %q", got)
	}
	if got := w.told(input.Green); !slices.Equal(got, []string{"fault", "press by level", "restored", "release"}) {
		t.Errorf("green: %q", got)
	}
	if w.opens > 12 {
		t.Errorf("%d tries in 8 s", w.opens)
	}
}

func TestAbsentAtStart(t *testing.T) {
	w := &world{goneAt: 1, now: 1, backAt: 5 * time.Second, until: 10 * time.Second}
	w.edge(enter, keyDown, 7*time.Second)
	w.edge(enter, keyUp, 8*time.Second)
	w.run(both...)
	if got := w.told(input.Red); !slices.Equal(got, []string{"fault", "restored", "press by edge", "release"}) {
		t.Errorf("told %q", got)
	}
}
