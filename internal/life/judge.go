package life

import (
	"slices"
	"strings"
	"time"
)

// All behind a unit's code makes the subject of what befalls the whole unit.
const All = "-all"

// judge looks at a kiosk: what stands, what is over, what is to be shown.
// stored says that the kiosk must be stored in any case.
func (w *Watch) judge(now time.Time, k *Kiosk, store bool) {
	t := w.cfg.Times
	if k.Online && now.Sub(latest(k.Heard, w.begun)) >= t.Silent {
		k.Online, k.Since, store = false, k.Heard, true
	}
	faults := k.faults(now, t)
	for _, f := range faults {
		if townWide[f.code] != "" {
			w.gather(now, k, f)
			continue
		}
		if f.told && w.of[f.key] == nil && k.tickets >= maxTickets {
			continue
		}
		w.stand(now, f, nil)
	}
	for x := range k.began {
		if !slices.ContainsFunc(faults, func(f fault) bool { return f.key == x }) {
			delete(k.began, x)
			w.touch(k)
		}
	}
	for x, active := range k.active {
		if active && !slices.ContainsFunc(faults, func(f fault) bool { return f.key == x }) {
			w.over(now, x)
		}
	}
	shown := k.summarise(now, t, faults)
	news := !shown.equal(k.summary)
	k.summary = shown
	if store || news {
		k.stored = k.Heard
		w.emit(KioskChanged{k.ID, news})
	}
	k.due = w.nextLook(now, k)
}

// nextLook is when time alone may change something of a kiosk.
func (w *Watch) nextLook(now time.Time, k *Kiosk) time.Time {
	t := w.cfg.Times
	next := now.Add(time.Hour)
	for _, at := range []time.Time{k.dailyBase().Add(t.Daily + 1), k.weeklyBase().Add(t.Weekly + 1), k.Since.Add(t.Settle)} {
		if at.After(now) && at.Before(next) {
			next = at
		}
	}
	if silent := latest(k.Heard, w.begun).Add(t.Silent); k.Online && silent.Before(next) {
		next = silent
	}
	return next
}

// stand says that a fault stands: a new ticket, or the same as a short while
// ago, or nothing new.
func (w *Watch) stand(now time.Time, f fault, members []string) *Ticket {
	if t := w.of[f.key]; t != nil {
		switch {
		case !t.Present && now.Sub(t.EndedAt) < w.cfg.Times.Flap:
			t.again(now)
			w.mark(t)
			t.Members, t.Presses = members, f.presses
		case t.Present && (!slices.Equal(t.Presses, f.presses) || len(union(t.Members, members)) > len(t.Members)):
			t.Presses, t.Members = f.presses, union(t.Members, members)
			t.Rev++
		case t.Present:
			return t
		default:
			t = nil
		}
		if t != nil {
			w.emit(TicketChanged{t.ID})
			w.due = time.Time{}
			return t
		}
	}
	return w.open(now, f, members)
}

func (w *Watch) open(now time.Time, f fault, members []string) *Ticket {
	t := &Ticket{Site: w.cfg.Site, Subject: f.subject, Code: f.code, Part: f.part, Detail: f.detail, Presses: f.presses,
		Members: members, BeganAt: f.since, OpenedAt: now, Present: true, Phase: Open, Since: now}
	t.ID, t.N = w.newID(f.subject)
	if !strings.HasSuffix(f.subject, All) {
		t.Kiosk = f.subject
	}
	t.step(Step{At: now, What: DidOpen})
	w.tickets[t.ID], w.of[f.key] = t, t
	if k := w.kiosks[t.Subject]; k != nil {
		k.tickets++
	}
	w.mark(t)
	w.emit(TicketChanged{t.ID})
	w.due = time.Time{}
	return t
}

// mark keeps the list of what stands at a kiosk.
func (w *Watch) mark(t *Ticket) {
	if k := w.kiosks[t.Subject]; k != nil && t.Present {
		k.active[t.key()] = true
	} else if k != nil {
		delete(k.active, t.key())
	}
}

// over says that a fault is over.
func (w *Watch) over(now time.Time, x key) {
	t := w.of[x]
	if t == nil || !t.Present {
		return
	}
	t.end(now, w.cfg.Times)
	w.mark(t)
	w.emit(TicketChanged{t.ID})
	w.due = time.Time{}
}

// age lets tickets go up, come back and be forgotten, and says when next.
func (w *Watch) age(now time.Time) {
	t := w.cfg.Times
	w.due = now.Add(time.Hour)
	soon := func(at time.Time) {
		if at.After(now) && at.Before(w.due) {
			w.due = at
		}
	}
	for id, x := range w.tickets {
		if x.Phase == Repaired && x.Present && now.Sub(x.Since) >= t.Repaired {
			x.become(x.standing(), now)
			x.step(Step{At: now, What: DidPersist})
			w.emit(TicketChanged{id})
		}
		if level := x.Goes(now, t); height[level] > height[x.Level] {
			x.Level = level
			x.step(Step{At: now, What: DidEscalate, Note: string(level)})
			w.emit(TicketChanged{id})
			w.emit(Escalated{id, level})
		}
		forget := x.EndedAt.Add(t.Flap)
		if !x.Present && x.Phase == Closed && !now.Before(forget) {
			delete(w.tickets, id)
			if k := w.kiosks[x.Subject]; k != nil {
				k.tickets--
			}
			if w.of[x.key()] == x {
				delete(w.of, x.key())
			}
			continue
		}
		if at, rises := x.Rises(t); rises {
			soon(at)
			soon(at.Add(t.County))
		}
		soon(forget)
		if x.Phase == Repaired {
			soon(x.Since.Add(t.Repaired))
		}
	}
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
