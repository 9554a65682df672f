package anchor

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// AfterFuncLateness sets n timers at once, due evenly over the given time, and
// measures how late each one fires: what Go itself can do for n pending rungs,
// with nothing committed and nobody told.
func AfterFuncLateness(ctx context.Context, n int, over time.Duration) (Result, error) {
	if n < 1 || over <= 0 {
		return Result{}, errors.New("AfterFuncLateness: n and over must be more than 0")
	}
	var (
		late   = make([]time.Duration, n)
		fired  atomic.Int64
		all    = make(chan struct{})
		timers = make([]*time.Timer, 0, n)
	)
	// The first is due a little later than now, so that setting the timers is
	// not itself measured as lateness.
	start := time.Now().Add(over / 10)
	for i := range n {
		due := start.Add(spread(i, n, over))
		timers = append(timers, time.AfterFunc(time.Until(due), func() {
			late[i] = time.Since(due)
			if fired.Add(1) == int64(n) {
				close(all)
			}
		}))
	}
	select {
	case <-all:
		return Summarise("time.AfterFunc", late, time.Since(start)), nil
	case <-ctx.Done():
		for _, t := range timers {
			t.Stop()
		}
		return Result{}, ctx.Err()
	}
}

// PollLateness has n deadlines, due evenly over one interval, and a loop that
// looks at them once each interval, as GoAlert's engine does every 5 s. Only the
// wait for the next look is measured, not the query: the loop's best case. It
// takes two intervals of real time.
func PollLateness(ctx context.Context, n int, every time.Duration) (Result, error) {
	if n < 1 || every <= 0 {
		return Result{}, errors.New("PollLateness: n and every must be more than 0")
	}
	late := make([]time.Duration, 0, n)
	// The looks and the deadlines share no phase: half an interval apart.
	start := time.Now().Add(every / 2)
	look := time.NewTicker(every)
	defer look.Stop()
	for next := 0; next < n; {
		select {
		case <-ctx.Done():
			return Result{}, ctx.Err()
		case <-look.C:
		}
		now := time.Now()
		for ; next < n && !start.Add(spread(next, n, every)).After(now); next++ {
			late = append(late, now.Sub(start.Add(spread(next, n, every))))
		}
	}
	return Summarise("poll every "+every.String(), late, time.Since(start)), nil
}

// spread is the moment of the i-th of n events that share a time evenly.
func spread(i, n int, over time.Duration) time.Duration {
	return time.Duration(float64(over) * float64(i) / float64(n))
}

// pace calls do at perSecond for the given length, each call in a goroutine of
// its own so that a slow one delays no other. do gets the moment from which its
// latency counts. It returns after the last call, with the first error.
func pace(ctx context.Context, perSecond float64, length time.Duration, do func(began time.Time) error) error {
	var (
		calls sync.WaitGroup
		once  sync.Once
		first error
		start = time.Now()
		n     = max(1, int(perSecond*length.Seconds()))
		timer = time.NewTimer(0)
	)
	defer timer.Stop()
	for i := range n {
		timer.Reset(time.Until(start.Add(spread(i, n, length))))
		select {
		case <-ctx.Done():
			calls.Wait()
			return ctx.Err()
		case <-timer.C:
		}
		began := time.Now()
		calls.Go(func() {
			if err := do(began); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	calls.Wait()
	return first
}
