package lamp_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/firmware-bridge/lamp"
)

const ms = time.Millisecond

func TestPatternAt(t *testing.T) {
	again, once, delayed := lamp.Again(100*ms, 300*ms), lamp.Once(100*ms, 50*ms, 100*ms), lamp.Again(0, 500*ms, 500*ms)
	for name, c := range map[string]struct {
		p    lamp.Pattern
		at   time.Duration
		on   bool
		next time.Duration
	}{
		"dark":                   {lamp.Off(), time.Hour, false, lamp.Never},
		"steady":                 {lamp.Steady(), time.Hour, true, lamp.Never},
		"before the beginning":   {again, -time.Second, true, 100 * ms},
		"at the beginning":       {again, 0, true, 100 * ms},
		"just before a switch":   {again, 100*ms - 1, true, 100 * ms},
		"at a switch":            {again, 100 * ms, false, 400 * ms},
		"in a later round":       {again, 4000*ms + 100*ms, false, 4400 * ms},
		"a day later":            {again, 24*time.Hour + 99*ms, true, 24*time.Hour + 100*ms},
		"once, second step":      {once, 120 * ms, false, 150 * ms},
		"once, third step":       {once, 150 * ms, true, 250 * ms},
		"once, over":             {once, 250 * ms, false, lamp.Never},
		"an empty step at first": {delayed, 0, false, 500 * ms},
		"and then the others":    {delayed, 500 * ms, true, 1000 * ms},
	} {
		if on, next := c.p.At(c.at); on != c.on || next != c.next {
			t.Errorf("%s: %v until %v, want %v until %v", name, on, next, c.on, c.next)
		}
	}
}

// Whoever sleeps until next and asks again must see every switch: what At says
// holds until then.
func TestPatternHoldsUntilNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Int64Range(0, 2000), 1, 8).Draw(t, "ms")
		all := []time.Duration{time.Nanosecond}
		for _, s := range steps {
			all = append(all, time.Duration(s)*ms)
		}
		p := lamp.Again(all...)
		if rapid.Bool().Draw(t, "once") {
			p = lamp.Once(all...)
		}
		at := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "at"))
		on, next := p.At(at)
		if next <= at {
			t.Fatalf("at %v next is %v", at, next)
		}
		between := min(next-1, at+time.Hour)
		between = at + time.Duration(rapid.Int64Range(0, int64(between-at)).Draw(t, "later"))
		if again, same := p.At(between); again != on || same != next {
			t.Fatalf("at %v: %v until %v, but at %v: %v until %v", at, on, next, between, again, same)
		}
	})
}

// A flash of more than 3 Hz can bring on fits, and an elder cannot count it.
func TestLampsFlashSlowly(t *testing.T) {
	buzzes := map[lamp.Signal]bool{lamp.Click: true, lamp.Stored: true, lamp.Answered: true, lamp.Coming: true, lamp.Unreached: true, lamp.Ask: true}
	for _, s := range lamp.Signals() {
		if buzzes[s] {
			continue
		}
		for began := time.Duration(0); began < 10*time.Second; began += 50 * ms {
			flashes, was := 0, false
			for at := began; at < began+time.Second; at += 10 * ms {
				on, _ := s.Pattern().At(at)
				if on && !was && at > began {
					flashes++
				}
				was = on
			}
			if flashes > 3 {
				t.Fatalf("%s flashes %d times within a second", s, flashes)
			}
		}
	}
}

// What an electrician reads must not look like something else.
func TestSignalsDiffer(t *testing.T) {
	same := map[[2]lamp.Signal]bool{{lamp.Placed, lamp.Talking}: true} // one lamp or both
	all := lamp.Signals()
	for _, a := range all {
		for _, b := range all {
			if a < b && a.Pattern().Equal(b.Pattern()) && !same[[2]lamp.Signal{a, b}] {
				t.Errorf("%s looks like %s", a, b)
			}
		}
	}
	for n, s := range map[int]lamp.Signal{2: lamp.NoLine, 3: lamp.OtherKey, 4: lamp.LowBattery, 5: lamp.OtherFault} {
		flashes, was := 0, false
		for at := time.Duration(0); at < s.Pattern().Lasts(); at += ms {
			on, _ := s.Pattern().At(at)
			if on && !was {
				flashes++
			}
			was = on
		}
		if flashes != n {
			t.Errorf("%s flashes %d times, want %d", s, flashes, n)
		}
	}
}
