package terminal

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	allowed "huying/internal/settings"
	"huying/internal/wire"
	"huying/terminal/identity"
	"huying/terminal/link"
	afar "huying/terminal/settings"
)

// remote is what the home hub told this kiosk from afar. Only the loop uses it
// once the terminal runs.
type remote struct {
	*afar.Machine
	base Config // without what was told
	path string
	// redial makes and starts a line to a site in place of the present one.
	redial func(Site) (line, error)
	// origins tells the page with whom it may talk now.
	origins func([]string)
	// beside does something that may wait for the disk.
	beside func(func())

	mu     sync.Mutex // of the file
	states int        // to be kept; the loop's
	kept   int        // the latest that was; under mu
}

// keep writes the present State, beside the loop: a press must not wait for
// the disk. Of two that meet, the later one stays.
func (r *remote) keep(log *slog.Logger) {
	r.states++
	n, state := r.states, r.State
	r.beside(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if n < r.kept {
			return
		}
		r.kept = n
		if err := state.Save(r.path); err != nil {
			log.Error("settings from afar not kept", "error", err.Error())
		}
	})
}

// recall reads what was told in earlier runs. A file that cannot be read costs
// the settings, not the kiosk.
func (t *Terminal) recall() {
	path := filepath.Join(t.cfg.DataDir, afar.File)
	kept, err := afar.Load(path)
	if err != nil {
		t.log.Error("settings from afar lost", "error", err.Error())
	}
	m, why := afar.Start(kept, 0)
	m.Patience = t.cfg.TrialPatience
	t.remote = &remote{Machine: m, base: t.cfg, path: path, redial: t.redial, origins: t.connectPage, beside: t.done.Go}
	if why != afar.Nothing {
		t.log.Warn("settings from afar are on trial", "rev", m.InForce.Rev, "starts", m.Starts, "decision", string(why))
		if err := m.Save(path); err != nil {
			t.log.Error("settings from afar not kept", "error", err.Error())
		}
	}
	t.cfg = t.remote.base.told(m.InForce.Values)
}

// told gives the settings with those from afar over them.
func (c Config) told(v allowed.Values) Config {
	c.Told = v
	if len(v.Phones) > 0 {
		c.Phones = nil
		for _, p := range v.Phones {
			c.Phones = append(c.Phones, Phone(p))
		}
	}
	if len(v.MediaOrigins) > 0 {
		c.MediaOrigins = v.MediaOrigins
	}
	if v.HomeURL != "" {
		c.Home.URL = v.HomeURL
	}
	if v.LastURL != "" && c.Last.Site != "" {
		c.Last.URL = v.LastURL
	}
	return c
}

// fits says what else than their form is wrong with settings on this kiosk.
func (c Config) fits(v allowed.Values) error {
	switch {
	case v.LastURL != "" && c.Last.Site == "":
		return &allowed.FieldError{Field: "last_url", Remedy: "这台终端没有上级站点，请删去这一项。"}
	case afar.Weaker(c.Home.URL, v.HomeURL):
		return &allowed.FieldError{Field: "home_url", Remedy: "不能把加密的地址改成不加密的。"}
	case afar.Weaker(c.Last.URL, v.LastURL):
		return &allowed.FieldError{Field: "last_url", Remedy: "不能把加密的地址改成不加密的。"}
	}
	return c.told(v).Validate()
}

// config takes in a CONFIG; only home may tell.
func (l *loop) config(site call.Site, f wire.Config) {
	if site != call.Site(l.cfg.Home.Site) {
		l.log.Warn("settings of another site are passed over", "site", string(site), "rev", f.Rev)
		return
	}
	l.decided(l.remote.Offer(f, l.remote.base.fits))
}

// heed lets settings from afar be applied, believed or taken back.
func (l *loop) heed() {
	home := l.ends[call.Site(l.cfg.Home.Site)]
	calling := l.k.Open() != nil || l.k.Panel(l.now()).State != kiosk.Idle
	if l.voiceAt.IsZero() && !l.heard() {
		calling = false // a call that no site can hear is not disturbed, and may be waiting for the lines that worked
	}
	l.decided(l.remote.Tick(l.now(), calling, home.conn != 0 && home.welcomed))
}

// heard reports whether any site took the kiosk in on a line that is up.
func (l *loop) heard() bool {
	for _, e := range l.ends {
		if e.conn != 0 && e.welcomed {
			return true
		}
	}
	return false
}

