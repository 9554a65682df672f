package uplink

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/internal/call"
	"huying/internal/wire"
)

// Server takes the lines of the hubs below.
type Server struct {
	children map[call.Site]string // secret by site
	peers    Peers
	kiosks   Kiosks
	changed  func() // kiosks were learnt
	log      *slog.Logger
	upgrader websocket.Upgrader

	mu    sync.Mutex
	conns map[*conn]bool
	ended bool
	wg    sync.WaitGroup
}

// NewServer makes the handler of /uplink; changed is called when the list of
// kiosks grew.
func NewServer(children map[call.Site]string, peers Peers, kiosks Kiosks, changed func(), log *slog.Logger) *Server {
	return &Server{children: children, peers: peers, kiosks: kiosks, changed: changed, log: log, conns: map[*conn]bool{},
		upgrader: websocket.Upgrader{HandshakeTimeout: dialWait, CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "" }}}
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
	c := &conn{ws: ws}
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		ws.Close()
		return
	}
	s.conns[c] = true
	s.wg.Add(1)
	s.mu.Unlock()
	go s.run(c, site)
}

func (s *Server) knows(site call.Site, secret string) bool {
	want, ok := s.children[site]
	a, b := sha256.Sum256([]byte(want)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && want != ""
}

func (s *Server) run(c *conn, site call.Site) {
	defer s.wg.Done()
	defer func() {
		c.ws.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	s.log.Info("site connected", "site", site)
	err := carry(c, site, s.peers, func(f wire.Frame) bool { return s.learn(site, f) }, s.log)
	s.log.Info("site gone", "site", site, "error", err)
}

// learn takes in a kiosk of a site below; a site may speak of its own only.
func (s *Server) learn(site call.Site, f wire.Frame) bool {
	r, ok := f.(wire.Register)
	if !ok {
		return false
	}
	if unit, ok := auth.KioskUnit(r.Kiosk); !ok || !auth.Covers(string(site), unit) {
		s.log.Warn("foreign kiosk refused", "site", site, "kiosk", r.Kiosk)
		return true
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
		return true
	}
	s.changed()
	return true
}

// Stop ends all lines and waits.
func (s *Server) Stop() {
	s.mu.Lock()
	s.ended = true
	for c := range s.conns {
		c.ws.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}
