package terminal

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/internal/call"
	"huying/internal/failpoint"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/panel"
	"huying/terminal/portrait"
	"huying/terminal/prompt"
)

// Figures of the loop.
const (
	// Patience is how long a grant waits for the disk. An SD card that tidies up
	// takes up to about a second; after three it is broken, and somebody waits.
	Patience = 3 * time.Second
	// idleTick is how often an idle kiosk looks around. Its finest duty then is
	// the heartbeat, every 30 s.
	idleTick = 2 * time.Second
	// mediaLapse is after how long without a word from the page voice counts as
	// gone; the page says every 2 s that it flows.
	mediaLapse = 6 * time.Second
	// urge is how often, during a call, a line that is down is tried at once
	// instead of after its growing pause.
	urge = 2 * time.Second
	// compactAbove is the journal's size in octets from which it is written anew:
	// some hundred calls, a thirtieth of a second on an SD card.
	compactAbove = 1 << 20
	// probe is how often a journal that failed is tried again.
	probe = 30 * time.Second
)

// line is a link, as the loop uses it.
type line interface {
	Start()
	Stop()
	Wake()
	Send(conn uint64, f wire.Frame)
}

// end is the loop's view of one line: only frames of the present connection
// are believed.
type end struct {
	line     line
	conn     uint64 // 0 while it is down
	welcomed bool   // the site took the kiosk in on this connection
}

// What the loop hears of, besides keys and the clock. Stored and compacted come
// from the writer.
type (
	lineUp struct {
		site call.Site
		conn uint64
	}
	lineDown struct {
		site call.Site
		conn uint64
		why  string
	}
	arrived struct {
		site call.Site
		conn uint64
		f    wire.Frame
	}
	voice struct{ alive bool }
)

// loop owns the kiosk. All fields but the channels belong to its goroutine.
type loop struct {
	cfg   Config
	log   *slog.Logger
	k     *kiosk.Kiosk
	began time.Time
	keys  <-chan input.Event
	inbox chan any
	show  func(panel.View)
	page  func() (time.Duration, bool) // since the page's last word
	wall  func() time.Time             // the time of day as well as it is known; zero if it is not
	met   *metrics

	ends    map[call.Site]*end
	remote  *remote
	updates updates // nil in tests without
	writer  *writer
	pending []pending
	custody custody
	faults  faults
	lamps   *lamp.Lamps
	dark    map[lamp.Name]map[string]bool // outputs that fail, by their place
	lostAt  map[input.Key]time.Time       // when events were lost

	relay     func(Config, *panel.Media) // puts a local address in the voice server's place
	tell      func(any)                  // brings word to the loop from beside it
	prompts   *prompt.Library
	album     *portrait.Album
	care      care
	timer     *time.Timer
	pressedAt time.Time // when the press came that is being taken, for the metrics
	tickedAt  time.Time
	urgedAt   time.Time
	voiceAt   time.Time // when the page last said that voice flows; zero if it does not
	probedAt  time.Time
	compactAt int64     // journal size from which to compact
	whole     bool      // the journal misses records and must be written anew
	told      int       // presses that the hubs were told of
	homeSeen  bool      // home took the kiosk in since the start
	clonedBy  call.Site // who told of another kiosk with this identity
}

func (l *loop) now() call.Mono { return time.Since(l.began) }

// run is the loop; it ends with its context.
func (l *loop) run(ctx context.Context) {
	l.timer = time.NewTimer(0)
	defer l.timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-l.keys:
			failpoint.At(failpoint.TerminalPressBefore)
			l.key(e)
			failpoint.At(failpoint.TerminalPressAfter)
		case m := <-l.inbox:
			l.hear(m)
		case <-l.timer.C:
			l.tick()
		}
	}
}

func (l *loop) hear(m any) {
	switch m := m.(type) {
	case lineUp:
		l.ends[m.site].conn, l.ends[m.site].welcomed = m.conn, false
		l.log.Info("line is up", "site", string(m.site))
		l.step(kiosk.LinkUp{Site: m.site})
	case lineDown:
		if l.ends[m.site].conn != m.conn {
			return // of a line that another took the place of
		}
		l.ends[m.site].conn = 0
		l.log.Warn("line is down", "site", string(m.site), "why", m.why)
		l.step(kiosk.LinkDown{Site: m.site})
	case arrived:
		l.frame(m)
	case voice:
		l.voiceAt = time.Time{}
		if m.alive {
			l.voiceAt = time.Now()
		}
		l.step(kiosk.Media{Alive: m.alive})
	case stored:
		l.stored(m)
	case compacted:
		l.compacted(m)
	case lampNews:
		l.lampTold(m)
	case recorded:
		l.care.recorded, l.care.listing = m, false
	case fed:
		l.fed(m.power)
	case soundNews:
		l.fault(FaultSound+":"+m.part, m.why != "", m.why)
	case tested:
		l.tested(m)
	case clockNews:
		l.fault(FaultClock, m.wrong != 0, "by "+m.wrong.Round(time.Second).String())
	case upgraded:
		l.care.changed = true
	case photoNews: // settle looks
	case practise:
		l.step(kiosk.Press{Key: call.Enquiry, At: time.Now(), Purpose: call.ForPractice})
	}
	l.settle()
}

