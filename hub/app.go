// Package hub is a site: the desk that runs its calls, the sockets of kiosks,
// pages and other sites, the api, the store and the voice server, wired
// together. One program serves a township and a county; only settings differ.
package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"huying/hub/api"
	"huying/hub/auth"
	"huying/hub/desk"
	"huying/hub/directory"
	"huying/hub/media"
	"huying/hub/session"
	"huying/hub/uplink"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
)

// Storage is everything a hub keeps.
type Storage interface {
	desk.Store
	directory.Store
	Archive
	Sessions() scs.Store
	Ping(ctx context.Context) error
	Close()
}

// VoiceServer runs beside the hub and serves /rtc under its port.
type VoiceServer interface {
	Handler() http.Handler
	Rooms() *media.Rooms
	Stop()
}

// Parts are what a hub is given besides its settings, so that tests and the
// program choose them: neither the database's driver nor the voice server is
// compiled into who only wants the hub.
type Parts struct {
	// OpenStorage opens the store; the hub closes it.
	OpenStorage func(ctx context.Context, c Config, log *slog.Logger) (Storage, error)
	// StartVoice starts the embedded voice server; nil: no voice.
	StartVoice func(ctx context.Context, c media.Config) (VoiceServer, error)
	Strength   auth.Strength // of passwords; zero: the default
	Log        *slog.Logger
}

// App is one running hub.
type App struct {
	cfg   Config
	parts Parts
	log   *slog.Logger

	store    Storage
	voice    VoiceServer
	desk     *desk.Desk
	kiosks   *session.Kiosks
	browsers *session.Browsers
	up       *uplink.Client
	down     *uplink.Server
	places   *places
	meter    *meter
	listener net.Listener
	servers  []*http.Server
	stopOnce sync.Once
	failed   chan error
}

// New makes a hub of valid settings; Start runs it.
func New(c Config, p Parts) *App {
	if p.Log == nil {
		p.Log = slog.Default()
	}
	if p.Strength.CodeRounds == 0 {
		p.Strength = auth.Strong
	}
	return &App{cfg: c, parts: p, log: p.Log, meter: newMeter(), failed: make(chan error, 2)}
}

// Start brings everything up in order and returns; after an error nothing is
// left running.
func (a *App) Start(ctx context.Context) error {
	err := a.start(ctx)
	if err != nil {
		a.Stop()
	}
	return err
}

func (a *App) start(ctx context.Context) error {
	ln, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen 地址 %s 用不了，可能已有程序在用，请换一个端口: %w", a.cfg.Listen, err)
	}
	a.listener = ln
	if a.cfg.PublicURL == "" {
		a.cfg.PublicURL = "http://" + ln.Addr().String()
	}
	if a.store, err = a.parts.OpenStorage(ctx, a.cfg, a.log); err != nil {
		return err
	}
	hasher, err := auth.NewHasher(a.parts.Strength)
	if err != nil {
		return err
	}
	if err := a.furnish(ctx, hasher); err != nil {
		return err
	}
	a.startVoice(ctx)
	if err := a.startDesk(ctx); err != nil {
		return err
	}
	return a.serve(hasher)
}

// furnish plants the seed and reads the places.
func (a *App) furnish(ctx context.Context, hasher *auth.Hasher) error {
	if a.cfg.Seed != "" {
		s, err := readSeed(a.cfg.Seed)
		if err != nil {
			return err
		}
		if err := s.plant(ctx, a.store, hasher); err != nil {
			return err
		}
	}
	known := []view.Unit{a.cfg.Unit}
	if a.cfg.Parent != nil {
		known = append(known, a.cfg.Parent.Unit)
	}
	for _, c := range a.cfg.Children {
		known = append(known, c.Unit)
	}
	a.places = newPlaces(a.store, known...)
	return a.places.refresh(ctx)
}

