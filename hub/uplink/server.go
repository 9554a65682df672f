package uplink

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/socket"
	"huying/internal/call"
	"huying/internal/wire"
)

// Server takes the lines of the hubs below.
type Server struct {
	children map[call.Site]string // secret by site
	peers    Peers
	kiosks   Kiosks
	registry Registry
	changed  func() // kiosks were learnt
	unproven func() // a relayed press did not prove its origin
	log      *slog.Logger
	upgrader websocket.Upgrader

	open socket.Set
}

// Registry finds a kiosk with its key, also while the store is away.
type Registry interface {
	Kiosk(ctx context.Context, id string) (directory.Kiosk, error)
}

// ServerConfig is what a Server is made of; everything is needed.
type ServerConfig struct {
	Children map[call.Site]string // secret by site
	Peers    Peers
	Kiosks   Kiosks
	Registry Registry
	Changed  func() // called when the list of kiosks grew
	Unproven func() // called for each relayed press that does not prove its origin
	Log      *slog.Logger
}

// NewServer makes the handler of /uplink.
func NewServer(c ServerConfig) *Server {
	return &Server{children: c.Children, peers: c.Peers, kiosks: c.Kiosks, registry: c.Registry, changed: c.Changed,
		unproven: c.Unproven, log: c.Log,
		upgrader: websocket.Upgrader{HandshakeTimeout: dialWait, CheckOrigin: socket.NoPage}}
}

// ServeHTTP takes one line.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	site := call.Site(r.Header.Get(headerSite))
	if !s.knows(site, r.Header.Get(headerSecret)) {
		s.log.Warn("site refused", "site", site, "address", r.RemoteAddr)
		http.Error(w, "this hub does not know the site, or its secret is another one", http.StatusUnauthorized)
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade answered
	}
	c := socket.New(ws, writeWait)
	s.open.Run(c, func() { s.run(c, site) })
}

func (s *Server) knows(site call.Site, secret string) bool {
	want, ok := s.children[site]
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && want != ""
}

func (s *Server) run(c *socket.Conn, site call.Site) {
	s.log.Info("site connected", "site", site)
	beside := make(chan func(), besideMost)
	defer close(beside)
	go work(beside)
	err := carry(c, site, s.peers, func(f wire.Frame) bool { return s.aside(site, f, beside) }, s.log)
	s.log.Info("site gone", "site", site, "error", err)
}

// besideMost bounds what waits for the store beside a line: a province's hub
// makes some hundred kiosks known at once.
const besideMost = 4096

// work does what must not hold up the frames of calls, in order.
func work(beside <-chan func()) {
	for do := range beside {
		do()
	}
}

// aside hands what asks the store to work, and reports whether that is all
// there is to the frame.
func (s *Server) aside(site call.Site, f wire.Frame, beside chan<- func()) bool {
	switch f := f.(type) {
	case wire.Register:
		beside <- func() { s.learn(site, f) }
		return true
	case wire.Fact:
		if p, ok := f.Decoded.(call.Pressed); ok {
			select {
			case beside <- func() { s.trace(site, f.Call, p) }:
			default: // a hung store: the proof waits for nobody
			}
		}
	}
	return false
}

// learn takes in a kiosk of a site below; a site may speak of its own only.
func (s *Server) learn(site call.Site, r wire.Register) {
	if unit, ok := auth.KioskUnit(r.Kiosk); !ok || !auth.Covers(string(site), unit) {
		s.log.Warn("foreign kiosk refused", "site", site, "kiosk", r.Kiosk)
		return
	}
	k := directory.Kiosk{ID: r.Kiosk, PublicKey: r.PublicKey, Revoked: r.Revoked,
		Point:    directory.Unit{Code: string(r.Point), Name: r.PointName},
		Township: directory.Unit{Code: string(r.Township), Name: r.TownshipName}}
	if len(k.PublicKey) > 0 {
		k.EnrolledAt = time.Now()
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialWait)
	defer cancel()
	if err := s.kiosks.PutKiosk(ctx, k); err != nil {
		s.log.Error("kiosk not learnt", "kiosk", r.Kiosk, "error", err)
		return
	}
	s.changed()
}

// trace checks that a relayed press was made by the kiosk it names (invariant
// I3). One that does not prove it rings all the same, for it may be a press of
// a kiosk whose key is still on its way; but it is said.
func (s *Server) trace(site call.Site, of call.ID, p call.Pressed) {
	ctx, cancel := context.WithTimeout(context.Background(), dialWait)
	defer cancel()
	k, err := s.registry.Kiosk(ctx, of.Kiosk)
	id := call.PressID{Kiosk: of.Kiosk, Mark: p.Mark}
	if err == nil && len(k.PublicKey) == ed25519.PublicKeySize &&
		ed25519.Verify(k.PublicKey, wire.PressText(id, of, p.Key, p.Purpose), p.Sig) {
		return
	}
	s.unproven()
	s.log.Warn("press not proved by its kiosk's key; it rings all the same", "press", id.String(), "site", site, "error", err)
}

// Stop ends all lines and waits.
func (s *Server) Stop() { s.open.Stop() }
