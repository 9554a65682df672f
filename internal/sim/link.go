package sim

import (
	"time"

	"huying/internal/wire"
)

// end is one side of a link.
type end interface {
	alive() bool
	linkUp(l *link)
	linkDown(l *link)
	receive(l *link, f wire.Frame)
	name() string
}

// link is a line between two processes. A connection over it lives until the
// line is cut or a process dies; frames of a dead connection never arrive.
// While it lives, frames may be lost, repeated, delayed and overtake each
// other, which is worse than TCP: what survives this survives that.
type link struct {
	w         *world
	a, b      end
	up        bool
	gen       int // of the connection
	wholeFrom time.Duration
	cutUntil  time.Duration
	loss, dup float64
	slow      time.Duration
}

func (l *link) cut(d time.Duration) {
	l.w.trace("cut %s - %s for %v", l.a.name(), l.b.name(), d)
	l.cutUntil = max(l.cutUntil, l.w.now+d)
	l.drop()
	l.w.after(d, l.connect)
}

func (l *link) degrade(w *world) {
	l.loss, l.dup = w.rng.Float64()*0.5, w.rng.Float64()*0.3
	l.slow = w.between(0, 3*time.Second)
	l.wholeFrom = w.now
	w.trace("bad line %s - %s: loss %.2f, repeats %.2f, delay to %v", l.a.name(), l.b.name(), l.loss, l.dup, l.slow)
	w.after(w.between(time.Second, time.Minute), func() {
		l.loss, l.dup, l.slow, l.wholeFrom = 0, 0, 0, w.now
	})
}

func (l *link) heal() {
	l.loss, l.dup, l.slow, l.cutUntil = 0, 0, 0, l.w.now
	l.wholeFrom = l.w.now
}

// drop ends the connection; each living side notices sooner or later.
func (l *link) drop() {
	if !l.up {
		return
	}
	l.up = false
	l.gen++
	gen := l.gen
	for _, e := range []end{l.a, l.b} {
		if !e.alive() {
			continue
		}
		l.w.after(l.w.between(0, 2*time.Second), func() {
			if l.gen == gen && e.alive() {
				e.linkDown(l)
			}
		})
	}
}

// connect tries to build a connection; a dead side or a cut line leaves it to
// the next try.
func (l *link) connect() {
	if l.up || l.w.now < l.cutUntil || !l.a.alive() || !l.b.alive() {
		return
	}
	l.up = true
	l.gen++
	l.wholeFrom = l.w.now
	l.a.linkDown(l)
	l.b.linkDown(l)
	l.b.linkUp(l)
	l.a.linkUp(l)
}

func (l *link) send(from end, f wire.Frame) {
	if !l.up {
		return
	}
	to := l.a
	if from == l.a {
		to = l.b
	}
	if l.w.real() {
		var ok bool
		if f, ok = l.w.asSent(from.name(), f); !ok {
			return
		}
	}
	n := 1
	if l.w.chance(l.loss) {
		n = 0
		l.w.count(FrameLost)
	}
	if l.w.chance(l.dup) {
		n++
		l.w.count(FrameRepeated)
	}
	for range n {
		gen := l.gen
		delay := l.w.between(time.Millisecond, 20*time.Millisecond+l.slow)
		l.w.after(delay, func() {
			if l.up && l.gen == gen && to.alive() {
				l.traceFrame(from, to, f)
				to.receive(l, f)
			}
		})
	}
}

// whole is for how long the line has carried everything.
func (l *link) whole() time.Duration {
	if !l.up || l.loss > 0 {
		return 0
	}
	return l.w.now - l.wholeFrom
}

func (l *link) traceFrame(from, to end, f wire.Frame) {
	if l.w.opt.Trace == nil {
		return
	}
	b, err := wire.Encode(f)
	if err != nil {
		l.w.violate("wire", "%s sends a frame that is not valid: %v", from.name(), err)
	}
	l.w.trace("%s -> %s %s", from.name(), to.name(), b)
}
