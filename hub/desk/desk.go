package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// Store keeps what the site must not forget. Commit is one transaction and is
// idempotent; at is wall time, for the event log.
type Store interface {
	Load(ctx context.Context) (*site.Image, error)
	Commit(ctx context.Context, at time.Time, saves []site.Save) error
	// Ping asks whether the store would take something now.
	Ping(ctx context.Context) error
}

// Voice prepares places to talk. A nil Voice means that calls ring and are
// granted, but nobody hears anybody.
type Voice interface {
	Open(ctx context.Context, call string) error
	Close(ctx context.Context, call string) error
	// Pass gives the address and the token to join a call's room with.
	Pass(call, identity, name string) (url, token string, err error)
}

// Places knows names of units and points.
type Places interface {
	// Point says where a kiosk stands; false if nobody enrolled it.
	Point(kiosk string) (point, township view.Unit, ok bool)
	// Unit names a unit by its code; an unknown one is named by its code.
	Unit(code string) view.Unit
	// Kiosks lists all kiosks of this site, in the order of their ids.
	Kiosks() []string
}

// Config is what a desk is made of.
type Config struct {
	Site     site.Config
	Unit     view.Unit
	Children []view.Unit
	Store    Store
	Voice    Voice
	Places   Places
	Meter    Meter       // nil: nothing is measured
	Life     LifeConfig  // zero: watched, but nothing is kept
	Lost     func(error) // another process writes this site now: this one must end
	Log      *slog.Logger
}

// Meter is told what the hub measures.
type Meter interface {
	Rang(afterPress time.Duration) // a press reached the pages
	Committed(saves int, took time.Duration)
	Violated(invariant string)
}

// Desk runs one site.
type Desk struct {
	cfg   Config
	log   *slog.Logger
	begin time.Time
	id    string // of this process, for pages

	mu      sync.Mutex
	s       *site.Site
	kiosks  map[string]*line
	peers   map[call.Site]*line
	people  map[string]*staff
	feeds   map[*Feed]bool
	dirty   []*line // lines with frames to write after the lock is let go
	saved   bool    // the writer has work
	changed map[call.ID]bool
	stays   map[string]stay           // what each point does, by kiosk
	rooms   map[call.ID]chan struct{} // the last request to the voice server about a call is done
	voiceUp bool
	stored  bool // the store answers

	writer *writer
	lives  *lives
	stop   context.CancelFunc
	ctx    context.Context
	wg     sync.WaitGroup
}

// New makes a desk; Start runs it.
func New(cfg Config) *Desk {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Meter == nil {
		cfg.Meter = noMeter{}
	}
	if cfg.Lost == nil {
		cfg.Lost = func(err error) { cfg.Log.Error("this process is no longer the writer", "error", err) }
	}
	id := make([]byte, 8)
	_, _ = rand.Read(id)
	d := &Desk{cfg: cfg, log: cfg.Log, id: hex.EncodeToString(id), kiosks: map[string]*line{},
		peers: map[call.Site]*line{}, people: map[string]*staff{}, feeds: map[*Feed]bool{},
		changed: map[call.ID]bool{}, rooms: map[call.ID]chan struct{}{}, stays: map[string]stay{}, voiceUp: cfg.Voice != nil, stored: true}
	d.writer = newWriter(d)
	d.lives = newLives(d, cfg.Life)
	return d
}

// Start loads what the store holds and begins to live. Without its store a
// hub does not know its calls, so it waits for it until ctx ends.
func (d *Desk) Start(ctx context.Context) error {
	im, err := d.cfg.Store.Load(ctx)
	if err != nil {
		return err
	}
	d.ctx, d.stop = context.WithCancel(context.Background())
	d.begin = time.Now()
	if err := d.lives.load(ctx); err != nil {
		d.stop()
		d.stop = nil
		return err
	}
	d.mu.Lock()
	s, effects := site.New(d.cfg.Site, im, 0)
	d.s = s
	d.carry(effects)
	d.release()
	d.wg.Go(d.tick)
	d.wg.Go(d.writer.run)
	d.wg.Go(d.lives.run)
	return nil
}

// Stop ends the desk and waits. What is not stored yet is tried once more.
func (d *Desk) Stop() {
	if d.stop == nil {
		return
	}
	d.stop()
	d.wg.Wait()
	d.mu.Lock()
	feeds := make([]*Feed, 0, len(d.feeds))
	for f := range d.feeds {
		feeds = append(feeds, f)
	}
	d.mu.Unlock()
	for _, f := range feeds {
		f.Stop()
	}
}

