// Package anchor measures what Huying's own figures are compared with, on the
// same machine and in the same run: the disk's bare sync, PostgreSQL's commit at
// the metric's own pace, Go's own timers, a polling loop, and the brokers of
// tools/bench-peers. An absolute figure belongs to one machine on one day; only
// the ratio to an anchor says anything, so nothing here asserts a latency.
package anchor

import (
	"fmt"
	"slices"
	"time"
)

// Result is one anchor, measured once. P50, P99 and Max are latencies or
// lateness, as the anchor's own comment says.
type Result struct {
	Name          string
	N             int
	PerSecond     float64
	P50, P99, Max time.Duration
}

// String is one line for a log.
func (r Result) String() string {
	return fmt.Sprintf("%s: n=%d %.0f/s p50=%s p99=%s max=%s", r.Name, r.N, r.PerSecond, r.P50, r.P99, r.Max)
}

// Percentile returns the value at fraction p (0 to 1) of an ascending slice by
// the nearest-rank rule: the smallest value that at least p of them do not
// exceed. An empty slice gives 0.
func Percentile(ascending []time.Duration, p float64) time.Duration {
	if len(ascending) == 0 {
		return 0
	}
	rank := int(p * float64(len(ascending)))
	if float64(rank) < p*float64(len(ascending)) {
		rank++
	}
	return ascending[min(max(rank, 1), len(ascending))-1]
}

// Median returns the median of the runs in each figure by itself: the lower of
// the two middle ones when their number is even. It is how repeats of one anchor
// become one row; no runs give a zero Result.
func Median(runs []Result) Result {
	if len(runs) == 0 {
		return Result{}
	}
	middle := runs[0]
	middle.N = middleOf(runs, func(r Result) int { return r.N })
	middle.PerSecond = middleOf(runs, func(r Result) float64 { return r.PerSecond })
	middle.P50 = middleOf(runs, func(r Result) time.Duration { return r.P50 })
	middle.P99 = middleOf(runs, func(r Result) time.Duration { return r.P99 })
	middle.Max = middleOf(runs, func(r Result) time.Duration { return r.Max })
	return middle
}

func middleOf[T int | float64 | time.Duration](runs []Result, figure func(Result) T) T {
	values := make([]T, len(runs))
	for i, r := range runs {
		values[i] = figure(r)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// Summarise sorts samples in place; elapsed is the time that they took together.
func Summarise(name string, samples []time.Duration, elapsed time.Duration) Result {
	slices.Sort(samples)
	r := Result{
		Name: name, N: len(samples),
		P50: Percentile(samples, 0.5), P99: Percentile(samples, 0.99), Max: Percentile(samples, 1),
	}
	if elapsed > 0 {
		r.PerSecond = float64(r.N) / elapsed.Seconds()
	}
	return r
}
