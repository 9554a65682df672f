package sim

import (
	"fmt"
	"io"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"time"
)

// Total sums up many worlds.
type Total struct {
	From, Seeds uint64
	Mutant      Mutant
	Virtual     time.Duration
	Presses     int
	Calls       int
	Events      int
	Tally       Tally
	Failed      []Result // those with violations, by seed
}

// Many lives the worlds of seeds from, from+1, ... on several processors and
// sums them up. With a mutant it stops at the first world that catches it.
func Many(from uint64, seeds int, m Mutant, workers int) Total {
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // worlds are small and short
	t := Total{From: from, Seeds: uint64(seeds), Mutant: m}
	var mu sync.Mutex
	var wg sync.WaitGroup
	next, stop := from, false
	for range max(workers, 1) {
		wg.Go(func() {
			for {
				mu.Lock()
				seed := next
				next++
				done := stop || seed >= from+uint64(seeds)
				mu.Unlock()
				if done {
					return
				}
				r := Run(Options{Seed: seed, Mutant: m})
				mu.Lock()
				t.add(r)
				stop = stop || m != NoMutant && len(t.Failed) > 0
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	sort.Slice(t.Failed, func(i, j int) bool { return t.Failed[i].Seed < t.Failed[j].Seed })
	return t
}

// Traced lives the worlds of seeds one after another and writes down all
// that happens in them, to be read.
func Traced(from uint64, seeds int, m Mutant, out io.Writer) Total {
	t := Total{From: from, Seeds: uint64(seeds), Mutant: m}
	for i := range uint64(seeds) {
		fmt.Fprintf(out, "==== seed %d\n", from+i)
		t.add(Run(Options{Seed: from + i, Mutant: m, Trace: out}))
	}
	return t
}

func (t *Total) add(r Result) {
	t.Virtual += r.Virtual
	t.Presses += r.Presses
	t.Calls += r.Calls
	t.Events += r.Events
	t.Tally.add(&r.Tally)
	if len(r.Violations) > 0 {
		t.Failed = append(t.Failed, r)
	}
}

// Line sums up in one line: seeds, virtual days, presses, violations.
func (t *Total) Line() string {
	return fmt.Sprintf("seeds %d, virtual days %.1f, presses %d, calls closed %d, events %d, violations %d",
		t.Seeds, t.Virtual.Hours()/24, t.Presses, t.Calls, t.Events, len(t.Failed))
}

// Explain lists the first failures, each with the command that replays it.
func (t *Total) Explain() string {
	var b strings.Builder
	for i, r := range t.Failed {
		if i == 5 {
			fmt.Fprintf(&b, "and %d more\n", len(t.Failed)-i)
			break
		}
		fmt.Fprintf(&b, "seed %d at %.3f s: %s\n  replay: go run ./cmd/villagesim simulate -from %d -seeds 1 -trace%s\n",
			r.Seed, r.At.Seconds(), r.Violations[0], r.Seed, t.mutantFlag())
	}
	return b.String()
}

func (t *Total) mutantFlag() string {
	if t.Mutant == NoMutant {
		return ""
	}
	return " -mutant " + string(t.Mutant)
}
