package life

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Config is what a watch must know.
type Config struct {
	Site  call.Site
	Times Times
	// Township gives the code of the township that a kiosk lies in; empty: it
	// lies in none, and its faults are nobody's but its own.
	Township func(kiosk string) string
}

// Image is what a watch starts from: every kiosk, and the tickets that are not
// closed, whose fault still stands, or that ended a short while ago.
type Image struct {
	Kiosks  []Kiosk
	Tickets []Ticket
	Next    uint64   // number of the next ticket, above all that there were
	Untold  []Ticket // whose last revision the site above is not known to have; for the runtime
}

// Watch watches the kiosks of one site. It is not safe for concurrent use.
type Watch struct {
	cfg     Config
	kiosks  map[string]*Kiosk
	towns   map[string]*town
	tickets map[string]*Ticket // that are not forgotten yet, by id
	of      map[key]*Ticket    // the latest of each fault, while it may come back
	raised  map[key]Raised     // faults that are no kiosk's
	next    uint64
	begun   time.Time
	touched bool      // a town was
	due     time.Time // of the tickets; nothing goes up before
	out     []Effect
}

// Effect is what the runtime must do.
type Effect interface{ effect() }

// The effects.
type (
	// KioskChanged says that a kiosk must be stored, and if Shown, that pages
	// must see it anew.
	KioskChanged struct {
		Kiosk string
		Shown bool
	}
	// TicketChanged says that a ticket must be stored and shown anew.
	TicketChanged struct{ ID string }
	// Tested is a result that must be added to the history of tests.
	Tested struct {
		Kiosk string
		Test  Test
	}
	// Count asks to hold the kiosk's ledger against what is stored; the answer
	// is Counted.
	Count struct {
		Kiosk  string
		Ledger wire.Ledger
	}
	// Differs names presses in which a ledger is found to differ now and did
	// not before.
	Differs struct {
		Kiosk   string
		Presses []string
	}
	// Escalated says that a ticket went up.
	Escalated struct {
		ID    string
		Level Level
	}
)

func (KioskChanged) effect()  {}
func (TicketChanged) effect() {}
func (Tested) effect()        {}
func (Count) effect()         {}
func (Differs) effect()       {}
func (Escalated) effect()     {}

// New starts a watch from its storage. Nobody knows what was said while it
// was away, so everybody has the full time to be heard again.
func New(cfg Config, im Image, now time.Time) *Watch {
	w := &Watch{cfg: cfg, kiosks: map[string]*Kiosk{}, towns: map[string]*town{}, tickets: map[string]*Ticket{},
		of: map[key]*Ticket{}, raised: map[key]Raised{}, next: max(im.Next, 1), begun: now}
	for _, k := range im.Kiosks {
		if k.Heard.After(now) { // this hub's clock was put back
			k.Heard = now
		}
		w.enter(&k)
		k.stored = k.Heard
		faults := k.faults(now, cfg.Times)
		for _, f := range faults {
			if townWide[f.code] != "" {
				k.began[f.key] = f.since
			}
		}
		k.summary = k.summarise(now, cfg.Times, faults)
	}
	slices.SortFunc(im.Tickets, func(a, b Ticket) int { return cmp.Compare(a.N, b.N) })
	for _, t := range im.Tickets {
		w.tickets[t.ID] = &t
		if of := w.of[t.key()]; of == nil || !of.Present {
			w.of[t.key()] = &t
		}
		if k := w.kiosks[t.Subject]; k != nil {
			k.tickets++
			k.active[t.key()] = k.active[t.key()] || t.Present
		} else if t.Present && singleOf(t.Code) == "" {
			w.raised[t.key()] = Raised{Code: t.Code, Part: t.Part, Detail: t.Detail, At: t.BeganAt}
		}
	}
	return w
}

func (t *Ticket) key() key { return key{t.Subject, t.Code, t.Part} }

func (w *Watch) enter(k *Kiosk) {
	w.kiosks[k.ID] = k
	k.began, k.active = map[key]time.Time{}, map[key]bool{}
	code := w.cfg.Township(k.ID)
	name := code
	if code == "" {
		name = k.ID // in no township: alone
	}
	if w.towns[name] == nil {
		w.towns[name] = &town{unit: code}
	}
	k.town = w.towns[name]
	k.town.kiosks = append(k.town.kiosks, k)
	w.touch(k)
}

