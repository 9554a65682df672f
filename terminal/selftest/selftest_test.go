package selftest

import (
	"testing"
	"time"

	"huying/internal/wire"
)

// begin expects a test to begin now.
func begin(t *testing.T, p *Plan, now time.Duration, want Name) {
	t.Helper()
	if got, ok := p.Next(now, true); !ok || got != want {
		t.Fatalf("at %v %q begins (%v), want %q", now, got, ok, want)
	}
}

func idle(t *testing.T, p *Plan, now time.Duration, free bool) {
	t.Helper()
	if got, ok := p.Next(now, free); ok {
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
	idle(t, p, now+24*time.Hour-1, true)
	begin(t, p, now+24*time.Hour, Disk)
}

func TestAFailedRoundComesAgainSoon(t *testing.T) {
	p := New(DefaultTimes(), 0, 0)
	now := 3 * time.Minute
	for _, n := range Names() {
		begin(t, p, now, n)
		r := wire.Passed
		if n == Sound {
			r = wire.Failed
		}
		p.Done(now, n, r, "silence")
	}
	if !p.Failed(Sound) || p.Failed(Disk, Link) {
		t.Error("the failure is not told")
	}
	idle(t, p, now+30*time.Minute-1, true)
	begin(t, p, now+30*time.Minute, Disk)
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
	begin(t, p, 36*time.Minute+time.Second, Disk)
}

func TestKiosksAreSpread(t *testing.T) {
	p := New(DefaultTimes(), 0, 0.5)
	idle(t, p, 4*time.Minute, true)
	begin(t, p, 4*time.Minute+30*time.Second, Disk)
}
