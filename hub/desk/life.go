package desk

import (
	"context"
	"time"

	"huying/hub/auth"
	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/site"
	"huying/internal/wire"
)

// LifeStore keeps what is known of kiosks' health. None of it is asked while a
// press waits.
type LifeStore interface {
	LoadLife(ctx context.Context, site call.Site, since time.Time, above bool) (life.Image, error)
	SaveLife(ctx context.Context, v life.Save) error
	// Ledger holds a kiosk's count of its presses against those stored.
	Ledger(ctx context.Context, kiosk string, l wire.Ledger) (life.Difference, error)
	LatestTickets(ctx context.Context, limit int) ([]life.Ticket, error)
	TicketsOf(ctx context.Context, subject string, limit int) ([]life.Ticket, error)
	TestsOf(ctx context.Context, kiosk string, limit int) ([]life.Test, error)
}

// LifeConfig is how a desk watches over its kiosks.
type LifeConfig struct {
	Store   LifeStore  // nil: nothing is kept, nothing is counted
	Times   life.Times // zero: life.DefaultTimes
	Now     func() time.Time
	Retired func(kiosk string) bool // nil: none is
	Meter   LifeMeter               // nil: nothing is measured
}

// LifeMeter is told what happens to tickets.
type LifeMeter interface {
	Escalated(level string)
	Differed(presses int) // a ledger differs by so many presses
}

// lives is the desk's watch over kiosks. Everything in it is under the desk's
// lock; what waits for the store waits beside the desk.
type lives struct {
	d   *Desk
	cfg LifeConfig
	w   *life.Watch

	// Waits for the store.
	kiosks  map[string]bool
	tickets map[string]bool
	tests   []life.TestOf
	told    []life.Telling
	acks    []ack
	counts  map[string]wire.Ledger
	wake    chan struct{}

	// Of sites below.
	copies map[string]*life.Ticket
	below  map[string]heardOf
	near   map[string]*near // kiosks of sites below that speak to this one too
	silent map[call.Site]time.Time

	// For the site above.
	tellKiosks  map[string]bool
	tellTickets map[string]untold

	looked time.Time // the last look at what time alone changes
}

// heardOf is what a site below said of a kiosk, and when.
type heardOf struct {
	wire.Condition
	at time.Time
}

// near is a kiosk of a site below that speaks to this one.
type near struct {
	heard  time.Time
	up     bool
	health *wire.Health
}

func newLives(d *Desk, cfg LifeConfig) *lives {
	if cfg.Times == (life.Times{}) {
		cfg.Times = life.DefaultTimes()
	}
	if cfg.Now == nil {
		// Wall time at the start, and from there by the monotonic clock: a
		// clock that is set while the hub runs makes nobody offline.
		cfg.Now = func() time.Time { return d.begin.Round(0).Add(d.now()).UTC() }
	}
	if cfg.Retired == nil {
		cfg.Retired = func(string) bool { return false }
	}
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	return &lives{d: d, cfg: cfg, kiosks: map[string]bool{}, tickets: map[string]bool{}, counts: map[string]wire.Ledger{},
		wake: make(chan struct{}, 1), copies: map[string]*life.Ticket{}, below: map[string]heardOf{}, near: map[string]*near{},
		silent: map[call.Site]time.Time{}, tellKiosks: map[string]bool{}, tellTickets: map[string]untold{}}
}

// load begins to watch with what the store has; the site must be loaded.
func (l *lives) load(ctx context.Context) error {
	now := l.cfg.Now()
	sc := l.d.cfg.Site
	me := sc.Policy.Site
	var im life.Image
	if l.cfg.Store != nil {
		var err error
		if im, err = l.cfg.Store.LoadLife(ctx, me, now.Add(-l.cfg.Times.Flap), sc.Parent != ""); err != nil {
			return err
		}
	}
	own := im
	own.Tickets = nil
	for _, t := range im.Tickets {
		if t.Site == me {
			own.Tickets = append(own.Tickets, t)
		} else if t.Phase != life.Closed {
			l.copies[t.ID] = &t
		}
	}
	for _, t := range im.Untold {
		l.tellTickets[t.ID] = untold{ticket: t}
	}
	l.w = life.New(life.Config{Site: me, Times: l.cfg.Times, Township: l.township}, own, now)
	for _, c := range l.d.cfg.Children {
		l.silent[call.Site(c.Code)] = now
	}
	l.looked = now
	return nil
}

// townshipDigits is the length of a township's code (hub/auth).
const townshipDigits = 9

// township is read off a kiosk's id, which begins with the code of its point.
func (l *lives) township(kiosk string) string {
	unit, ok := auth.KioskUnit(kiosk)
	if !ok || len(unit) < townshipDigits {
		return ""
	}
	return unit[:townshipDigits]
}

// mine reports whether a kiosk's own hub is this one.
func (l *lives) mine(kiosk string) bool {
	sc := &l.d.cfg.Site
	if sc.Home == nil {
		return false
	}
	home, ok := sc.Home(kiosk)
	return ok && home == sc.Policy.Site
}

