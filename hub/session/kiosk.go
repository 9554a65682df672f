package session

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/desk"
	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/socket"
	"huying/internal/failpoint"
	"huying/internal/wire"
)

// Figures of a kiosk's socket. A dead line is noticed after three pings.
const (
	kioskPing  = 10 * time.Second
	kioskQuiet = 25 * time.Second
	kioskHello = 5 * time.Second // from the challenge to a good HELLO
	kioskWrite = 2 * time.Second // one frame; a slower socket is closed
	kioskBad   = 20              // refused frames in a row before the socket is closed
)

// Registry finds an enrolled kiosk.
type Registry interface {
	Kiosk(ctx context.Context, id string) (directory.Kiosk, error)
}

// Calls is where kiosks' frames go; *desk.Desk is one.
type Calls interface {
	KioskUp(kiosk string, c desk.Conn)
	KioskDown(kiosk string, c desk.Conn)
	FromKiosk(kiosk string, c desk.Conn, f wire.Frame)
}

// Kiosks takes the sockets of kiosks. A kiosk proves itself by signing a
// nonce with the key it was enrolled with.
type Kiosks struct {
	registry Registry
	calls    Calls
	log      *slog.Logger
	upgrader websocket.Upgrader

	open socket.Set
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// NewKiosks makes the handler; Stop ends all its sockets.
func NewKiosks(registry Registry, calls Calls, log *slog.Logger) *Kiosks {
	h := &Kiosks{registry: registry, calls: calls, log: log, stop: make(chan struct{}),
		upgrader: websocket.Upgrader{HandshakeTimeout: kioskHello, ReadBufferSize: 1024, WriteBufferSize: 1024,
			WriteBufferPool: &sync.Pool{}, CheckOrigin: socket.NoPage}}
	h.wg.Go(h.ping)
	return h
}

// ServeHTTP upgrades and returns: the goroutine of the HTTP server, with its
// buffers, is given back (6.4 KB a connection instead of 16.9, design,
// section 12).
func (h *Kiosks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade answered
	}
	k := socket.New(conn, kioskWrite)
	h.open.Run(k, func() { h.run(k) })
}

// Stop closes every socket and waits; kiosks come back by themselves.
func (h *Kiosks) Stop() {
	h.once.Do(func() { close(h.stop) })
	h.open.Stop()
	h.wg.Wait()
}

func (h *Kiosks) run(k *socket.Conn) {
	failpoint.At(failpoint.HubHelloBefore)
	hello, err := h.prove(k)
	if err != nil {
		h.log.Warn("kiosk refused", "address", k.Address(), "kiosk", hello.Kiosk, "error", err)
		return
	}
	id := hello.Kiosk
	h.log.Info("kiosk connected", "kiosk", id, "boot", hello.BootNo, "version", hello.Version)
	failpoint.At(failpoint.HubHelloAfter)
	h.calls.KioskUp(id, k)
	h.calls.FromKiosk(id, k, hello)
	err = h.read(id, k)
	h.calls.KioskDown(id, k)
	h.log.Info("kiosk gone", "kiosk", id, "error", err)
}

var errNotProved = errors.New("the signature does not fit the kiosk's key")

// prove challenges the kiosk and checks its answer.
func (h *Kiosks) prove(k *socket.Conn) (wire.Hello, error) {
	nonce := make([]byte, 32)
	_, _ = rand.Read(nonce)
	if err := k.Send(wire.Challenge{Nonce: nonce}); err != nil {
		return wire.Hello{}, err
	}
	_ = k.Allow(kioskHello)
	data, err := k.Read()
	if err != nil {
		return wire.Hello{}, err
	}
	f, err := wire.Decode(data)
	hello, ok := f.(wire.Hello)
	if err != nil || !ok {
		_ = k.Send(wire.Refuse{Code: "hello_first", Frame: wire.THello, Message: "the first frame must be a good HELLO"})
		return hello, errors.Join(errors.New("no HELLO"), err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), kioskHello)
	defer cancel()
	record, err := h.registry.Kiosk(ctx, hello.Kiosk)
	switch {
	case err != nil && refusal.Code(err) == "":
		_ = k.Send(wire.Refuse{Code: "try_later", Frame: wire.THello, Message: "the list of kiosks cannot be read at the moment"})
		return hello, err
	case err != nil || !record.Enrolled():
		_ = k.Send(wire.Refuse{Code: "not_enrolled", Frame: wire.THello, Message: "enrol this kiosk with a one-time code first"})
		return hello, errors.Join(errors.New("not enrolled"), err)
	case !ed25519.Verify(record.PublicKey, wire.HelloText(nonce, hello.Kiosk), hello.Sig):
		_ = k.Send(wire.Refuse{Code: "bad_signature", Frame: wire.THello, Field: "sig", Message: "enrol this kiosk anew"})
		return hello, errNotProved
	}
	return hello, nil
}

// read hands frames to the desk until the socket ends. A frame that makes no
// sense is refused by name; only a kiosk that sends nothing else is cut off.
func (h *Kiosks) read(id string, k *socket.Conn) error {
	k.Watch(kioskQuiet)
	bad := 0
	pace := newPace()
	for {
		data, err := k.Read()
		if err != nil {
			return err
		}
		_ = k.Allow(kioskQuiet)
		pace.wait()
		f, err := wire.Decode(data)
		var we *wire.Error
		switch {
		case errors.As(err, &we):
			h.log.Warn("frame refused", "kiosk", id, "error", err)
			_ = k.Send(we.Refuse())
			if bad++; bad > kioskBad {
				return err
			}
		case err != nil:
			return err
		case f.Type() == wire.THello:
			continue // the socket's one HELLO was taken
		default:
			bad = 0
			h.calls.FromKiosk(id, k, f)
		}
	}
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
