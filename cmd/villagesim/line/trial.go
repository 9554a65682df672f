package line

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// ringWait is how long a press may take to ring before it counts as lost.
	ringWait = 2 * time.Minute
	// endWait is how long the end of a call may take to reach its kiosk.
	endWait = 3 * time.Minute
	// healWait is how long everything may take to agree once the lines are well:
	// a line that fell silent is given up after 25 s, and dialled with pauses of
	// at most 15 s.
	healWait = 90 * time.Second
	// endEvery is the pause between tries to end a call.
	endEvery = 300 * time.Millisecond
)

// Outcome is what became of the presses under one condition.
type Outcome struct {
	Condition string
	Presses   int
	Lost      []string        // presses that rang nowhere in time
	Rings     []time.Duration // press to ring, ascending
	At        map[string]int  // by the site that rang first
	Packets   [2]int64        // lost by the lines, and all of them
	Healed    time.Duration   // until both sites had the same calls
}

// Percentile is the smallest of the rings that at least the fraction p of them
// do not exceed; 0 if nothing rang.
func (o Outcome) Percentile(p float64) time.Duration {
	n := len(o.Rings)
	if n == 0 {
		return 0
	}
	rank := int(p * float64(n))
	if float64(rank) < p*float64(n) {
		rank++
	}
	return o.Rings[max(rank, 1)-1]
}

// String is one line of the table.
func (o Outcome) String() string {
	var at []string
	for _, unit := range []string{townshipUnit.Code, countyUnit.Code} {
		if n := o.At[unit]; n > 0 {
			at = append(at, fmt.Sprintf("%d at %s", n, unit))
		}
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	return fmt.Sprintf("%-10s %4d presses, %d lost; press to ring p50 %v, p99 %v, most %v; rang %s; lines lost %d of %d packets; healed in %v",
		o.Condition, o.Presses, len(o.Lost), round(o.Percentile(0.5)), round(o.Percentile(0.99)), round(o.Percentile(1)),
		strings.Join(at, ", "), o.Packets[0], o.Packets[1], o.Healed.Round(100*time.Millisecond))
}

// Try lets every kiosk press so many times under a condition, one call after
// the other, makes the lines well and waits until both sites agree. An error
// says that a promise was broken or that the county itself failed.
func (c *County) Try(ctx context.Context, how Condition, each int) (Outcome, error) {
	out := Outcome{Condition: how.Name, At: map[string]int{}}
	lost, all := c.lines.Lost()
	if err := how.begin(ctx, c); err != nil {
		return out, err
	}
	err := c.press(ctx, how, each, &out)
	now, of := c.lines.Lost()
	out.Packets = [2]int64{now - lost, of - all}
	err = errors.Join(err, how.end(ctx, c))
	slices.Sort(out.Rings)
	if err != nil {
		return out, err
	}
	well := time.Now()
	err = c.agree(ctx)
	out.Healed = time.Since(well)
	if len(out.Lost) > 0 {
		err = errors.Join(err, fmt.Errorf("line: %s: %d presses rang nowhere in %v: %v", how.Name, len(out.Lost), ringWait, out.Lost))
	}
	return out, errors.Join(err, c.connected(ctx))
}

// press is all villagers at once.
func (c *County) press(ctx context.Context, how Condition, each int, out *Outcome) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	errs := make([]error, len(c.kiosks))
	for i, k := range c.kiosks {
		rng := rand.New(rand.NewPCG(c.opt.Seed, uint64(i)))
		all.Go(func() {
			for n := range each {
				wait := rng.Float64()
				if n == 0 { // a few presses must meet the good and the bad moments alike
					wait = (wait + float64(i)) / float64(len(c.kiosks))
				}
				if errs[i] = sleep(ctx, time.Duration(wait*float64(how.spread))); errs[i] != nil {
					return
				}
				key := "urgent"
				if (n+i)%4 == 3 { // it is sent when the finger leaves the key
					key = "enquiry"
				}
				if errs[i] = c.one(ctx, k, key, out, &mu); errs[i] != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// one is one call, from the press until its kiosk knows that it has ended.
func (c *County) one(ctx context.Context, k *village, key string, out *Outcome, mu *sync.Mutex) error {
	at, id, err := k.press(ctx, key)
	if err != nil {
		return err
	}
	got, rang := c.rings.wait(ctx, id, ringWait)
	mu.Lock()
	out.Presses++
	if rang {
		out.Rings, out.At[got.site] = append(out.Rings, got.at.Sub(at)), out.At[got.site]+1
	} else {
		out.Lost = append(out.Lost, id)
	}
	mu.Unlock()
	if !rang {
		return ctx.Err()
	}
	return c.finish(ctx, k, id)
}

// finish ends a call wherever it can be ended and waits for its kiosk.
func (c *County) finish(ctx context.Context, k *village, id string) error {
	ctx, cancel := context.WithTimeout(ctx, endWait)
	defer cancel()
	for ended := false; ; {
		for _, d := range c.desks {
			if !ended {
				ended = d.end(ctx, id) == nil
			}
		}
		if _, err := k.until(ctx, endEvery, over(id)); err == nil {
			return nil
		} else if ctx.Err() != nil {
			return fmt.Errorf("line: the kiosk never heard that %s has ended: %w", id, err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
