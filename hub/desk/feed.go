package desk

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"
	"time"

	"huying/hub/auth"
	"huying/hub/view"
	"huying/internal/call"
)

// Feed is what one page is told. It remembers what changed, not the messages:
// a page that reads slowly is told less often and always the latest, so a
// feed is bounded by the number of calls and points and never overflows.
type Feed struct {
	d    *Desk
	p    auth.Person
	next chan []byte
	wake chan struct{}
	stop context.CancelFunc
	ctx  context.Context
	once sync.Once

	// Under the desk's lock.
	seq     uint64
	fresh   bool // the snapshot is still to be sent
	calls   map[call.ID]bool
	points  map[string]bool
	tickets map[string]bool
	site    bool
	duty    bool
	due     bool // something changed in this step: wake it when the lock is let go
}

// Subscribe opens a feed for a person's page. That the person has a page open
// is what duty and talks hang on.
func (d *Desk) Subscribe(ctx context.Context, p auth.Person) (*Feed, error) {
	f := &Feed{d: d, p: p, next: make(chan []byte), wake: make(chan struct{}, 1), fresh: true,
		calls: map[call.ID]bool{}, points: map[string]bool{}, tickets: map[string]bool{}}
	f.ctx, f.stop = context.WithCancel(d.ctx)
	d.mu.Lock()
	d.feeds[f] = true
	d.join(p)
	d.release()
	context.AfterFunc(ctx, f.Stop) // only now: a page that is gone already must leave what it joined
	f.signal()
	go f.run()
	return f, nil
}

// Next gives the messages, encoded and numbered; it is closed when the feed
// ends.
func (f *Feed) Next() <-chan []byte { return f.next }

// Stop ends the feed.
func (f *Feed) Stop() {
	f.once.Do(func() {
		f.stop()
		f.d.mu.Lock()
		delete(f.d.feeds, f)
		f.d.leave(f.p)
		f.d.release()
	})
}

func (f *Feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// A page that has more to be told of at once than perRound is told in rounds,
// so that no press waits for the desk's lock while messages are made for
// pages. Between rounds the page rests restShare times as long as a round
// took, at most restMost: a storm of presses must not be lost in telling of it.
const (
	perRound  = 64
	restShare = 3
	restMost  = 20 * time.Millisecond
)

func (f *Feed) run() {
	defer close(f.next)
	beat := newBeat()
	defer beat.Stop()
	for {
		var messages []any
		var begin time.Time
		more := false
		select {
		case <-f.ctx.Done():
			return
		case <-f.wake:
			begin = time.Now()
			messages, more = f.collect()
		case <-beat.C:
			messages = []any{f.beat()}
		}
		for _, m := range messages {
			if !f.tell(m) {
				return
			}
		}
		if more {
			f.signal()
			f.rest(min(restShare*time.Since(begin), restMost))
		}
	}
}

// tell hands one message to the page; false when the feed has ended.
func (f *Feed) tell(message any) bool {
	b, err := json.Marshal(message)
	if err != nil {
		f.d.log.Error("message not made", "error", err)
		return true
	}
	select {
	case <-f.ctx.Done():
		return false
	case f.next <- b:
		runtime.Gosched() // it leaves now, not when the next message is made
		return true
	}
}

func (f *Feed) rest(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-f.ctx.Done():
	case <-t.C:
	}
}