// kiosk finds a kiosk, or begins to watch it.
func (w *Watch) kiosk(now time.Time, id string) *Kiosk {
	k := w.kiosks[id]
	if k == nil {
		k = &Kiosk{ID: id, Watched: now, Heard: now, Online: true, Since: now}
		w.enter(k)
		w.judge(now, k, true)
	}
	return k
}

func (w *Watch) emit(e Effect) { w.out = append(w.out, e) }

func (w *Watch) flush() []Effect {
	out := w.out
	w.out = nil
	return out
}

// Heard says that a kiosk said something; hello: it has just come on the line.
// It costs next to nothing, because it stands beside every press.
func (w *Watch) Heard(now time.Time, id string, hello bool) []Effect {
	k := w.kiosk(now, id)
	k.Heard, k.hello = now, k.hello || hello
	if !k.Online || k.Retired {
		k.Online, k.Since, k.Retired = true, now, false
		w.judge(now, k, true)
		w.townsNow(now)
	} else if now.Sub(k.stored) >= w.cfg.Times.Store {
		k.stored = now
		w.emit(KioskChanged{Kiosk: id})
	}
	return w.flush()
}

// Report takes in a HEALTH.
func (w *Watch) Report(now time.Time, id string, h wire.Health) []Effect {
	k := w.kiosk(now, id)
	before := k.Health
	news := k.report(now, h)
	for _, t := range k.keeps(now, news) {
		w.emit(Tested{id, t})
	}
	if k.hello || now.Sub(k.asked) >= w.recount(k) {
		w.count(now, k)
	}
	w.judge(now, k, len(news) > 0 || before == nil || before.Version != h.Version || !sameConfig(before.Config, h.Config))
	w.townsNow(now)
	return w.flush()
}

func sameConfig(a, b *wire.ConfigState) bool { return a == b || a != nil && b != nil && *a == *b }

// recount is how long after a count the next is due: a difference is looked at
// more often, for somebody works on it.
func (w *Watch) recount(k *Kiosk) time.Duration {
	if len(k.Ledger.open()) > 0 {
		return w.cfg.Times.Recount / 24
	}
	return w.cfg.Times.Recount
}

func (w *Watch) count(now time.Time, k *Kiosk) {
	k.hello, k.asked = false, now
	w.emit(Count{k.ID, k.Health.Ledger})
}

// Proven says that a kiosk was seen to work just now.
func (w *Watch) Proven(now time.Time, id string, by By) []Effect {
	k := w.kiosk(now, id)
	k.prove(by, now)
	w.judge(now, k, true)
	return w.flush()
}

// Counted gives the outcome of a Count. What was made but is not stored is
// told at once: a press is stored before it is acknowledged. A surplus is
// counted again first, with a later ledger: its press may have been made while
// the count was under way.
func (w *Watch) Counted(now time.Time, id string, of wire.Ledger, d Difference) []Effect {
	k := w.kiosk(now, id)
	l := &k.Ledger
	known := slices.Concat(l.Missing, l.Surplus, l.Accepted)
	if suspect := len(d.Surplus) > 0 && !l.suspect; suspect {
		l.suspect = true
		d.Surplus = l.Surplus
		k.asked = now.Add(w.cfg.Times.Confirm - w.recount(k))
	} else {
		l.suspect = false
	}
	l.CheckedAt, l.Made, l.Stored, l.Missing, l.Surplus = now, of.Made, d.Stored, d.Missing, d.Surplus
	if news := slices.DeleteFunc(l.open(), func(p string) bool { return slices.Contains(known, p) }); len(news) > 0 {
		w.emit(Differs{id, news})
	}
	w.judge(now, k, true)
	return w.flush()
}

// Retire says that a kiosk is not expected to be heard any more; its next word
// ends that.
func (w *Watch) Retire(now time.Time, id string) []Effect {
	if k := w.kiosks[id]; k != nil && !k.Retired {
		k.Retired = true
		w.judge(now, k, true)
		w.townsNow(now)
	}
	return w.flush()
}

