package session

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/desk"
	"huying/hub/directory"
	"huying/hub/socket"
	"huying/internal/failpoint"
	"huying/internal/wire"
)

// Figures of a kiosk's socket. A dead line is noticed after three pings.
const (
	kioskPing  = 10 * time.Second
	kioskQuiet = 25 * time.Second
	kioskHello = 5 * time.Second // the upgrade; and the registry's word on a HELLO
	// kioskProof is from the challenge to its HELLO: on a line that loses every
	// third packet and takes a second each way, 5 s cut off four of ten.
	kioskProof = 20 * time.Second
	kioskWrite = 2 * time.Second // one frame; a slower socket is closed
	kioskBad   = 20              // refused frames in a row before the socket is closed
)

// Registry finds an enrolled kiosk, also while the store is away.
type Registry interface {
	Kiosk(ctx context.Context, id string) (directory.Kiosk, error)
}

// Calls is where kiosks' frames go; *desk.Desk is one.
type Calls interface {
	KioskUp(kiosk string, c desk.Conn)
	KioskDown(kiosk string, c desk.Conn)
	FromKiosk(kiosk string, c desk.Conn, f wire.Frame)
}

// KioskConfig is what Kiosks is made of; what is nil is not done.
type KioskConfig struct {
	Registry Registry
	Calls    Calls
	Papers   Papers // who was revoked, by whichever process
	// Signed says whether a certificate is one that this hub must have signed
	// itself, and did not: false ends the socket.
	Signed func(kiosk string, c *x509.Certificate) bool
	// Config gives the settings that a kiosk of this hub should have; false: none.
	Config func(kiosk string) (wire.Config, bool)
	// Update gives what a kiosk that sent this HEALTH should be told of releases
	// of its program; false: nothing. It is asked after Calls had the HEALTH.
	Update func(kiosk string, h wire.Health) (wire.Update, bool)
	// Unproven is called for each press that its kiosk's key does not prove.
	Unproven func()
	// Cloned is called when a clone is first seen.
	Cloned func()
	Log    *slog.Logger
}

// Kiosks takes the sockets of kiosks. A kiosk proves itself by signing a
// nonce with the key it was enrolled with; over TLS it must show a certificate
// for that key as well.
type Kiosks struct {
	KioskConfig
	log      *slog.Logger
	upgrader websocket.Upgrader

	mu     sync.Mutex
	stands map[string]*stand // by kiosk
	seed   maphash.Seed
	doors  [64]sync.Mutex // by hash of the kiosk: many may enter at once, one kiosk not twice

	open socket.Set
	look chan struct{} // kiosks changed: look at once
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// NewKiosks makes the handler; Stop ends all its sockets.
func NewKiosks(c KioskConfig) *Kiosks {
	h := &Kiosks{KioskConfig: c, log: c.Log, stop: make(chan struct{}), look: make(chan struct{}, 1), stands: map[string]*stand{}, seed: maphash.MakeSeed(),
		upgrader: websocket.Upgrader{HandshakeTimeout: kioskHello, ReadBufferSize: 1024, WriteBufferSize: 1024,
			WriteBufferPool: &sync.Pool{}, CheckOrigin: socket.NoPage}}
	h.wg.Go(h.ping)
	if c.Papers != nil {
		h.wg.Go(h.watch)
	}
	return h
}

// ServeHTTP upgrades and returns: the goroutine of the HTTP server, with its
// buffers, is given back (6.4 KB a connection instead of 16.9, design,
// section 12).
func (h *Kiosks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var shown *paper
	if r.TLS != nil {
		shown = &paper{}
		if len(r.TLS.PeerCertificates) > 0 {
			shown.certificate = r.TLS.PeerCertificates[0]
		}
	}
	// The time helps a kiosk whose clock is dead.
	conn, err := h.upgrader.Upgrade(w, r, http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}})
	if err != nil {
		return // Upgrade answered
	}
	k := socket.New(conn, kioskWrite)
	h.open.Run(k, func() { h.run(k, shown) })
}

