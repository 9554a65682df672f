package desk

import (
	"context"
	"errors"
	"sync"
	"time"

	"huying/internal/failpoint"
	"huying/internal/site"
)

// Figures of the store's writer.
const (
	// lateAfter is when presses that wait for the disk are told so.
	lateAfter = 700 * time.Millisecond
	// maxBatch bounds one transaction.
	maxBatch = 1024
	// commitWait bounds one try, perSave what each save in it adds: a hung
	// database must not hang the writer, a slow one must not fail for ever.
	commitWait = 5 * time.Second
	perSave    = 2 * time.Millisecond
	retryFirst = 100 * time.Millisecond
	retryMost  = 2 * time.Second
	// askEvery is how often an idle store is asked whether it lives: the pages
	// say that it does not before somebody presses, not after.
	askEvery = 2 * time.Second
	// askWait is longer than a busy database takes; meanwhile nothing commits,
	// and with a database that hangs nothing would.
	askWait = 2 * time.Second
)

// writer is the one that commits: it takes whatever waits as one transaction
// and answers after the commit. While the database is away it keeps trying,
// in order; nothing is dropped.
type writer struct {
	d    *Desk
	mu   sync.Mutex
	wait []site.Save
	wake chan struct{}
}

func newWriter(d *Desk) *writer { return &writer{d: d, wake: make(chan struct{}, 1)} }

// add takes a save; poke must follow.
func (w *writer) add(s site.Save) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wait = append(w.wait, s)
}

func (w *writer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) take() []site.Save {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.wait), maxBatch)
	batch := w.wait[:n:n]
	w.wait = w.wait[n:]
	return batch
}

func (w *writer) run() {
	ask := time.NewTicker(askEvery)
	defer ask.Stop()
	for {
		batch := w.take()
		if len(batch) == 0 {
			select {
			case <-w.d.ctx.Done():
				if batch := w.take(); len(batch) > 0 {
					w.commit(batch)
				}
				return
			case <-w.wake:
				continue
			case <-ask.C:
				w.ask()
				continue
			}
		}
		if !w.commit(batch) {
			return
		}
	}
}

// ask learns how the store is while there is nothing to commit.
func (w *writer) ask() {
	ctx, cancel := context.WithTimeout(w.d.ctx, askWait)
	err := w.d.cfg.Store.Ping(ctx)
	cancel()
	switch {
	case err == nil:
		w.d.storeBack()
	case w.d.ctx.Err() == nil:
		w.d.log.Warn("store does not answer", "error", err)
		w.d.storeLate()
	}
}

// commit tries until the batch is on disk; false when the desk stops first.
func (w *writer) commit(batch []site.Save) bool {
	late := time.AfterFunc(lateAfter, w.d.storeLate)
	defer late.Stop()
	pause := retryFirst
	for {
		begin := time.Now()
		if failpoint.Seeded(failpoint.AckEarly) {
			w.d.committed(batch)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.d.ctx), commitWait+time.Duration(len(batch))*perSave)
		err := w.d.cfg.Store.Commit(ctx, begin, batch)
		cancel()
		if err == nil {
			late.Stop()
			w.d.cfg.Meter.Committed(len(batch), time.Since(begin))
			w.d.committed(batch)
			return true
		}
		if errors.Is(err, site.ErrSuperseded) {
			// What waits here was never acknowledged: kiosks bring it to the
			// process that took over.
			w.d.cfg.Lost(err)
			return false
		}
		w.d.log.Error("store does not take what must be kept; it is tried again", "saves", len(batch), "error", err)
		w.d.storeLate()
		select {
		case <-w.d.ctx.Done():
			return false
		case <-time.After(pause):
		}
		pause = min(2*pause, retryMost)
	}
}

// storeLate tells kiosks and pages that nothing is stored at the moment.
func (d *Desk) storeLate() {
	d.mu.Lock()
	if d.stored {
		d.stored = false
		_ = d.stepLocked(site.StoreDown{})
		d.siteChanged()
	}
	d.release()
}

// storeBack tells pages that the store answers again; nothing waited for it.
func (d *Desk) storeBack() {
	d.mu.Lock()
	if !d.stored {
		d.stored = true
		_ = d.stepLocked(site.Saved{})
		d.siteChanged()
	}
	d.release()
}

// committed does what waited for the disk: acknowledgements first.
//
// They are written beside the writer: the next commit waits for no socket.
func (d *Desk) committed(batch []site.Save) {
	failpoint.At(failpoint.HubAckBefore)
	d.mu.Lock()
	for _, s := range batch {
		d.carry(s.Then)
	}
	d.lives.committed(batch)
	_ = d.stepLocked(site.Saved{N: batch[len(batch)-1].N})
	if !d.stored {
		d.stored = true
		d.siteChanged()
	}
	dirty := d.unlock()
	d.wg.Go(func() { flush(dirty); failpoint.At(failpoint.HubAckAfter) })
}
