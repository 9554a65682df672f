package kill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"huying/internal/failpoint"
)

// Promise is within what time of being reachable every press must ring.
const Promise = 3 * time.Second

const (
	hitWait   = 20 * time.Second // a point that is not passed within it fails its trial
	storeWait = 15 * time.Second // for everything to be stored once all live again
	ringWait  = 10 * time.Second // default of Options.Patience
)

// Death is one way to die.
type Death struct {
	Point  failpoint.Point
	County bool // the county's hub dies there, otherwise the township's
	Times  int  // the how many-th time the point is passed
	Flaws  []failpoint.Flaw
}

func (d Death) String() string {
	at := string(d.Point)
	if d.County {
		at += " (county)"
	}
	return fmt.Sprintf("%s, time %d", at, d.Times)
}

// Deaths gives one death for each point, and the county's own where it does
// what a township does not; times are drawn from 1 to most.
func Deaths(most int) []Death {
	var out []Death
	for _, p := range failpoint.All {
		d := Death{Point: p, Times: 1}
		if !once(p) {
			d.Times = 1 + rand.IntN(most)
		}
		// Only a hub with hubs below learns kiosks from them.
		d.County = p == failpoint.HubKioskBefore || p == failpoint.HubKioskAfter
		out = append(out, d)
		switch p {
		case failpoint.HubCommitBefore, failpoint.HubCommitSent, failpoint.HubCommitAfter, failpoint.HubAckBefore,
			failpoint.HubPeerSendBefore, failpoint.HubPeerSendAfter:
			d.County = true
			out = append(out, d)
		}
	}
	return out
}

// once reports whether a point is passed at a start only, or so rarely that
// the first time counts.
func once(p failpoint.Point) bool {
	for _, prefix := range []string{"hub.load.", "hub.session.", "hub.kiosk.", "hub.register.", "hub.hello.", "terminal.boot.", "terminal.turn."} {
		if strings.HasPrefix(string(p), prefix) {
			return true
		}
	}
	return false
}

// Outcome is what a death did.
type Outcome struct {
	Presses int           // that it could have harmed
	Worst   time.Duration // the latest ring, from the press or from being reachable
	Away    time.Duration // from the death to being reachable
}

// Die lets a program die at a point, starts it again, and holds what came of
// it against the promises.
func (c *County) Die(ctx context.Context, d Death) (Outcome, error) {
	began := time.Now()
	victim, kiosk := c.home.program, (*kiosk)(nil)
	switch {
	case d.Point.OfTerminal():
		kiosk = c.kiosks[rand.IntN(len(c.kiosks))]
		victim = kiosk.program
	case d.County:
		victim = c.top.program
	}
	if err := c.bring(ctx, victim, kiosk, d); err != nil {
		return Outcome{}, err
	}
	select {
	case <-victim.gone():
	case <-time.After(hitWait):
		_ = victim.order()
		return Outcome{}, fmt.Errorf("%s was not passed within %v", d, hitWait)
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
	died := time.Now()
	if at := victim.diedAt(); at != d.Point {
		return Outcome{}, fmt.Errorf("%s: %s died at %q: %w", d, victim.name, at, victim.lastWords())
	}
	if err := c.bury(kiosk); err != nil {
		return Outcome{}, err
	}
	back, err := c.revive(ctx, victim, kiosk, died, d.Flaws)
	if err != nil {
		return Outcome{}, fmt.Errorf("%s: %w", d, err)
	}
	out, err := c.check(ctx, began, back)
	out.Away = back.Sub(died)
	return out, err
}

// bring gives the order and does what makes the victim pass the point.
func (c *County) bring(ctx context.Context, victim *program, k *kiosk, d Death) error {
	orders := flaws(d.Flaws, fmt.Sprintf("kill %s %d", d.Point, d.Times))
	if !once(d.Point) {
		return victim.order(orders...)
	}
	if strings.HasPrefix(string(d.Point), "hub.session.") {
		if err := victim.order(orders...); err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond) // the order holds after 5 ms
		go func() {
			_ = c.page.do(ctx, http.MethodPost, "/api/session", map[string]string{"account": operator, "password": password}, nil)
		}()
		return nil
	}
	died := time.Now()
	victim.kill()
	err := c.bury(k)
	if err == nil && strings.HasPrefix(string(d.Point), "terminal.turn.") {
		err = k.fatten()
	}
	if err = errors.Join(err, victim.order(orders...), victim.start()); err != nil {
		return err
	}
	// It may be reachable for a moment before it dies; all of it is one outage.
	c.absent(victim, k, died, time.Now().Add(hitWait))
	return nil
}

