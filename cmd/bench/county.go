package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"huying/cmd/bench/anchor"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// county is a hub with its kiosks on the line and an operator on duty.
type county struct {
	hub      *hubProcess
	page     *page
	villages []*village
	byID     map[string]*village
	failed   chan error
	stop     chan struct{}
	ticking  sync.WaitGroup
	tally    tally
}

// tally counts one measurement. All moments are of one clock: kiosks and page
// are in this process, the hub is not.
type tally struct {
	mu    sync.Mutex
	on    bool
	rings []time.Duration // press to ring
	acks  []time.Duration // press to acknowledgement
	last  time.Duration   // moment of the last ring or acknowledgement
	moved chan struct{}
}

func openCounty(ctx context.Context, p *place, o options, folder string) (*county, error) {
	c := &county{byID: map[string]*village{}, failed: make(chan error, 1), stop: make(chan struct{})}
	c.tally.moved = make(chan struct{}, 1)
	c.tally.reset(false)
	var err error
	if c.hub, err = startHub(ctx, p, o); err != nil {
		return nil, err
	}
	if c.page, err = openPage(ctx, c.hub.addr, c.rang); err != nil {
		c.close()
		return nil, err
	}
	began := time.Now()
	for _, e := range c.hub.kiosks {
		v, err := openVillage(c.hub.addr, folder, e, began, c.fail)
		if err != nil {
			c.close()
			return nil, err
		}
		v.acked = c.acked
		c.villages = append(c.villages, v)
		c.byID[e.id] = v
	}
	c.ticking.Go(c.tick)
	return c, nil
}

func (c *county) fail(err error) {
	select {
	case <-c.stop:
	case c.failed <- err:
	default:
	}
}

// tick lets time pass for the kiosks: they ping, and would resend.
func (c *county) tick() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-t.C:
		}
		for _, v := range c.villages {
			if err := v.tick(); err != nil {
				c.fail(err)
				return
			}
		}
	}
}

func (c *county) close() {
	close(c.stop)
	c.ticking.Wait()
	for _, v := range c.villages {
		v.close()
	}
	if c.page != nil {
		c.page.close()
	}
	c.hub.stop()
}

func (t *tally) reset(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.on, t.rings, t.acks, t.last = on, nil, nil, 0
}

func (t *tally) signal() {
	select {
	case t.moved <- struct{}{}:
	default:
	}
}

// rang is told by the page that a kiosk's call rings with so many presses: all
// of them that were not yet counted have rung at this moment.
func (c *county) rang(kiosk string, presses int) {
	v := c.byID[kiosk]
	if v == nil {
		return
	}
	at := v.mono()
	v.mu.Lock()
	defer v.mu.Unlock()
	open := v.core.Open()
	if open == nil {
		return
	}
	if v.first != open.ID.Seq {
		v.first, v.rung = open.ID.Seq, 0
	}
	t := &c.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	for ; v.rung < uint32(presses); v.rung++ {
		if pressed, ok := v.press[v.first+v.rung]; ok && t.on {
			t.rings = append(t.rings, at-pressed)
			t.last = max(t.last, at)
		}
	}
	t.signal()
}

func (c *county) acked(v *village, seq uint32, at time.Duration) {
	t := &c.tally
	pressed := v.press[seq]
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on {
		t.acks = append(t.acks, at-pressed)
		t.last = max(t.last, at)
		t.signal()
	}
}

// finish waits until n presses were acknowledged and rang.
func (c *county) finish(ctx context.Context, n int) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		c.tally.mu.Lock()
		acks, rings := len(c.tally.acks), len(c.tally.rings)
		c.tally.mu.Unlock()
		if acks >= n && rings >= n {
			return nil
		}
		select {
		case <-c.tally.moved:
		case err := <-c.failed:
			return err
		case err := <-c.page.shut:
			return fmt.Errorf("the page: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return fmt.Errorf("of %d presses %d were acknowledged and %d rang", n, acks, rings)
		}
	}
}

// measured is what one measurement of the hub gives.
type measured struct {
	ring, ack anchor.Result
	commits   float64       // transactions of the hub's writer
	late      time.Duration // p99 of how late this program itself pressed
	used      work
}

// result ends a measurement that began at start on the villages' clock.
func (c *county) result(name string, start time.Duration) measured {
	t := &c.tally
	t.mu.Lock()
	t.on = false
	rings, acks, last := t.rings, t.acks, t.last
	t.mu.Unlock()
	return measured{ring: anchor.Summarise(name, rings, last-start), ack: anchor.Summarise(name+" ack", acks, last-start)}
}

// settle closes every call, as operators do, and waits until the kiosks have
// heard it.
func (c *county) settle(ctx context.Context) error {
	work := make(chan *village, len(c.villages))
	for _, v := range c.villages {
		work <- v
	}
	close(work)
	errs := make(chan error, settlers)
	for range settlers {
		go func() { errs <- c.settleSome(ctx, work) }()
	}
	var all []error
	for range settlers {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// settlers is how many calls are closed at a time.
const settlers = 4

func (c *county) settleSome(ctx context.Context, work <-chan *village) error {
	for v := range work {
		id, ended, ok := v.open()
		if !ok {
			continue
		}
		if err := c.page.settle(ctx, id); err != nil {
			return err
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(patience):
			return fmt.Errorf("kiosk %s never heard that its call was closed", v.id)
		}
		v.mu.Lock()
		clear(v.press)
		v.mu.Unlock()
	}
	return nil
}