// now is the site's own clock.
func (d *Desk) now() call.Mono { return time.Since(d.begin) }

// step carries one input in and its effects out.
func (d *Desk) step(in site.Input) error {
	d.mu.Lock()
	err := d.stepLocked(in)
	d.release()
	return err
}

func (d *Desk) stepLocked(in site.Input) error {
	effects, err := d.s.Step(d.now(), in)
	d.carry(effects)
	return err
}

// release lets go of the lock and then writes to kiosks and peers.
func (d *Desk) release() { flush(d.unlock()) }

// unlock lets go of the lock and wakes who has something to do; what it gives
// must be flushed by somebody. Pages are woken last: the scheduler runs first
// who was woken last, and ringing must not wait for storing.
func (d *Desk) unlock() []*line {
	d.publish()
	dirty, saved := d.dirty, d.saved
	d.dirty, d.saved = nil, false
	var few [8]*Feed
	due := few[:0]
	for f := range d.feeds {
		if f.due {
			f.due = false
			due = append(due, f)
		}
	}
	d.mu.Unlock()
	if saved {
		d.writer.poke()
	}
	for _, f := range due {
		f.signal()
	}
	return dirty
}

func flush(dirty []*line) {
	for _, l := range dirty {
		l.flush()
	}
}

// carry does what the site asks for; it is called under the lock and never
// waits.
func (d *Desk) carry(effects []site.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case site.ToKiosk:
			d.queue(d.kiosks[e.Kiosk], e.Frame)
		case site.ToPeer:
			d.queue(d.peers[e.Site], e.Frame)
		case site.Changed:
			d.changed[e.Call] = true
		case site.KioskChanged:
			d.pointChanged(e.Kiosk)
		case site.PeerChanged:
			d.siteChanged()
		case site.Save:
			d.writer.add(e)
			d.saved = true
		case site.OpenRoom:
			d.openRoom(e.Call)
		case site.CloseRoom:
			d.closeRoom(e.Call)
		case site.GiveMedia:
			d.giveMedia(e)
		case site.Tell:
			d.tell(e)
		case site.Recorded:
			d.recorded(e.Press)
		case site.Refused:
			d.log.Warn("frame refused", "kiosk", e.Kiosk, "site", e.Peer, "frame", e.Why.Frame, "code", e.Why.Code)
			d.queue(d.kiosks[e.Kiosk], e.Why)
			d.queue(d.peers[e.Peer], e.Why)
		}
	}
}

func (d *Desk) queue(l *line, f wire.Frame) {
	if l == nil {
		return
	}
	b, err := wire.Encode(f)
	if err != nil {
		d.log.Error("frame not sent", "frame", f.Type(), "error", err)
		return
	}
	if l.add(b) {
		d.dirty = append(d.dirty, l)
	}
}

// tick lets time pass: at each rung exactly, and a few times a second for all
// that is repeated.
func (d *Desk) tick() {
	t := time.NewTimer(0)
	defer t.Stop()
	check := time.Now()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-t.C:
		}
		d.mu.Lock()
		// Before the step: it would mend what is to be seen.
		if time.Since(check) >= checkEvery {
			check = time.Now()
			d.checkInvariants()
		}
		_ = d.stepLocked(site.Tick{})
		d.endDuties()
		d.lives.tick()
		wait := site.TickEvery
		if due, ok := d.s.Next(); ok {
			wait = max(min(wait, due-d.now()), 0)
		}
		d.release()
		t.Reset(wait)
	}
}

// checkEvery is how often a hub holds itself against the invariants.
const checkEvery = 10 * time.Second

// checkInvariants holds this site against the promises that can be seen from
// here, in production as in the simulator.
func (d *Desk) checkInvariants() {
	v := call.SiteView{Site: d.cfg.Site.Policy.Site, Now: d.now(), Policy: &d.cfg.Site.Policy}
	for _, c := range d.s.All() {
		v.Calls = append(v.Calls, &c)
	}
	for _, x := range call.Check(&call.World{Sites: []call.SiteView{v}}) {
		d.log.Error("invariant broken", "invariant", x.Invariant, "what", x.Text)
		d.cfg.Meter.Violated(x.Invariant)
	}
}

type noMeter struct{}

func (noMeter) Rang(time.Duration)           {}
func (noMeter) Committed(int, time.Duration) {}
func (noMeter) Violated(string)              {}
func (noMeter) Escalated(string)             {}
func (noMeter) Differed(int)                 {}