// startVoice never stops a hub: without voice calls still ring and somebody
// still goes there.
func (a *App) startVoice(ctx context.Context) {
	if a.cfg.Media.Mode == media.ModeExternal || a.parts.StartVoice == nil {
		return
	}
	v, err := a.parts.StartVoice(ctx, a.cfg.Media)
	if err != nil {
		a.log.Error("no voice: calls ring, but nobody hears anybody", "error", err)
		return
	}
	a.voice = v
}

// talk joins rooms and the address browsers find them at.
type talk struct {
	*media.Rooms
	url string
}

// tokenLife bounds a token; a reload asks for a new one.
const tokenLife = 6 * time.Hour

// Pass gives the address and a talker's token.
func (t talk) Pass(call, identity, name string) (url, token string, err error) {
	token, err = t.Token(call, identity, name, media.Talker, tokenLife)
	return t.url, token, err
}

func (a *App) talk() desk.Voice {
	m := a.cfg.Media
	switch {
	case m.Mode == media.ModeExternal:
		return talk{media.NewRooms(m.URL, m.Key, m.Secret), m.URL}
	case a.voice != nil:
		return talk{a.voice.Rooms(), socketURL(a.cfg.PublicURL, "")}
	}
	return nil
}

func (a *App) startDesk(ctx context.Context) error {
	parent := call.Site("")
	if a.cfg.Parent != nil {
		parent = call.Site(a.cfg.Parent.Unit.Code)
	}
	sc := site.DefaultConfig(call.Site(a.cfg.Unit.Code), parent, a.cfg.home)
	ladders, err := a.cfg.ladders()
	if err != nil {
		return err
	}
	sc.Policy.Ladders = ladders
	children := []view.Unit{}
	for _, c := range a.cfg.Children {
		children = append(children, c.Unit)
	}
	a.desk = desk.New(desk.Config{Site: sc, Unit: a.cfg.Unit, Children: children, Store: a.store,
		Voice: a.talk(), Places: a.places, Meter: a.meter, Log: a.log})
	return a.desk.Start(ctx)
}

// Addr is the address the hub listens on.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Failed gives an error if a server of the hub ended by itself.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends everything in the reverse order and waits. It may be called more
// than once.
func (a *App) Stop() {
	a.stopOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if a.up != nil {
			a.up.Stop()
		}
		for _, s := range a.servers {
			if s.Shutdown(ctx) != nil {
				_ = s.Close()
			}
		}
		if len(a.servers) == 0 && a.listener != nil {
			_ = a.listener.Close()
		}
		if a.browsers != nil {
			a.browsers.Stop()
		}
		if a.kiosks != nil {
			a.kiosks.Stop()
		}
		if a.down != nil {
			a.down.Stop()
		}
		if a.desk != nil {
			a.desk.Stop()
		}
		if a.voice != nil {
			a.voice.Stop()
		}
		if a.store != nil {
			a.store.Close()
		}
	})
}

// serve wires the handlers and begins to listen.
func (a *App) serve(hasher *auth.Hasher) error {
	standby := directory.NewStandby(a.store)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := standby.Warm(ctx); err != nil {
		return err
	}
	handler, err := a.handler(standby, hasher)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, p := range []string{"/api/", "/live", "/livez", "/readyz"} {
		mux.Handle(p, handler)
	}
	a.kiosks = session.NewKiosks(standby, a.desk, a.log)
	mux.Handle("/kiosk", a.kiosks)
	if len(a.cfg.Children) > 0 {
		mux.Handle("/uplink", a.below(standby))
	}
	if a.voice != nil {
		mux.Handle("/rtc", a.voice.Handler())
		mux.Handle("/rtc/", a.voice.Handler())
	}
	home := "desk"
	if len(a.cfg.Children) > 0 {
		home = "centre"
	}
	mux.Handle("/", pages(home))
	a.listen(a.listener, mux)
	if err := a.serveMetrics(); err != nil {
		return err
	}
	a.above()
	return nil
}

