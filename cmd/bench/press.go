package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"huying/cmd/bench/anchor"
)

// openLoop presses at a pace, kiosk after kiosk, whether or not the press
// before was answered. With first set every press opens a call of its own, so
// there may be at most as many presses as kiosks.
func (c *county) openLoop(ctx context.Context, name string, perSecond float64, length time.Duration) (measured, error) {
	return c.openLoopOf(ctx, name, c.villages, perSecond, length)
}

// openLoopOf is openLoop with some of the kiosks.
func (c *county) openLoopOf(ctx context.Context, name string, who []*village, perSecond float64, length time.Duration) (measured, error) {
	n := max(1, int(perSecond*length.Seconds()))
	late := make([]time.Duration, 0, n)
	c.tally.reset(true)
	used := worked(c.hub.cmd.Process.Pid)
	start := c.villages[0].mono()
	for i := range n {
		due := start + time.Duration(float64(i)/perSecond*float64(time.Second))
		if err := c.until(ctx, due); err != nil {
			return measured{}, err
		}
		late = append(late, c.villages[0].mono()-due)
		if _, err := who[i%len(who)].pressNow(); err != nil {
			return measured{}, err
		}
	}
	if err := c.finish(ctx, n); err != nil {
		return measured{}, fmt.Errorf("%s: %w", name, err)
	}
	m := c.result(name, start)
	m.used = worked(c.hub.cmd.Process.Pid).since(used)
	slices.Sort(late)
	m.late = anchor.Percentile(late, 0.99)
	return m, nil
}

func (c *county) until(ctx context.Context, due time.Duration) error {
	wait := due - c.villages[0].mono()
	if wait <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-c.failed:
		return err
	case <-t.C:
		return nil
	}
}

// closedLoop lets every kiosk press, wait for the acknowledgement and press
// again, for a time.
func (c *county) closedLoop(ctx context.Context, name string, length time.Duration) (measured, error) {
	before, err := c.hub.commits(ctx)
	if err != nil {
		return measured{}, err
	}
	c.tally.reset(true)
	used := worked(c.hub.cmd.Process.Pid)
	start := c.villages[0].mono()
	for _, v := range c.villages {
		v.mu.Lock()
		v.again = true
		v.mu.Unlock()
		if _, err := v.pressNow(); err != nil {
			return measured{}, err
		}
	}
	if err := c.until(ctx, start+length); err != nil {
		return measured{}, err
	}
	n := 0
	for _, v := range c.villages {
		v.mu.Lock()
		v.again = false
		n += len(v.press)
		v.mu.Unlock()
	}
	if err := c.finish(ctx, n); err != nil {
		return measured{}, fmt.Errorf("%s: %w", name, err)
	}
	after, err := c.hub.commits(ctx)
	m := c.result(name, start)
	m.commits = after - before
	m.used = worked(c.hub.cmd.Process.Pid).since(used)
	return m, err
}