// Stop closes every socket and waits; kiosks come back by themselves.
func (h *Kiosks) Stop() {
	h.once.Do(func() { close(h.stop) })
	h.open.Stop()
	h.wg.Wait()
}

func (h *Kiosks) run(k *socket.Conn, shown *paper) {
	failpoint.At(failpoint.HubHelloBefore)
	hello, key, err := h.prove(k, shown)
	if err != nil {
		h.log.Warn("kiosk refused", "address", k.Address(), "kiosk", hello.Kiosk, "error", err)
		return
	}
	id := hello.Kiosk
	s := &seat{Conn: k, h: h, hello: hello, key: key, since: time.Now()}
	h.log.Info("kiosk connected", "kiosk", id, "boot", hello.BootNo, "version", hello.Version)
	failpoint.At(failpoint.HubHelloAfter)
	h.enter(s)
	err = h.read(s)
	h.rise(s)
	h.log.Info("kiosk gone", "kiosk", id, "error", err)
}

// read hands frames to the desk until the socket ends. A frame that makes no
// sense is refused by name; only a kiosk that sends nothing else is cut off.
func (h *Kiosks) read(s *seat) error {
	s.Watch(kioskQuiet)
	bad := 0
	pace := newPace()
	for {
		data, err := s.Read()
		if err != nil {
			return err
		}
		_ = s.Allow(kioskQuiet)
		pace.wait()
		f, err := wire.Decode(data)
		var we *wire.Error
		switch {
		case errors.As(err, &we):
			h.log.Warn("frame refused", "kiosk", s.hello.Kiosk, "error", err)
			_ = s.Send(we.Refuse())
			if bad++; bad > kioskBad {
				return err
			}
		case err != nil:
			return err
		case f.Type() == wire.THello:
			continue // the socket's one HELLO was taken
		default:
			bad = 0
			h.take(s, f)
		}
	}
}

// take hands a frame on, ringing first; what else there is to it comes after.
func (h *Kiosks) take(s *seat, f wire.Frame) {
	if health, ok := f.(wire.Health); ok {
		f = h.marked(s.hello.Kiosk, health)
	}
	h.Calls.FromKiosk(s.hello.Kiosk, h.speaksFor(s, f), f)
	switch f := f.(type) {
	case wire.Press:
		h.trace(s, f)
	case wire.Health:
		h.configure(s, f)
		h.update(s, f)
	}
}

// trace checks that a press was signed by its kiosk (invariant I3). One that
// was not rings all the same: whoever holds the line holds the kiosk's key, so
// a missing signature is a fault more likely than a fraud; but it is said.
func (h *Kiosks) trace(s *seat, f wire.Press) {
	if ed25519.Verify(s.key, wire.PressText(f.Press, f.Call, f.Key, f.Purpose), f.Sig) {
		return
	}
	if h.Unproven != nil {
		h.Unproven()
	}
	h.log.Warn("press not proved by its kiosk's key; it rings all the same", "press", f.Press.String(), "kiosk", s.hello.Kiosk)
}

// ping keeps all sockets alive from one goroutine.
func (h *Kiosks) ping() {
	t := time.NewTicker(kioskPing)
	defer t.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-t.C:
		}
		h.open.Each((*socket.Conn).Ping)
	}
}

// pace slows a kiosk down that sends more than people can press: nothing is
// dropped, its socket is read later.
type pace struct {
	tokens float64
	last   time.Time
}

const (
	pacePerSecond = 200
	paceBurst     = 400
)

func newPace() *pace { return &pace{tokens: paceBurst, last: time.Now()} }

func (p *pace) wait() {
	now := time.Now()
	p.tokens = min(p.tokens+now.Sub(p.last).Seconds()*pacePerSecond, paceBurst) - 1
	p.last = now
	if p.tokens < 0 {
		time.Sleep(time.Duration(-p.tokens / pacePerSecond * float64(time.Second)))
	}
}