func (a *App) listen(ln net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	a.servers = append(a.servers, s)
	go func() {
		if err := s.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
}

func (a *App) serveMetrics() error {
	if a.cfg.Metrics == "" {
		return nil
	}
	ln, err := net.Listen("tcp", a.cfg.Metrics)
	if err != nil {
		return fmt.Errorf("metrics 地址 %s 用不了，请换一个端口: %w", a.cfg.Metrics, err)
	}
	a.listen(ln, a.inspection())
	return nil
}

func (a *App) handler(standby *directory.Standby, hasher *auth.Hasher) (http.Handler, error) {
	accounts := directory.NewAccounts(standby)
	tickets := auth.NewTickets()
	a.browsers = session.NewBrowsers(session.BrowserConfig{Tickets: tickets, Origins: a.cfg.Origins, Log: a.log,
		Source: session.SourceFunc(func(ctx context.Context, p auth.Person) (session.Feed, error) { return a.desk.Subscribe(ctx, p) })})
	return api.New(api.Config{Site: a.cfg.Unit, Demo: a.cfg.Demo, Origins: a.cfg.Origins,
		Sessions: auth.NewSessions(a.store.Sessions(), a.cfg.Unit.Code, len(a.cfg.PublicURL) > 5 && a.cfg.PublicURL[:5] == "https"),
		SignIn:   auth.NewSignIn(accounts, auth.NewGuard(), hasher, nil), Accounts: accounts, Tickets: tickets,
		Calls: a.desk, Media: a.desk, Duty: a.desk, Points: a.desk,
		Records: &records{desk: a.desk, archive: a.store, places: a.places},
		Kiosks:  &registrar{Registrar: directory.NewRegistrar(a.store, hasher, auth.NewGuard(), nil), app: a},
		Live:    a.browsers, Unit: a.places.unit, Ready: a.store.Ping, Log: a.log})
}

// registrar makes a kiosk known here and above as soon as it is registered.
type registrar struct {
	*directory.Registrar
	app *App
}

// Add registers a kiosk.
func (r *registrar) Add(ctx context.Context, k directory.Kiosk) (directory.Kiosk, error) {
	k, err := r.Registrar.Add(ctx, k)
	return k, r.after(ctx, k, err)
}

// Redeem enrols a kiosk.
func (r *registrar) Redeem(ctx context.Context, code, publicKey, address string) (directory.Kiosk, error) {
	k, err := r.Registrar.Redeem(ctx, code, publicKey, address)
	return k, r.after(ctx, k, err)
}

func (r *registrar) after(ctx context.Context, k directory.Kiosk, err error) error {
	if err != nil {
		return err
	}
	if r.app.up != nil {
		r.app.up.Announce(k)
	}
	r.app.learnt(ctx)
	return nil
}

// learnt reads the places again and shows the new point.
func (a *App) learnt(ctx context.Context) {
	if err := a.places.refresh(ctx); err != nil {
		a.log.Error("places not read again", "error", err)
		return
	}
	a.desk.PlacesChanged()
}

func (a *App) below(standby *directory.Standby) http.Handler {
	secrets := map[call.Site]string{}
	for _, c := range a.cfg.Children {
		secrets[call.Site(c.Unit.Code)] = c.Secret
	}
	a.down = uplink.NewServer(uplink.ServerConfig{Children: secrets, Peers: a.desk, Kiosks: a.store, Registry: standby,
		Changed: func() { a.learnt(context.Background()) }, Unproven: a.meter.unproven.Inc, Log: a.log})
	return a.down
}

func (a *App) above() {
	p := a.cfg.Parent
	if p == nil {
		return
	}
	a.up = uplink.NewClient(socketURL(p.URL, "/uplink"), call.Site(a.cfg.Unit.Code), call.Site(p.Unit.Code), p.Secret,
		a.desk, a.store, a.log)
	a.up.Start()
}
