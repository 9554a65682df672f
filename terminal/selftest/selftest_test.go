package selftest

import (
	"testing"
	"time"

	"huying/internal/wire"
)

// begin expects a test to begin now.
func begin(t *testing.T, p *Plan, now time.Duration, want Name) {
	t.Helper()
	if got, ok := p.Next(now, true, true); !ok || got != want {
		t.Fatalf("at %v %q begins (%v), want %q", now, got, ok, want)
	}
}

func idle(t *testing.T, p *Plan, now time.Duration, free bool) {
	t.Helper()
	if got, ok := p.Next(now, free, true); ok {
		t.Fatalf("at %v %q begins", now, got)
	}
}

func TestARoundADay(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	idle(t, p, 3*time.Minute-1, true)
	now := 3 * time.Minute
	for _, n := range Names() {
		begin(t, p, now, n)
		idle(t, p, now, true) // one at a time
		now += time.Second
		if !p.Done(now, n, wire.Passed, "") {
			t.Fatalf("%s was not taken", n)
		}
	}
	if r := p.Results(now + time.Minute); len(r) != len(Names()) || r[0].AgeMS != 65_000 || r[5].AgeMS != 60_000 {
		t.Errorf("%+v", r)
	}
	idle(t, p, 3*time.Minute+24*time.Hour-1, true)
	begin(t, p, 3*time.Minute+24*time.Hour, Disk)
}

func TestWhatFailedComesAgainEverMoreSeldom(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	now := 3 * time.Minute
	round := func(failing Name, names ...Name) {
		t.Helper()
		for _, n := range names {
			begin(t, p, now, n)
			r := wire.Passed
			if n == failing {
				r = wire.Failed
			}
			p.Done(now, n, r, "silence")
		}
	}
	round(Sound, Names()...)
	if !p.Failed(Sound) || p.Failed(Disk, Link) {
		t.Error("the failure is not told")
	}
	for _, pause := range []time.Duration{30, 60, 120} {
		idle(t, p, now+pause*time.Minute-1, true)
		now += pause * time.Minute
		round(Sound, Sound) // what passed is not done again
	}
	now += 240 * time.Minute
	round("", Sound)
	idle(t, p, 24*time.Hour+3*time.Minute-1, true)
	now = 24*time.Hour + 3*time.Minute
	round(Media, Names()...)
	now += 30 * time.Minute // the pause begins anew
	round("", Press, Media) // without its press the voice server lets nobody in
	idle(t, p, now+time.Hour, true)
}

func TestNoToneByNight(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	now := 3 * time.Minute
	for _, n := range Names() {
		if n == Sound {
			continue
		}
		if got, ok := p.Next(now, true, false); !ok || got != n {
			t.Fatalf("by night %q begins, want %q", got, n)
		}
		p.Done(now, n, wire.Passed, "")
	}
	for ; now < 8*time.Hour; now += time.Minute {
		if got, ok := p.Next(now, true, false); ok {
			t.Fatalf("at %v by night %q begins", now, got)
		}
	}
	begin(t, p, now, Sound)
	p.Done(now, Sound, wire.Passed, "")
	idle(t, p, now+time.Hour, true)
}

func TestNoAnswerIsAFailure(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	begin(t, p, 3*time.Minute, Disk)
	idle(t, p, 3*time.Minute+30*time.Second, true)
	if !p.Failed(Disk) || p.Running() != "" {
		t.Error("it is still waited for")
	}
	if p.Done(4*time.Minute, Disk, wire.Passed, "") {
		t.Error("a late answer was taken")
	}
}

// A villager comes first: the round is given up and comes again.
func TestAPressEndsTheRound(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	idle(t, p, 5*time.Minute, false)
	begin(t, p, 6*time.Minute, Disk)
	p.Done(6*time.Minute, Disk, wire.Passed, "")
	begin(t, p, 6*time.Minute, KeyPath)
	idle(t, p, 6*time.Minute+time.Second, false)
	if p.Done(7*time.Minute, KeyPath, wire.Failed, "") || p.Failed(KeyPath) {
		t.Error("the outcome of a test that was given up counts")
	}
	idle(t, p, 35*time.Minute, true)
	begin(t, p, 36*time.Minute+time.Second, KeyPath) // where it was broken off
}

func TestKiosksAreSpread(t *testing.T) {
	p := New(DefaultTimes(), 0, 0.5)
	idle(t, p, 4*time.Minute, true)
	begin(t, p, 4*time.Minute+30*time.Second, Disk)
}