func flaws(f []failpoint.Flaw, lines ...string) []string {
	for _, name := range f {
		lines = append(lines, "flaw "+string(name))
	}
	return lines
}

// bury reads what a dead kiosk has on its disk; nil is a hub.
func (c *County) bury(k *kiosk) error {
	if k == nil {
		return nil
	}
	have, err := k.journaled()
	if err == nil {
		c.book.died(k.id, have)
	}
	return err
}

// revive starts a dead program again after a while and notes the outage.
func (c *County) revive(ctx context.Context, victim *program, k *kiosk, died time.Time, f []failpoint.Flaw) (time.Time, error) {
	// A further press makes a kiosk look for its hub at once. Every other time
	// nobody presses again: then it must come back by itself.
	c.deaths++
	_ = until(ctx, 2*time.Second, "somebody presses", func() bool { // check says so if nobody did
		return slices.ContainsFunc(c.book.promised(time.Now()), func(p press) bool { return p.at.After(died) })
	})
	c.hushed.Store(c.deaths%2 == 0)
	pause(ctx, 50*time.Millisecond+rand.N(500*time.Millisecond))
	if err := errors.Join(victim.order(flaws(f)...), victim.start()); err != nil {
		return time.Time{}, err
	}
	back, err := victim.await(ctx, startWait)
	if err == nil {
		c.absent(victim, k, died, back)
	}
	return back, err
}

// absent notes that home or a kiosk could not be reached; that the county
// could not excuses nothing. One outage takes the place of another that it
// overlaps.
func (c *County) absent(victim *program, k *kiosk, from, to time.Time) {
	o := outage{from: from, to: to}
	switch {
	case k != nil:
		o.kiosk = k.id
	case victim != c.home.program:
		return
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	c.book.outages = slices.DeleteFunc(c.book.outages, func(x outage) bool {
		over := x.kiosk == o.kiosk && x.to.After(o.from)
		if over && x.from.Before(o.from) {
			o.from = x.from
		}
		return over
	})
	c.book.outages = append(c.book.outages, o)
}

// check waits until all that was pressed up to now rings and is stored, and
// holds it against the promises.
func (c *County) check(ctx context.Context, from, back time.Time) (Outcome, error) {
	pause(ctx, time.Until(back.Add(300*time.Millisecond))) // some presses after it as well
	until := time.Now()
	c.sort()
	worst := c.awaitRings(ctx, from, until)
	c.hushed.Store(false)
	out := Outcome{Worst: worst.late, Presses: len(c.book.rings(from, until))}
	var found []error
	if out.Presses == 0 {
		found = append(found, errors.New("nobody pressed, so nothing was tried"))
	}
	if !worst.rang && out.Presses > 0 || worst.late > Promise {
		found = append(found, fmt.Errorf("press %s rang %v late (at all: %v)", worst.id, worst.late, worst.rang))
	}
	if err := c.awaitStored(ctx, until); err != nil {
		found = append(found, err)
	}
	c.sort()
	a, err := c.Audit(ctx, until)
	return out, errors.Join(append(found, err, a.Err())...)
}

// awaitRings waits for the rings of presses made in a time, and gives the one
// that was latest.
func (c *County) awaitRings(ctx context.Context, from, to time.Time) ring {
	limit := time.Now().Add(c.opt.Patience)
	for {
		worst := ring{rang: true}
		for _, r := range c.book.rings(from, to) {
			if !r.rang {
				c.look(ctx, r.call.String()) // closed while the page was away?
			}
			if r.rang != worst.rang && !r.rang || r.rang == worst.rang && r.late > worst.late {
				worst = r
			}
		}
		if worst.rang || time.Now().After(limit) || ctx.Err() != nil {
			return worst
		}
		pause(ctx, 20*time.Millisecond)
		c.sort()
	}
}

// sort learns from the journals which presses were not for help.
func (c *County) sort() {
	for _, k := range c.kiosks {
		if have, err := k.journaled(); err == nil {
			c.book.sorted(have)
		}
	}
}

// awaitStored waits until every kiosk knows that home has its presses.
func (c *County) awaitStored(ctx context.Context, before time.Time) error {
	missing := ""
	err := until(ctx, storeWait, "home has acknowledged every press", func() bool {
		for _, p := range c.book.promised(before) {
			if p.acked.IsZero() {
				missing = p.id.String()
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("%w: not %s", err, missing)
	}
	return nil
}
