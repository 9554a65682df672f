package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"huying/hub/api"
	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/session"
	"huying/internal/wire"
)

// serve wires the handlers and begins to listen.
func (a *App) serve(hasher *auth.Hasher) error {
	standby := directory.NewStandby(a.store)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := standby.Warm(ctx); err != nil {
		return err
	}
	tlsAbove, rootAbove, err := a.cfg.parentTLS()
	if err != nil {
		return err
	}
	a.remote = &remote{store: a.store, mine: a.mine, look: func() { a.kiosks.Look() },
		reported: func(kiosk string) (wire.ConfigState, bool) { return a.kiosks.Reported(kiosk) }}
	if _, err := a.remote.News(ctx); err != nil {
		return err
	}
	if err := a.newDepot(); err != nil {
		return err
	}
	handler, err := a.handler(standby, hasher, rootAbove)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	for _, p := range []string{"/api/", "/live", "/livez", "/readyz"} {
		mux.Handle(p, handler)
	}
	a.kiosks = session.NewKiosks(session.KioskConfig{Registry: standby, Calls: a.desk, Papers: a.remote,
		Signed: a.signed, Config: a.remote.Config, Update: a.update, Unproven: a.meter.unproven.Inc, Cloned: a.meter.cloned.Inc, Log: a.log})
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
	ln := a.listener
	if a.security != nil {
		ln = tls.NewListener(ln, a.security.config)
	}
	if err := a.depot.Start(ctx); err != nil {
		return err
	}
	a.listen(ln, mux)
	if err := a.serveMetrics(); err != nil {
		return err
	}
	a.above(tlsAbove)
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

func (a *App) handler(standby *directory.Standby, hasher *auth.Hasher, rootAbove string) (http.Handler, error) {
	accounts := directory.NewAccounts(standby)
	tickets := auth.NewTickets()
	a.browsers = session.NewBrowsers(session.BrowserConfig{Tickets: tickets, Origins: a.cfg.Origins, Log: a.log,
		Source: session.SourceFunc(func(ctx context.Context, p auth.Person) (session.Feed, error) { return a.desk.Subscribe(ctx, p) })})
	return api.New(api.Config{Site: a.cfg.Unit, Demo: a.cfg.Demo, Origins: a.cfg.Origins,
		Sessions: auth.NewSessions(a.store.Sessions(), a.cfg.Unit.Code, len(a.cfg.PublicURL) > 5 && a.cfg.PublicURL[:5] == "https"),
		SignIn:   auth.NewSignIn(accounts, auth.NewGuard(), hasher, nil), Accounts: accounts, Tickets: tickets,
		Calls: a.desk, Media: a.desk, Duty: a.desk, Points: a.desk, Health: a.desk,
		Photos:  a.store,
		Records: &records{desk: a.desk, archive: a.store, places: a.places},
		Kiosks:  a.registrar(hasher), Remote: a.remote, Releases: a.depot, Below: a.children(), Identity: a.identity(), Address: a.cfg.PublicURL, Last: a.last(rootAbove),
		Live: a.browsers, Unit: a.places.unit, Ready: a.store.Ping, Log: a.log})
}