func (l *loop) frame(m arrived) {
	e := l.ends[m.site]
	if e.conn != m.conn {
		return
	}
	failpoint.At(failpoint.TerminalFrameBefore)
	switch f := m.f.(type) {
	case wire.Welcome:
		l.fault(FaultRefusedBy+":"+string(m.site), false, "")
		if l.clonedBy == m.site {
			l.fault(FaultClone, false, "")
		}
		e.welcomed = true
		l.remote.Welcomed(m.site == call.Site(l.cfg.Home.Site))
		l.health(e)
	case wire.Refuse:
		l.log.Warn("refused by a site", "site", string(m.site), "code", f.Code, "frame", string(f.Frame), "field", f.Field, "message", f.Message)
		switch {
		case f.Code == FaultClone:
			l.clonedBy = m.site
			l.fault(FaultClone, true, f.Message)
		case f.Frame == wire.THello || f.Frame == "":
			l.fault(FaultRefusedBy+":"+string(m.site), true, f.Code)
		}
	case wire.Config:
		l.config(m.site, f)
		return
	case wire.Update:
		l.upgrade(m.site, f)
		return
	case wire.Media:
		ok := l.cfg.allowsMedia(f.URL)
		l.fault(FaultMedia, !ok, f.URL)
		l.offered(f)
	}
	l.step(kiosk.Frame{Site: m.site, Frame: m.f})
}

func (l *loop) tick() {
	l.tickedAt = time.Now()
	if !l.voiceAt.IsZero() && time.Since(l.voiceAt) >= mediaLapse {
		l.voiceAt = time.Time{}
		l.log.Warn("page fell silent about the voice")
		l.step(kiosk.Media{Alive: false})
	}
	l.impatient()
	if l.k.Open() != nil && time.Since(l.urgedAt) >= urge {
		l.urgedAt = time.Now()
		for _, e := range l.ends {
			if e.conn == 0 {
				e.line.Wake()
			}
		}
	}
	if l.whole && time.Since(l.probedAt) >= probe {
		l.compact()
	}
	l.step(kiosk.Tick{})
	l.keysLate()
	l.forgive()
	l.lookAfter()
	l.heed()
	l.settle()
}

// settle follows every input: the page sees what changed, the hubs hear of
// faults, and the clock is set.
func (l *loop) settle() {
	l.pressedAt = time.Time{}
	p := l.k.Panel(l.now())
	v := l.cfg.view(p)
	v.Faults, v.Power = l.ailing(), powerView(l.care.power)
	l.lamps.Show(scene(p, diagnose(v.Faults, v.Power)))
	l.face(&v, p.Grant)
	l.examine(&v)
	media := v.Media
	if media == nil && v.Test != nil {
		media = v.Test.Media
	}
	l.relay(l.cfg, media)
	l.speak(&v)
	l.show(v)
	l.lookUpdates(p)
	if l.faults.changed || l.care.changed || l.told != l.k.Presses() {
		l.faults.changed, l.care.changed, l.care.toldAt, l.told = false, false, time.Now(), l.k.Presses()
		l.met.faults.Set(float64(len(l.faults.on)))
		for _, e := range l.ends {
			l.health(e)
		}
	}
	next := idleTick
	if p.State != kiosk.Idle || l.k.Unacked() > 0 || len(l.pending) > 0 || l.care.plan.Busy() {
		next = kiosk.TickEvery
	}
	l.timer.Reset(next - time.Since(l.tickedAt)) // counted from the last: a key that chatters must not put it off
}

// health tells a hub how the kiosk is; the core does not speak of that.
func (l *loop) health(e *end) {
	if e.conn != 0 {
		h := wire.Health{Ledger: l.k.Ledger(), Faults: l.faults.list(time.Now()), Tests: l.care.plan.Results(l.now()),
			Power: l.care.power, Config: l.remote.Report(), Version: l.cfg.Version, Arch: runtime.GOARCH}
		if l.updates != nil {
			h.Update = l.updates.Report()
		}
		e.line.Send(e.conn, h)
	}
}