// Raise says that the hub saw a fault itself; subject is a kiosk, or a unit's
// code and "-all". Lower says that it is over. Both may be repeated.
func (w *Watch) Raise(now time.Time, subject, code, part, detail string) []Effect {
	r := Raised{Code: code, Part: part, Detail: detail, At: now}
	if k := w.kiosks[subject]; k != nil {
		if !slices.ContainsFunc(k.Raised, func(x Raised) bool { return x.Code == code && x.Part == part }) {
			k.Raised = append(slices.Clip(k.Raised), r)
			w.judge(now, k, true)
		}
		return w.flush()
	}
	if _, known := w.raised[key{subject, code, part}]; !known {
		w.raised[key{subject, code, part}] = r
		w.stand(now, fault{key: key{subject, code, part}, detail: detail, since: now}, nil)
	}
	return w.flush()
}

// Lower ends what Raise began.
func (w *Watch) Lower(now time.Time, subject, code, part string) []Effect {
	if k := w.kiosks[subject]; k != nil {
		n := len(k.Raised)
		k.Raised = slices.DeleteFunc(slices.Clone(k.Raised), func(x Raised) bool { return x.Code == code && x.Part == part })
		if len(k.Raised) != n {
			w.judge(now, k, true)
		}
		return w.flush()
	}
	x := key{subject, code, part}
	if _, known := w.raised[x]; known {
		delete(w.raised, x)
		w.over(now, x)
	}
	return w.flush()
}

// Do is what a person does with a ticket. Its error is a Refusal.
func (w *Watch) Do(now time.Time, id string, a Action, by call.Person, from call.Site, note string) ([]Effect, error) {
	t := w.tickets[id]
	if t == nil {
		return nil, UnknownTicket
	}
	if err := t.do(now, a, by, from, note); err != nil {
		return nil, err
	}
	w.emit(TicketChanged{id})
	if k := w.kiosks[t.Kiosk]; k != nil && t.Code == CodeLedger && t.Phase == Closed && t.Present {
		k.Ledger.Accepted = slices.Concat(k.Ledger.Missing, k.Ledger.Surplus)
		w.judge(now, k, true)
	}
	w.due = time.Time{}
	return w.flush(), nil
}

// Tick lets time pass; once a second is enough.
func (w *Watch) Tick(now time.Time) []Effect {
	for _, k := range w.kiosks {
		if !now.Before(k.due) {
			w.judge(now, k, false)
		}
	}
	w.touched = true // they have due times of their own
	w.townsNow(now)
	if !now.Before(w.due) {
		w.age(now)
	}
	return w.flush()
}

// Kiosk gives a copy of a kiosk; false if it was never heard.
func (w *Watch) Kiosk(id string) (Kiosk, bool) {
	if k := w.kiosks[id]; k != nil {
		return *k, true
	}
	return Kiosk{}, false
}

// Summary says how a kiosk is; one that was never heard is Unheard.
func (w *Watch) Summary(id string) Summary {
	if k := w.kiosks[id]; k != nil {
		return k.summary
	}
	return Summary{State: Unheard}
}

// Ticket gives a copy of a ticket that is not forgotten yet.
func (w *Watch) Ticket(id string) (Ticket, bool) {
	if t := w.tickets[id]; t != nil {
		return *t, true
	}
	return Ticket{}, false
}

// Tickets lists those that are not forgotten yet, by their ids.
func (w *Watch) Tickets() []Ticket {
	out := make([]Ticket, 0, len(w.tickets))
	for _, id := range slices.Sorted(maps.Keys(w.tickets)) {
		out = append(out, *w.tickets[id])
	}
	return out
}

func (w *Watch) newID(subject string) (string, uint64) {
	n := w.next
	w.next++
	return fmt.Sprintf("%s.%s.t%d", subject, w.cfg.Site, n), n
}

// Save is what a store must keep: whole values, the latest wins.
type Save struct {
	Kiosks  []Kiosk
	Tickets []Ticket // copies of other sites' among them
	Tests   []TestOf
	Told    []Telling
}

// Telling says up to which revision the site above has a ticket on its disk.
type Telling struct {
	ID  string
	Rev uint64
}

// TestOf is a test of a kiosk.
type TestOf struct {
	Kiosk string
	Test  Test
}

// Empty reports whether there is nothing to keep.
func (s *Save) Empty() bool { return len(s.Kiosks)+len(s.Tickets)+len(s.Tests)+len(s.Told) == 0 }
