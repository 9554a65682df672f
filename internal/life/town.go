package life

import (
	"slices"
	"time"
)

// fewest is how many kiosks must be struck before it is the township.
const fewest = 3

// struck is how many kiosks of so many make it the township's: half of them,
// and at least three.
func struck(all int) int { return max(fewest, (all+1)/2) }

// town is the kiosks of one township.
type town struct {
	unit    string // empty: a kiosk that lies in none
	kiosks  []*Kiosk
	touched bool      // something changed since it was looked at
	due     time.Time // when it must be looked at again; zero: not before it is touched
}

// singleOf is the fault of one kiosk that a township's fault is made of.
func singleOf(code string) string {
	for one, all := range townWide {
		if all == code {
			return one
		}
	}
	return ""
}

// gather notes a fault that may be a township's.
func (w *Watch) gather(now time.Time, k *Kiosk, f fault) {
	if _, known := k.began[f.key]; !known {
		k.began[f.key] = now
		w.touch(k)
	}
}

func (w *Watch) touch(k *Kiosk) { k.town.touched, w.touched = true, true }

func (w *Watch) townsNow(now time.Time) {
	if !w.touched {
		return
	}
	w.touched = false
	for _, t := range w.towns {
		if !t.touched && (t.due.IsZero() || now.Before(t.due)) {
			continue
		}
		t.touched, t.due = false, time.Time{}
		for code := range townWide {
			w.lookAt(now, t, code)
		}
	}
}

// look sets when the town must be looked at again.
func (t *town) look(at time.Time) {
	if t.due.IsZero() || at.Before(t.due) {
		t.due = at
	}
}

// hit is a kiosk at which a fault stands that may be the township's.
type hit struct {
	k     *Kiosk
	began time.Time
	own   *Ticket // it has one of its own, that stands
}

func (w *Watch) hits(t *town, code string) (out []hit) {
	for _, k := range t.kiosks {
		x := key{k.ID, code, ""}
		if began, is := k.began[x]; is {
			h := hit{k: k, began: began}
			if s := w.of[x]; s != nil && s.Present {
				h.own = s
			}
			out = append(out, h)
		}
	}
	return out
}

// lookAt decides what silence, or a power cut, is: the township's or the
// kiosks' own.
func (w *Watch) lookAt(now time.Time, t *town, code string) {
	hits := w.hits(t, code)
	var fresh []hit
	for _, h := range hits {
		if counts := h.began.Add(w.cfg.Times.Hold); now.Before(counts) {
			t.look(counts)
		} else if now.Sub(h.began) < w.cfg.Times.Window {
			fresh = append(fresh, h)
		}
	}
	all := 0
	for _, k := range t.kiosks {
		if !k.Retired {
			all++
		}
	}
	need := struck(all)
	whole := w.of[key{t.unit + All, townWide[code], ""}]
	if whole != nil && whole.Present {
		still := 0
		for _, h := range hits {
			if slices.Contains(whole.Members, h.k.ID) {
				still++
			}
		}
		if still >= (need+1)/2 {
			w.join(now, whole.key(), fresh)
		} else {
			w.over(now, whole.key()) // who did not come back with the others is on its own
		}
	} else if t.unit != "" && len(fresh) >= need {
		w.join(now, key{t.unit + All, townWide[code], ""}, fresh)
	}
	w.singles(now, t, code, hits)
}

// join opens or widens a township's ticket. What was a kiosk's own, and nobody
// has touched yet, becomes part of it.
func (w *Watch) join(now time.Time, all key, fresh []hit) {
	since := now
	var members []string
	for _, h := range fresh {
		if h.own != nil && h.own.Phase != Open {
			continue
		}
		members = append(members, h.k.ID)
		if at := h.k.start(singleOf(all.code)); at.Before(since) {
			since = at
		}
	}
	if len(members) == 0 {
		return
	}
	t := w.stand(now, fault{key: all, since: since}, members)
	for _, h := range fresh {
		if s := h.own; s != nil && s.Phase == Open {
			s.Present, s.EndedAt = false, now
			s.become(Closed, now)
			s.step(Step{At: now, What: DidMerge, Note: t.ID})
			delete(w.of, s.key())
			w.mark(s)
			w.emit(TicketChanged{s.ID})
		}
	}
}

// start is when a fault that may be a township's began at the kiosk.
func (k *Kiosk) start(code string) time.Time {
	if code == CodeOffline {
		return k.Since
	}
	return k.began[key{k.ID, code, ""}]
}

// singles opens the kiosks' own tickets once they have waited for others. Who
// was part of a township's that is over keeps its age.
func (w *Watch) singles(now time.Time, t *town, code string, hits []hit) {
	whole := w.of[key{t.unit + All, townWide[code], ""}]
	for _, h := range hits {
		member := whole != nil && slices.Contains(whole.Members, h.k.ID)
		x := key{h.k.ID, code, ""}
		switch ripe := h.began.Add(w.cfg.Times.Gather); {
		case h.own != nil && h.own.Present, member && whole.Present:
		case member && !h.began.After(whole.EndedAt):
			if back := whole.EndedAt.Add(w.cfg.Times.Gather); now.Before(back) {
				t.look(back) // it may only be the slower one
				continue
			}
			s := w.stand(now, fault{key: x, since: h.k.start(code)}, nil)
			if since := latest(whole.OpenedAt, h.began); since.Before(s.OpenedAt) {
				s.OpenedAt, w.due = since, time.Time{}
			}
		case t.unit != "" && now.Before(ripe):
			t.look(ripe)
		default:
			w.stand(now, fault{key: x, since: h.k.start(code)}, nil)
		}
	}
}