// collect takes what changed, as far as it fits into a round, and reports
// whether there is more. The messages share nothing with the desk.
func (f *Feed) collect() (out []any, more bool) {
	d := f.d
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.fresh {
		f.fresh = false
		out = append(out, d.snapshot(f))
	}
	if f.site {
		f.seq++
		out = append(out, view.SiteDelta{Type: view.TypeSite, Seq: f.seq, Site: d.siteView()})
	}
	if f.duty {
		f.seq++
		out = append(out, view.DutyDelta{Type: view.TypeDuty, Seq: f.seq, OnDuty: d.onDuty()})
	}
	f.site, f.duty = false, false
	for _, id := range some(f.calls) {
		if v, ok := d.s.Call(id); ok {
			f.seq++
			out = append(out, view.CallDelta{Type: view.TypeCall, Seq: f.seq, Call: d.callFor(v, f.p)})
		}
	}
	for _, k := range some(f.points) {
		f.seq++
		out = append(out, view.PointDelta{Type: view.TypePoint, Seq: f.seq, Point: d.point(k)})
	}
	for _, id := range some(f.tickets) { // behind all calls (F102)
		if t, ok := d.lives.ticket(id); ok {
			f.seq++
			out = append(out, view.TicketDelta{Type: view.TypeTicket, Seq: f.seq, Ticket: d.lives.ticketFor(&t, f.p)})
		}
	}
	return out, len(f.calls)+len(f.points)+len(f.tickets) > 0
}

// some takes at most perRound keys out of a set.
func some[K comparable](set map[K]bool) []K {
	keys := make([]K, 0, min(len(set), perRound))
	for k := range set {
		if len(keys) == perRound {
			break
		}
		keys = append(keys, k)
		delete(set, k)
	}
	return keys
}

func (f *Feed) beat() view.Beat {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return view.Beat{Type: view.TypeBeat, Seq: f.seq}
}

func (d *Desk) snapshot(f *Feed) view.Snapshot {
	s := view.Snapshot{Type: view.TypeSnapshot, Session: d.id, Seq: f.seq, Me: person(f.p),
		OnDuty: d.onDuty(), Site: d.siteView(), Calls: []view.Call{}, Points: []view.Point{}}
	for _, o := range d.s.Open() {
		if auth.Covers(f.p.Unit, d.unitOf(o.Call.ID.Kiosk)) {
			s.Calls = append(s.Calls, d.callFor(o, f.p))
		}
	}
	order(s.Calls)
	for _, k := range d.cfg.Places.Kiosks() {
		if auth.Covers(f.p.Unit, d.unitOf(k)) {
			s.Points = append(s.Points, d.point(k))
		}
	}
	s.Tickets = d.lives.snapshotTickets(f.p)
	clear(f.calls)
	clear(f.points)
	clear(f.tickets)
	f.site, f.duty = false, false
	return s
}

// publish marks what changed in this step for every page that may see it.
func (d *Desk) publish() {
	if len(d.changed) == 0 {
		return
	}
	for id := range d.changed {
		d.pointChanged(id.Kiosk)
		unit := d.unitOf(id.Kiosk)
		for f := range d.feeds {
			if auth.Covers(f.p.Unit, unit) {
				f.calls[id] = true
				f.due = true
			}
		}
	}
	clear(d.changed)
}

// pointChanged shows a point if it does something else than before.
func (d *Desk) pointChanged(kiosk string) {
	was, known := d.stays[kiosk]
	if now := d.stay(kiosk); !known || now != was {
		d.showPoint(kiosk)
	}
}

func (d *Desk) showPoint(kiosk string) {
	unit := d.unitOf(kiosk)
	for f := range d.feeds {
		if auth.Covers(f.p.Unit, unit) {
			f.points[kiosk] = true
			f.due = true
		}
	}
}

func (d *Desk) siteChanged() {
	for f := range d.feeds {
		f.site = true
		f.due = true
	}
}

func (d *Desk) dutyChanged() {
	for f := range d.feeds {
		f.duty = true
		f.due = true
	}
	// Who is on duty decides whose page rings.
	for _, o := range d.s.Open() {
		d.changed[o.Call.ID] = true
	}
}

func (d *Desk) unitOf(kiosk string) string {
	unit, _ := auth.KioskUnit(kiosk)
	return unit
}

// PlacesChanged shows all points anew: one was added or renamed.
func (d *Desk) PlacesChanged() {
	d.mu.Lock()
	for _, k := range d.cfg.Places.Kiosks() {
		d.stay(k)
		d.lives.retire(k)
		d.showPoint(k)
	}
	d.release()
}