// decided carries a decision out.
func (l *loop) decided(why afar.Reason) {
	switch why {
	case afar.Nothing, afar.Known, afar.Waiting:
		return
	case afar.Applied, afar.RolledBack:
		l.take(l.remote.base.told(l.remote.InForce.Values))
	case afar.Refused, afar.Confirmed:
	}
	l.log.Info("settings from afar", "decision", string(why), "rev", l.remote.InForce.Rev, "tried", l.remote.Tried, "why", l.remote.Error)
	l.remote.keep(l.log)
	l.care.changed = true // the hubs hear of it
}

// take puts settings in force; lines whose address changed are made anew.
func (l *loop) take(c Config) {
	was := l.cfg.sites()
	l.cfg = c
	for i, s := range c.sites() {
		if s.URL == was[i].URL {
			continue
		}
		e := l.ends[call.Site(s.Site)]
		fresh, err := l.remote.redial(s)
		if err != nil { // Validate found the address good
			l.log.Error("no line to the new address", "site", s.Site, "error", err.Error())
			continue
		}
		e.line, e.welcomed = fresh, false
		if e.conn != 0 {
			e.conn = 0
			l.step(kiosk.LinkDown{Site: call.Site(s.Site)})
		}
	}
	l.remote.origins(c.connects())
}

// dial makes a line to a site; turn counts the lines to it, so that the end of
// an old one is not taken for that of a new one.
func (t *Terminal) dial(s Site, turn uint64) (line, error) {
	secure, err := t.secure(s)
	if err != nil {
		return nil, &FieldError{"root", err.Error()}
	}
	base := turn << 32
	l, err := t.parts.dial(link.Config{
		Site: call.Site(s.Site), URL: s.URL, Kiosk: t.cfg.Kiosk, BootID: t.bootID, Version: t.cfg.Version,
		Sign:   func(nonce []byte) []byte { return t.parts.sign.SignHello(nonce, t.cfg.Kiosk) },
		Events: events{t, base}, Log: t.log, TLS: secure, Dialled: t.heardTime(s),
	})
	return turned{l, base}, err
}

// redial is dial in place of an earlier line, which ends.
func (t *Terminal) redial(s Site) (line, error) {
	t.turns++
	fresh, err := t.dial(s, t.turns)
	if err != nil {
		return nil, err
	}
	for i, x := range t.cfg.sites() {
		if x.Site == s.Site {
			old := t.lines[i]
			t.lines[i] = fresh
			t.done.Go(old.Stop)
		}
	}
	if s.Site == t.cfg.Home.Site {
		t.homeURL.Store(&s.URL)
	}
	fresh.Start()
	return fresh, nil
}

// turned is a line whose connections are numbered on from base.
type turned struct {
	line
	base uint64
}

func (t turned) Send(conn uint64, f wire.Frame) { t.line.Send(conn-t.base, f) }

// secure is with what a site is known and what it is shown; nil: it is reached
// without encryption.
func (t *Terminal) secure(s Site) (*tls.Config, error) {
	if t.badge == nil || allowed.Plain(s.URL) {
		return nil, nil
	}
	return t.badge.TLS(s.URL, s.Root)
}

// heardTime takes the time from home, which proved itself.
func (t *Terminal) heardTime(s Site) func(http.Header) {
	if t.badge == nil || s.Site != t.cfg.Home.Site {
		return nil
	}
	return func(h http.Header) {
		at, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			return
		}
		wrong, err := t.badge.Clock.Heard(at)
		if err != nil {
			t.log.Warn("the hub's time was not kept", "error", err.Error())
		}
		if t.renew != nil {
			t.renew.Look()
		}
		t.tell(clockNews{wrong})
	}
}

// clockNews says by how much the kiosk's own clock is wrong.
type clockNews struct{ wrong time.Duration }

// renewal keeps the certificate fresh; without encryption there is none.
func (t *Terminal) renewal() *identity.Renewal {
	if t.badge == nil || allowed.Plain(t.cfg.Home.URL) {
		return nil
	}
	t.homeURL.Store(&t.cfg.Home.URL)
	ask := func(ctx context.Context, request []byte) ([]byte, error) {
		at := *t.homeURL.Load()
		secure, err := t.badge.TLS(at, t.cfg.Home.Root)
		if err != nil {
			return nil, err
		}
		post, err := identity.AskHub(at, t.cfg.Kiosk, secure)
		if err != nil {
			return nil, err
		}
		return post(ctx, request)
	}
	return identity.NewRenewal(t.badge, ask, t.log)
}

// connectPage tells the page's server with whom the page may talk.
func (t *Terminal) connectPage(origins []string) { t.origins.Store(&origins) }
