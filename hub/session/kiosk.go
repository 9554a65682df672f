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
	"huying/internal/wire"
)

// Figures of a kiosk's socket. A dead line is noticed after three pings.
const (
	kioskPing  = 10 * time.Second
	kioskQuiet = 25 * time.Second
	kioskHello = 5 * time.Second // from the challenge to a good HELLO
	kioskWrite = 2 * time.Second // one frame; a slower socket is closed
	kioskBad   = 20              // refused frames before the socket is closed
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

	mu    sync.Mutex
	conns map[*kiosk]bool
	stop  chan struct{}
	ended bool
	wg    sync.WaitGroup
}

// NewKiosks makes the handler; Stop ends all its sockets.
func NewKiosks(registry Registry, calls Calls, log *slog.Logger) *Kiosks {
	h := &Kiosks{registry: registry, calls: calls, log: log, conns: map[*kiosk]bool{}, stop: make(chan struct{}),
		upgrader: websocket.Upgrader{HandshakeTimeout: kioskHello, ReadBufferSize: 1024, WriteBufferSize: 1024,
			WriteBufferPool: &sync.Pool{}, CheckOrigin: noBrowser}}
	h.wg.Go(h.ping)
	return h
}

// noBrowser refuses pages: a kiosk's agent sends no Origin.
func noBrowser(r *http.Request) bool { return r.Header.Get("Origin") == "" }

// ServeHTTP upgrades and returns: the goroutine of the HTTP server, with its
// buffers, is given back (6.4 KB a connection instead of 16.9, design,
// section 12).
func (h *Kiosks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade answered
	}
	k := &kiosk{conn: conn}
	h.mu.Lock()
	if h.ended {
		h.mu.Unlock()
		conn.Close()
		return
	}
	h.conns[k] = true
	h.wg.Add(1)
	h.mu.Unlock()
	go h.run(k)
}

// Stop closes every socket and waits; kiosks come back by themselves.
func (h *Kiosks) Stop() {
	h.mu.Lock()
	if !h.ended {
		h.ended = true
		close(h.stop)
	}
	for k := range h.conns {
		k.conn.Close()
	}
	h.mu.Unlock()
	h.wg.Wait()
}

// kiosk is one socket. Frames are written in place under a lock.
type kiosk struct {
	conn *websocket.Conn
	mu   sync.Mutex
}

// Write sends one frame within kioskWrite, or closes the socket.
func (k *kiosk) Write(frame []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(kioskWrite))
	err := k.conn.WriteMessage(websocket.TextMessage, frame)
	if err != nil {
		k.conn.Close()
	}
	return err
}

// Close says why and ends the socket.
func (k *kiosk) Close(why string) {
	_ = k.conn.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.ClosePolicyViolation, why), time.Now().Add(time.Second))
	k.conn.Close()
}

func (h *Kiosks) run(k *kiosk) {
	defer h.wg.Done()
	defer func() {
		k.conn.Close()
		h.mu.Lock()
		delete(h.conns, k)
		h.mu.Unlock()
	}()
	k.conn.SetReadLimit(wire.MaxFrame)
	hello, err := h.prove(k)
	if err != nil {
		h.log.Warn("kiosk refused", "address", k.conn.RemoteAddr().String(), "kiosk", hello.Kiosk, "error", err)
		return
	}
	id := hello.Kiosk
	h.log.Info("kiosk connected", "kiosk", id, "boot", hello.BootNo, "version", hello.Version)
	h.calls.KioskUp(id, k)
	h.calls.FromKiosk(id, k, hello)
	err = h.read(id, k)
	h.calls.KioskDown(id, k)
	h.log.Info("kiosk gone", "kiosk", id, "error", err)
}

var errNotProved = errors.New("the signature does not fit the kiosk's key")

// prove challenges the kiosk and checks its answer.
func (h *Kiosks) prove(k *kiosk) (wire.Hello, error) {
	nonce := make([]byte, 32)
	_, _ = rand.Read(nonce)
	b, err := wire.Encode(wire.Challenge{Nonce: nonce})
	if err != nil {
		return wire.Hello{}, err
	}
	if err := k.Write(b); err != nil {
		return wire.Hello{}, err
	}
	_ = k.conn.SetReadDeadline(time.Now().Add(kioskHello))
	_, data, err := k.conn.ReadMessage()
	if err != nil {
		return wire.Hello{}, err
	}
	f, err := wire.Decode(data)
	hello, ok := f.(wire.Hello)
	if err != nil || !ok {
		h.refuse(k, wire.Refuse{Code: "hello_first", Frame: wire.THello, Message: "the first frame must be a good HELLO"})
		return hello, errors.Join(errors.New("no HELLO"), err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), kioskHello)
	defer cancel()
	record, err := h.registry.Kiosk(ctx, hello.Kiosk)
	switch {
	case err != nil && refusal.Code(err) == "":
		h.refuse(k, wire.Refuse{Code: "try_later", Frame: wire.THello, Message: "the list of kiosks cannot be read at the moment"})
		return hello, err
	case err != nil || !record.Enrolled():
		h.refuse(k, wire.Refuse{Code: "not_enrolled", Frame: wire.THello, Message: "enrol this kiosk with a one-time code first"})
		return hello, errors.Join(errors.New("not enrolled"), err)
	case !ed25519.Verify(record.PublicKey, wire.HelloText(nonce, hello.Kiosk), hello.Sig):
		h.refuse(k, wire.Refuse{Code: "bad_signature", Frame: wire.THello, Field: "sig", Message: "enrol this kiosk anew"})
		return hello, errNotProved
	}
	return hello, nil
}

func (h *Kiosks) refuse(k *kiosk, r wire.Refuse) {
	if b, err := wire.Encode(r); err == nil {
		_ = k.Write(b)
	}
}

// read hands frames to the desk until the socket ends. A frame that makes no
// sense is refused by name; only a kiosk that sends nothing else is cut off.
func (h *Kiosks) read(id string, k *kiosk) error {
	alive := func(string) error { return k.conn.SetReadDeadline(time.Now().Add(kioskQuiet)) }
	k.conn.SetPongHandler(alive)
	_ = alive("")
	bad := 0
	pace := newPace()
	for {
		_, data, err := k.conn.ReadMessage()
		if err != nil {
			return err
		}
		_ = alive("")
		pace.wait()
		f, err := wire.Decode(data)
		var we *wire.Error
		switch {
		case errors.As(err, &we):
			h.log.Warn("frame refused", "kiosk", id, "error", err)
			h.refuse(k, we.Refuse())
			if bad++; bad > kioskBad {
				return err
			}
		case err != nil:
			return err
		case f.Type() == wire.THello:
			continue // the socket's one HELLO was taken
		default:
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
		h.mu.Lock()
		conns := make([]*kiosk, 0, len(h.conns))
		for k := range h.conns {
			conns = append(conns, k)
		}
		h.mu.Unlock()
		for _, k := range conns {
			_ = k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
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
