package sim

import "time"

// disk delays what is written and loses what was not written when the
// process dies. It can stall, as a full or dying one does.
type disk struct {
	until time.Duration // stalled until
	slow  time.Duration
	gen   int
	free  time.Duration // when the last write will be done: writes keep their order
	busy  int           // writes under way
}

func (d *disk) stall(w *world, t time.Duration) { d.until = max(d.until, w.now+t) }

// write calls done when the write is durable, unless the process died.
func (d *disk) write(w *world, done func()) {
	at := max(w.now+w.between(200*time.Microsecond, 5*time.Millisecond+d.slow), d.until, d.free)
	d.free = at
	gen := d.gen
	d.busy++
	w.after(at-w.now, func() {
		if d.gen == gen {
			d.busy--
			done()
		}
	})
}

func (d *disk) crash(w *world) {
	if d.busy > 0 {
		w.count(WriteLost)
	}
	d.gen++
	d.free, d.busy = 0, 0
}
