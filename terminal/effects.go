package terminal

import (
	"time"

	"huying/internal/failpoint"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// pending is a record on its way to the disk and what waits for it.
type pending struct {
	n     uint64
	then  []kiosk.Effect
	since time.Time
	late  bool // then was done without waiting any longer
}

func (l *loop) step(in kiosk.Input) { l.do(l.k.Step(l.now(), in)) }

// do carries out effects in their order. Nothing here waits: what is sent goes
// into a lane of its link, what is written into the writer's queue, and both
// are worked on at the same time.
func (l *loop) do(effects []kiosk.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case kiosk.Send:
			l.send(e)
		case kiosk.Write:
			l.write(e)
		case kiosk.Wake:
			l.urgedAt = time.Now()
			for _, e := range l.ends {
				e.line.Wake()
			}
		}
	}
}

func (l *loop) send(s kiosk.Send) {
	e := l.ends[s.Site]
	if e == nil || e.conn == 0 {
		return
	}
	if p, ok := s.Frame.(wire.Press); ok {
		l.met.sending(s.Site, p, l.pressedAt)
	}
	e.line.Send(e.conn, s.Frame)
}

func (l *loop) write(w kiosk.Write) {
	n, ok := l.writer.add(w.Rec)
	l.note(w.Rec)
	if !ok {
		l.failed("too many records wait for the disk")
		l.do(w.Then)
		return
	}
	l.pending = append(l.pending, pending{n: n, then: w.Then, since: time.Now()})
}

// note writes into the log what the journal was told.
func (l *loop) note(r kiosk.Record) {
	switch {
	case r.Pressed != nil:
		p := r.Pressed
		if !p.Undecided {
			l.met.presses.WithLabelValues(string(p.Key)).Inc()
		}
		l.log.Info("press", "press", p.Press.String(), "call", p.Call.String(), "key", string(p.Key),
			"purpose", string(p.Purpose), "undecided", p.Undecided)
	case r.Acked != nil:
		l.arrivedAt(r.Acked.Press, r.Acked.Site)
		l.log.Info("press is stored at a site", "press", r.Acked.Press.String(), "site", string(r.Acked.Site))
	case r.Granted != nil:
		g := r.Granted.Grant
		l.log.Info("grant", "call", r.Granted.Call.String(), "epoch", g.Epoch, "live", g.Live,
			"site", string(g.Site), "person", g.Person.ID, "ending", string(g.Ending))
	case r.Ended != nil:
		l.log.Info("call ended", "call", r.Ended.Call.String(), "person", r.Ended.Closing.Person.ID,
			"disposition", r.Ended.Closing.Disposition)
	}
}

// stored does what waited for the disk: also when it failed for good, because
// a villager must be answered from a broken disk too.
func (l *loop) stored(s stored) {
	failpoint.At(failpoint.TerminalStoredBefore)
	l.met.appendSeconds.Observe(s.took.Seconds())
	if s.err != nil {
		l.failed(s.err.Error())
	} else {
		l.fault(FaultSlow, false, "")
		if s.size > l.compactAt {
			l.compact()
		}
	}
	l.custody.stored(s.through)
	done := 0
	for done < len(l.pending) && l.pending[done].n <= s.through {
		done++
	}
	ready := l.pending[:done]
	l.pending = l.pending[done:]
	for _, p := range ready {
		if !p.late {
			l.do(p.then)
		}
	}
}

// impatient stops waiting for a disk that hangs.
func (l *loop) impatient() {
	for i := range l.pending {
		p := &l.pending[i]
		if p.late || time.Since(p.since) < Patience {
			continue
		}
		l.fault(FaultSlow, true, "the disk did not answer in time")
		p.late = true
		then := p.then
		p.then = nil
		l.do(then)
	}
}

func (l *loop) failed(why string) {
	l.met.appendFailures.Inc()
	l.fault(FaultJournal, true, why)
	if !l.whole { // the first try to mend it comes after a pause
		l.whole, l.probedAt = true, time.Now()
	}
}

// compact writes the journal anew with what still matters.
func (l *loop) compact() {
	l.probedAt = time.Now()
	l.compactAt = 1 << 62 // not again before this one has ended
	l.writer.compact(l.k.Live())
}

func (l *loop) compacted(c compacted) {
	l.compactAt = max(compactAbove, 2*c.size)
	if c.err != nil {
		l.log.Debug("journal could not be compacted", "error", c.err.Error())
		l.failed(c.err.Error())
		return
	}
	l.log.Info("journal compacted", "octets", c.size)
	l.whole = false
	l.fault(FaultJournal, false, "")
	l.fault(FaultSlow, false, "")
}
