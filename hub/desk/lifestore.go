package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"huying/internal/life"
	"huying/internal/site"
	"huying/internal/wire"
)

// Figures of storing what is known of kiosks' health.
const (
	lifeBatch = 500 // kiosks, or tickets, in one transaction
	lifeWait  = 5 * time.Second
	lifeRest  = 5 * time.Second // after a failure; nobody waits for it
)

// run stores and counts, beside the desk: nothing here is waited for. While
// the store is away everything stays in memory, and the latest is stored when
// it is back.
func (l *lives) run() {
	for {
		stopped := l.d.ctx.Err() != nil
		save, counts := l.take()
		err := l.store(save)
		if stopped || errors.Is(err, site.ErrSuperseded) {
			return // another process watches now
		}
		ok := err == nil && l.countAll(counts)
		rest := time.Duration(0)
		if !ok {
			rest = lifeRest
		}
		l.sleep(rest)
	}
}

// sleep waits for work, or after a failure for a while.
func (l *lives) sleep(rest time.Duration) {
	if rest == 0 {
		select {
		case <-l.d.ctx.Done():
		case <-l.wake:
		}
		return
	}
	l.poke() // what failed is still to be done
	select {
	case <-l.d.ctx.Done():
	case <-time.After(rest):
	}
}

// take gives what is to be stored as it is now.
func (l *lives) take() (save lifeSave, counts map[string]wire.Ledger) {
	d := l.d
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range someOf(l.kiosks, lifeBatch) {
		if k, ok := l.w.Kiosk(id); ok {
			save.Kiosks = append(save.Kiosks, k)
		}
	}
	for _, id := range someOf(l.tickets, lifeBatch) {
		if t, ok := l.ticket(id); ok {
			save.Tickets = append(save.Tickets, t)
		}
	}
	save.Tests, l.tests = l.tests, nil
	save.Told, l.told = l.told, nil
	save.acks, l.acks = l.acks, nil
	counts, l.counts = l.counts, map[string]wire.Ledger{}
	if len(l.kiosks)+len(l.tickets) > 0 {
		l.poke()
	}
	return save, counts
}

// lifeSave is one transaction and what waits for it.
type lifeSave struct {
	life.Save
	acks []ack
}

// store writes, or puts back what could not be written.
func (l *lives) store(v lifeSave) error {
	if v.Empty() && len(v.acks) == 0 {
		return nil
	}
	if l.cfg.Store != nil && !v.Empty() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.d.ctx), lifeWait)
		err := l.cfg.Store.SaveLife(ctx, v.Save)
		cancel()
		if errors.Is(err, site.ErrSuperseded) {
			l.d.cfg.Lost(err)
			return err
		}
		if err != nil {
			l.d.log.Warn("health is not stored; it is tried again", "error", err)
			l.putBack(v)
			return err
		}
	}
	l.d.mu.Lock()
	l.acknowledge(v.acks)
	l.d.release()
	return nil
}

func (l *lives) putBack(v lifeSave) {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	for _, k := range v.Kiosks {
		l.kiosks[k.ID] = true
	}
	for _, t := range v.Tickets {
		l.tickets[t.ID] = true
	}
	if len(l.tests) < maxTests {
		l.tests = append(v.Tests, l.tests...)
	}
	l.told = append(v.Told, l.told...)
	l.acks = append(v.acks, l.acks...)
}

// countAll holds ledgers against the store. What cannot be counted now is
// counted later.
func (l *lives) countAll(counts map[string]wire.Ledger) bool {
	if l.cfg.Store == nil {
		return true
	}
	for _, kiosk := range slices.Sorted(maps.Keys(counts)) {
		ledger := counts[kiosk]
		ctx, cancel := context.WithTimeout(l.d.ctx, lifeWait)
		diff, err := l.cfg.Store.Ledger(ctx, kiosk, ledger)
		cancel()
		l.d.mu.Lock()
		if err != nil {
			l.d.log.Warn("ledgers are not counted; it is tried again", "error", err)
			for k, was := range counts {
				if _, newer := l.counts[k]; !newer {
					l.counts[k] = was
				}
			}
			l.d.mu.Unlock()
			return false
		}
		delete(counts, kiosk)
		l.carry(l.w.Counted(l.cfg.Now(), kiosk, ledger, diff))
		l.d.release()
	}
	return true
}

// someOf takes at most n keys out of a set.
func someOf[K comparable](set map[K]bool, n int) []K {
	keys := make([]K, 0, min(len(set), n))
	for k := range set {
		if len(keys) == n {
			break
		}
		keys = append(keys, k)
		delete(set, k)
	}
	return keys
}
