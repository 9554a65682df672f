// Package hub is a site: the desk that runs its calls, the sockets of kiosks,
// pages and other sites, the api, the store and the voice server, wired
// together. One program serves a township and a county; only settings differ.
package hub

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"huying/hub/auth"
	"huying/hub/desk"
	"huying/hub/directory"
	"huying/hub/media"
	"huying/hub/releases"
	"huying/hub/session"
	"huying/hub/uplink"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
)

// Storage is everything a hub keeps.
type Storage interface {
	desk.Store
	desk.LifeStore
	directory.Store
	releases.Store
	Archive
	Sessions() scs.Store
	Ping(ctx context.Context) error
	Close()
}

// VoiceServer runs beside the hub and serves /rtc under its port.
type VoiceServer interface {
	Handler() http.Handler
	Rooms() *media.Rooms
	Ended() <-chan struct{} // closed when it ended, by itself or by Stop
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
	Strength   auth.Strength    // of passwords; zero: the default
	Now        func() time.Time // of kiosks' health, for tests; nil: the wall clock
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
	security *security // nil: plain HTTP
	remote   *remote
	depot    *releases.Depot
	meter    *meter
	listener net.Listener
	servers  []*http.Server
	stopOnce sync.Once
	stopped  chan struct{}
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
	return &App{cfg: c, parts: p, log: p.Log, meter: newMeter(), failed: make(chan error, 2), stopped: make(chan struct{})}
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
		if a.cfg.TLS.on() {
			a.cfg.PublicURL = "https://" + ln.Addr().String()
		}
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
	if err := a.secure(ctx); err != nil {
		return err
	}
	a.startVoice(ctx)
	if err := a.startDesk(ctx); err != nil {
		return err
	}
	a.watchVoice()
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
	a.desk = desk.New(desk.Config{Site: sc, Unit: a.cfg.Unit, Children: a.children(), Store: a.store,
		Voice: a.talk(), Places: a.places, Meter: a.meter, Log: a.log,
		Life: desk.LifeConfig{Store: a.store, Now: a.parts.Now, Retired: a.places.revoked, Meter: a.meter},
		Lost: a.lost})
	a.meter.watch(a.desk)
	return a.desk.Start(ctx)
}

func (a *App) children() []view.Unit {
	children := []view.Unit{}
	for _, c := range a.cfg.Children {
		children = append(children, c.Unit)
	}
	return children
}

// lost says once that another process writes this site now.
func (a *App) lost(err error) {
	select {
	case a.failed <- err:
	default: // it was said
	}
}

// Addr is the address the hub listens on.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Failed gives an error if a server of the hub ended by itself.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends everything in the reverse order and waits. It may be called more
// than once.
func (a *App) Stop() {
	a.stopOnce.Do(func() {
		close(a.stopped)
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
		if a.depot != nil {
			a.depot.Stop()
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
