package desk

import (
	"context"
	"encoding/json"
	"sync"

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
	seq    uint64
	fresh  bool // the snapshot is still to be sent
	calls  map[call.ID]bool
	points map[string]bool
	site   bool
	duty   bool
}

// Subscribe opens a feed for a person's page. That the person has a page open
// is what duty and talks hang on.
func (d *Desk) Subscribe(ctx context.Context, p auth.Person) (*Feed, error) {
	f := &Feed{d: d, p: p, next: make(chan []byte), wake: make(chan struct{}, 1), fresh: true,
		calls: map[call.ID]bool{}, points: map[string]bool{}}
	f.ctx, f.stop = context.WithCancel(d.ctx)
	context.AfterFunc(ctx, f.Stop)
	d.mu.Lock()
	d.feeds[f] = true
	d.join(p)
	d.release()
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

func (f *Feed) run() {
	defer close(f.next)
	beat := newBeat()
	defer beat.Stop()
	for {
		var messages [][]byte
		select {
		case <-f.ctx.Done():
			return
		case <-f.wake:
			messages = f.render()
		case <-beat.C:
			messages = [][]byte{f.beat()}
		}
		for _, m := range messages {
			select {
			case <-f.ctx.Done():
				return
			case f.next <- m:
			}
		}
	}
}

// render takes what changed and makes the messages.
func (f *Feed) render() [][]byte {
	d := f.d
	d.mu.Lock()
	defer d.mu.Unlock()
	var out [][]byte
	add := func(v any) {
		b, err := json.Marshal(v)
		if err != nil {
			d.log.Error("message not made", "error", err)
			return
		}
		out = append(out, b)
	}
	if f.fresh {
		f.fresh = false
		add(d.snapshot(f))
	}
	for id := range f.calls {
		if v, ok := d.s.Call(id); ok {
			f.seq++
			add(view.CallDelta{Type: view.TypeCall, Seq: f.seq, Call: d.callFor(v, f.p)})
		}
	}
	for k := range f.points {
		f.seq++
		add(view.PointDelta{Type: view.TypePoint, Seq: f.seq, Point: d.point(k)})
	}
	if f.site {
		f.seq++
		add(view.SiteDelta{Type: view.TypeSite, Seq: f.seq, Site: d.siteView()})
	}
	if f.duty {
		f.seq++
		add(view.DutyDelta{Type: view.TypeDuty, Seq: f.seq, OnDuty: d.onDuty()})
	}
	clear(f.calls)
	clear(f.points)
	f.site, f.duty = false, false
	return out
}

func (f *Feed) beat() []byte {
	f.d.mu.Lock()
	seq := f.seq
	f.d.mu.Unlock()
	b, _ := json.Marshal(view.Beat{Type: view.TypeBeat, Seq: seq})
	return b
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
	clear(f.calls)
	clear(f.points)
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
				f.signal()
			}
		}
	}
	clear(d.changed)
}

func (d *Desk) pointChanged(kiosk string) {
	d.stay(kiosk)
	unit := d.unitOf(kiosk)
	for f := range d.feeds {
		if auth.Covers(f.p.Unit, unit) {
			f.points[kiosk] = true
			f.signal()
		}
	}
}

func (d *Desk) siteChanged() {
	for f := range d.feeds {
		f.site = true
		f.signal()
	}
}

func (d *Desk) dutyChanged() {
	for f := range d.feeds {
		f.duty = true
		f.signal()
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
		d.pointChanged(k)
	}
	d.release()
}
