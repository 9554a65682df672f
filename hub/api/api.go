// Package api is what a hub answers over HTTP: sessions, duty, calls, points
// and the enrolment of kiosks, with an OpenAPI document from which the pages'
// types are generated. It decides nothing about calls; it proves who asks,
// asks auth.May, checks the shape of what was sent, and turns refusals into
// RFC 9457 problems.
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/view"
)

// MaxBody is the largest request body, in bytes.
const MaxBody = 64 << 10

// bodyPatience is how long a body may take to arrive; slow headers are the
// HTTP server's to limit.
const bodyPatience = 5 * time.Second

// Config is what the api is made of. Everything is needed except where said.
type Config struct {
	Site    view.Unit // the hub's own unit
	Demo    bool      // shown to the pages
	Origins []string  // origins of pages, when they differ from the hub's own address; may be empty

	Sessions *auth.Sessions
	SignIn   *auth.SignIn
	Accounts auth.Accounts
	Tickets  *auth.Tickets

	Calls    Calls
	Media    Media
	Records  Records
	Photos   directory.Photos
	Duty     Duty
	Points   Points
	Health   Health
	Kiosks   Kiosks
	Live     Live
	Remote   Remote
	Releases Releases
	Below    []view.Unit // hubs below this one
	// Identity is nil where the hub speaks plain HTTP.
	Identity *Identity
	// Address is how kiosks reach this hub; Last is the hub above, their last
	// resort, nil at the top.
	Address string
	Last    *HubAbove
	// Unit names an administrative unit by code; false when it is unknown.
	Unit func(code string) (view.Unit, bool)
	// Ready says whether the hub does all it should; an error is answered as 503.
	Ready func(context.Context) error

	Log *slog.Logger     // nil: slog.Default
	Now func() time.Time // nil: time.Now
}

type server struct {
	Config
	log      *slog.Logger
	now      func() time.Time
	origins  auth.Origins
	router   *chi.Mux
	api      huma.API
	document []byte
	darkroom chan struct{} // held by whoever works on a photo
	fetches  chan struct{} // held by kiosks that fetch a package
}

// New makes the handler of a hub's HTTP: everything under /api/, and /live,
// /livez and /readyz. The caller mounts it at those paths, serves pages at the
// others, and sets the server's timeouts.
func New(c Config) (*Handler, error) {
	s := newServer(c)
	if err := s.describe(); err != nil {
		return nil, err
	}
	guarded, err := s.sameSite(s.router)
	if err != nil {
		return nil, err
	}
	return &Handler{Handler: s.recovered(guarded), router: s.router}, nil
}

// Handler is the api as an http.Handler.
type Handler struct {
	http.Handler
	router *chi.Mux
}

// Routes walks over every route there is, for tests.
func (h *Handler) Routes(each func(method, path string)) error {
	return chi.Walk(h.router, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		each(method, path)
		return nil
	})
}

func newServer(c Config) *server {
	s := &server{Config: c, log: c.Log, now: c.Now, origins: auth.Origins{Listed: c.Origins}, router: chi.NewMux(),
		darkroom: make(chan struct{}, 1), fetches: make(chan struct{}, mostFetches)}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.router.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		problemOf(refusal.New(refusal.UnknownPath, "没有这个地址，请检查网址。")).write(w)
	})
	s.router.MethodNotAllowed(s.methodNotAllowed)
	s.api = humachi.New(s.router, humaConfig())
	s.sessionRoutes()
	s.liveRoutes()
	s.callRoutes()
	s.outcomeRoutes()
	s.pointRoutes()
	s.photoRoutes()
	s.identityRoutes()
	s.settingsRoutes()
	s.releaseRoutes()
	s.rolloutRoutes()
	s.healthRoutes()
	s.ticketRoutes()
	s.plainRoutes()
	return s
}

// humaConfig is huma without its own pages, without $schema and with JSON only.
func humaConfig() huma.Config {
	c := huma.DefaultConfig("Huying 呼应", "1")
	c.Info.Description = "What a hub answers to its pages and to kiosks that enrol."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{sentence}
	c.RejectUnknownQueryParameters = true
	return c
}

func (s *server) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if s.router.Match(chi.NewRouteContext(), m, r.URL.Path) {
			w.Header().Add("Allow", m)
		}
	}
	problemOf(refusal.New(refusal.MethodNotAllowed, "这个地址不支持这种操作，请刷新页面后再试。")).write(w)
}

// sameSite refuses requests that another site's page makes in a signed-in
// person's name.
func (s *server) sameSite(next http.Handler) (http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("api: origin %q: %w", origin, err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problemOf(originRefused()).write(w)
	}))
	return protection.Handler(next), nil
}

func originRefused() error {
	return refusal.New(refusal.OriginRefused, "请求不是从呼应的页面发出的，请从呼应的网址重新打开页面。")
}

// recovered turns a panic into a problem; one request's fault stays its own.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			s.log.Error("panic in a request", "method", r.Method, "path", r.URL.Path,
				"cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			problemOf(errors.New("panic")).write(w)
		}()
		next.ServeHTTP(w, r)
	})
}