// heard follows every frame of a kiosk.
func (l *lives) heard(kiosk string, f wire.Frame) {
	if l.cfg.Retired(kiosk) {
		return // its line is about to be cut
	}
	now := l.cfg.Now()
	h, report := f.(wire.Health)
	if !l.mine(kiosk) {
		l.hearNear(now, kiosk, h, report)
		return
	}
	l.carry(l.w.Heard(now, kiosk, f.Type() == wire.THello))
	if report {
		l.carry(l.w.Report(now, kiosk, h))
	}
}

func (l *lives) hearNear(now time.Time, kiosk string, h wire.Health, report bool) {
	n := l.near[kiosk]
	if n == nil {
		n = &near{}
		l.near[kiosk] = n
	}
	n.heard = now
	if report {
		n.health = &h
	}
	if !n.up {
		n.up = true
		l.d.showPoint(kiosk)
	}
}

// proofs of presses that were not for help.
var proofs = map[call.Purpose]life.By{call.ForPractice: life.ByPractice, call.ForSelfTest: life.BySelfTest}

// recorded is told of presses that were not for help, once they are stored.
func (l *lives) recorded(p site.PressRow) {
	if by, ok := proofs[p.Fact.Purpose]; ok && l.mine(p.Press.Kiosk) {
		l.carry(l.w.Proven(l.cfg.Now(), p.Press.Kiosk, by))
	}
}

// committed looks for calls in which the villager was heard.
func (l *lives) committed(batch []site.Save) {
	for _, s := range batch {
		for _, f := range s.Facts {
			if _, spoke := f.Fact.(call.Spoke); spoke && l.mine(f.Call.Kiosk) {
				l.carry(l.w.Proven(l.cfg.Now(), f.Call.Kiosk, life.ByCall))
			}
		}
	}
}

// lookEvery is how often time alone is looked at.
const lookEvery = time.Second

func (l *lives) tick() {
	now := l.cfg.Now()
	l.tell(now)
	if now.Sub(l.looked) < lookEvery {
		return
	}
	l.looked = now
	l.carry(l.w.Tick(now))
	for id, n := range l.near {
		if n.up && now.Sub(n.heard) >= l.cfg.Times.Silent {
			n.up = false
			l.d.showPoint(id)
		}
	}
	for _, t := range l.copies {
		if t.Rise(now, l.cfg.Times) {
			l.ticketChanged(t.ID)
		}
	}
	l.lookBelow(now)
}

// lookBelow raises one alarm for a hub below of which nothing is heard.
func (l *lives) lookBelow(now time.Time) {
	for child, since := range l.silent {
		subject := string(child) + life.All
		switch up := l.d.s.PeerUp(child); {
		case up:
			l.silent[child] = now
			l.carry(l.w.Lower(now, subject, life.CodeSiteSilent, ""))
		case now.Sub(since) >= l.cfg.Times.Silent:
			l.carry(l.w.Raise(now, subject, life.CodeSiteSilent, "", ""))
		}
	}
}

// carry does what the watch asks for, under the desk's lock.
func (l *lives) carry(effects []life.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case life.KioskChanged:
			l.kiosks[e.Kiosk] = true
			if e.Shown {
				l.conditionChanged(e.Kiosk)
			}
		case life.TicketChanged:
			l.ticketChanged(e.ID)
		case life.Tested:
			if len(l.tests) < maxTests {
				l.tests = append(l.tests, life.TestOf(e))
			}
		case life.Count:
			l.counts[e.Kiosk] = e.Ledger
		case life.Differs:
			l.d.log.Error("ledger differs", "kiosk", e.Kiosk, "presses", e.Presses)
			l.cfg.Meter.Differed(len(e.Presses))
		case life.Escalated:
			l.d.log.Warn("ticket goes up for want of a stop-gap", "ticket", e.ID, "level", e.Level)
			l.cfg.Meter.Escalated(string(e.Level))
		}
	}
	if len(effects) > 0 {
		l.poke()
	}
}

// maxTests bounds the results that wait for a store that is away.
const maxTests = 20_000

func (l *lives) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// conditionChanged shows a kiosk's health anew, here and above.
func (l *lives) conditionChanged(kiosk string) {
	l.d.showPoint(kiosk)
	if l.d.cfg.Site.Parent != "" {
		l.tellKiosks[kiosk] = true
	}
}

// ticketChanged stores and shows a ticket, here and above.
func (l *lives) ticketChanged(id string) {
	t, ok := l.ticket(id)
	if !ok {
		return
	}
	l.tickets[id] = true
	if l.d.cfg.Site.Parent != "" {
		l.tellTickets[id] = untold{ticket: t}
	}
	unit := unitOfKiosk(t.Subject)
	for f := range l.d.feeds {
		if auth.Covers(f.p.Unit, unit) {
			f.tickets[id] = true
			f.due = true
		}
	}
	l.poke()
}

// ticket finds one of this site's or a copy of another's.
func (l *lives) ticket(id string) (life.Ticket, bool) {
	if t := l.copies[id]; t != nil {
		return *t, true
	}
	return l.w.Ticket(id)
}
