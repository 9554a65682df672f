package anchor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// In virtual time no timer is late: anything else is the anchor's own mistake.
func TestAfterFuncAddsNoLatenessOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := AfterFuncLateness(t.Context(), 20000, 5*time.Second)
		if err != nil || r.N != 20000 || r.Max != 0 {
			t.Errorf("%v %v", r, err)
		}
	})
}

// A poll is late by up to its whole interval.
func TestPollIsLateByItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r, err := PollLateness(t.Context(), 1000, 5*time.Second)
		if err != nil || r.N != 1000 {
			t.Fatalf("%v %v", r, err)
		}
		if r.P50 < 2400*time.Millisecond || r.P50 > 2600*time.Millisecond || r.P99 < 4900*time.Millisecond || r.Max > 5*time.Second {
			t.Errorf("%v", r)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %s, want two intervals", took)
		}
	})
}

func TestLatenessStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := AfterFuncLateness(ctx, 10, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("AfterFuncLateness: %v", err)
		}
		if _, err := PollLateness(ctx, 10, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("PollLateness: %v", err)
		}
	})
}

// The pace is kept although every call takes longer than the pause between two.
func TestPaceIsAnOpenLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got := make(chan time.Duration, 20)
		err := pace(t.Context(), 10, 2*time.Second, func(began time.Time) error {
			got <- began.Sub(start)
			time.Sleep(3 * time.Second) // virtual
			return nil
		})
		if err != nil || len(got) != 20 {
			t.Fatalf("%d calls, %v", len(got), err)
		}
		for i := range 20 {
			if began := <-got; began != time.Duration(i)*100*time.Millisecond {
				t.Errorf("call %d began at %s", i, began)
			}
		}
	})
}
