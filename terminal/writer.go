package terminal

import (
	"sync"
	"time"

	"huying/internal/failpoint"
	"huying/internal/kiosk"
	"huying/terminal/journal"
)

// maxWaiting bounds the records that wait for the disk; a kiosk makes some
// hundreds only when its disk hangs while somebody hammers on a key.
const maxWaiting = 1024

// stored is what became of the records up to a number.
type stored struct {
	through uint64
	err     error
	took    time.Duration
	size    int64 // of the journal, in octets
}

// compacted is what became of a compaction.
type compacted struct {
	err  error
	size int64
}

// writer appends records in their order, all that wait in one go, so that they
// share one fdatasync. Its goroutine alone uses the store.
type writer struct {
	store store
	tell  func(any) // stored or compacted; may block until the loop has ended
	done  sync.WaitGroup

	mu      sync.Mutex
	waiting []kiosk.Record
	next    uint64 // number of the last record taken
	live    []kiosk.Record
	liveAt  uint64 // the compaction stands behind this record
	closing bool
	more    chan struct{}
}

func newWriter(s store, tell func(any)) *writer {
	return &writer{store: s, tell: tell, more: make(chan struct{}, 1)}
}

func (w *writer) start() { w.done.Go(w.run) }

// add takes a record and gives its number; false when too many wait.
func (w *writer) add(r kiosk.Record) (uint64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) >= maxWaiting {
		return 0, false
	}
	w.next++
	w.waiting = append(w.waiting, r)
	w.poke()
	return w.next, true
}

// compact asks for the journal to be replaced by live and whatever is added
// from now on.
func (w *writer) compact(live []kiosk.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.live, w.liveAt = live, w.next
	w.poke()
}

// stop ends the writer after it has stored what waits.
func (w *writer) stop() {
	w.mu.Lock()
	w.closing = true
	w.poke()
	w.mu.Unlock()
}

func (w *writer) poke() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// batch is the writer's next piece of work.
type batch struct {
	recs    []kiosk.Record
	through uint64
	live    []kiosk.Record // a compaction that comes after recs
	last    bool
}

func (w *writer) take() batch {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := batch{recs: w.waiting, through: w.next, last: w.closing}
	w.waiting = nil
	if w.live != nil {
		after := len(b.recs) - int(w.next-w.liveAt)
		b.live, w.live = w.live, nil
		if rest := b.recs[after:]; len(rest) > 0 {
			b.recs, b.through, b.last = b.recs[:after:after], w.liveAt, false
			w.waiting = rest
			w.poke()
		}
	}
	return b
}

func (w *writer) run() {
	for range w.more {
		b := w.take()
		w.append(b)
		if b.live != nil {
			recs, err := packAll(b.live)
			if err == nil {
				err = w.store.Compact(recs)
			}
			w.tell(compacted{err, w.store.Size()})
		}
		if b.last {
			return
		}
	}
}

func (w *writer) append(b batch) {
	if len(b.recs) == 0 {
		return
	}
	begin := time.Now()
	failpoint.At(failpoint.TerminalAppendBefore)
	recs, err := packAll(b.recs)
	if err == nil {
		err = w.store.Append(recs...)
	}
	failpoint.At(failpoint.TerminalAppendAfter)
	w.tell(stored{b.through, err, time.Since(begin), w.store.Size()})
}

var _ store = (*journal.Journal)(nil)
