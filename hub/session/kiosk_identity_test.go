package session

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/authority"
	"huying/hub/directory"
	"huying/internal/call"
	"huying/internal/wire"
)

type shelf struct{}

func (shelf) KeepAuthority(_ context.Context, k authority.Kept) (authority.Kept, error) {
	return k, nil
}

// estate is a yard behind TLS, with an authority and with news.
type estate struct {
	*yard
	h         *Kiosks
	authority *authority.Authority
	tls       *httptest.Server

	mu       sync.Mutex
	news     directory.News
	kiosks   []directory.Kiosk
	config   map[string]wire.Config
	unproven int
	cloned   int
}

func (e *estate) News(context.Context) (directory.News, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.news, nil
}

func (e *estate) AllKiosks(context.Context) ([]directory.Kiosk, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.kiosks), nil
}

const patience = 10 * time.Second

// got waits for what the desk hears, gone for the end of a line.
func (e *estate) got() wire.Frame {
	e.t.Helper()
	select {
	case f := <-e.frames:
		return f
	case <-time.After(patience):
		e.t.Fatal("the desk heard nothing")
		return nil
	}
}

func (e *estate) gone() {
	e.t.Helper()
	select {
	case <-e.downs:
	case <-time.After(patience):
		e.t.Fatal("no line ended")
	}
}

func (e *estate) set(f func()) { e.mu.Lock(); defer e.mu.Unlock(); f() }

func newEstate(t *testing.T) *estate {
	a, err := authority.Open(t.Context(), shelf{}, "牛田镇", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := ed25519.GenerateKey(nil)
	y := &yard{t: t, key: key, frames: make(chan wire.Frame, 64), downs: make(chan string, 8)}
	e := &estate{yard: y, authority: a, config: map[string]wire.Config{}}
	e.kiosks = []directory.Kiosk{{ID: enrolledKiosk, PublicKey: key.Public().(ed25519.PublicKey)}}
	e.h = NewKiosks(KioskConfig{Registry: y, Calls: y, Papers: e, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Signed:   func(_ string, c *x509.Certificate) bool { return a.Signed(c) },
		Unproven: func() { e.set(func() { e.unproven++ }) }, Cloned: func() { e.set(func() { e.cloned++ }) },
		Config: func(kiosk string) (wire.Config, bool) {
			e.mu.Lock()
			defer e.mu.Unlock()
			c, ok := e.config[kiosk]
			return c, ok
		}})
	y.server = httptest.NewServer(e.h)
	e.tls = httptest.NewUnstartedServer(e.h)
	e.tls.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	e.tls.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	e.tls.StartTLS()
	t.Cleanup(func() { e.tls.Close(); y.server.Close(); e.h.Stop() })
	return e
}

// certificate is one that the authority signs for a key.
func (e *estate) certificate(a *authority.Authority, kiosk string, key ed25519.PrivateKey, from time.Time) *tls.Certificate {
	e.t.Helper()
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		e.t.Fatal(err)
	}
	der, err := a.SignKiosk(request, kiosk, key.Public().(ed25519.PublicKey), from, 90*24*time.Hour)
	if err != nil {
		e.t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (e *estate) dialTLS(c *tls.Certificate) *websocket.Conn {
	e.t.Helper()
	cfg := e.tls.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if c != nil {
		cfg.Certificates = []tls.Certificate{*c}
	}
	d := websocket.Dialer{TLSClientConfig: cfg}
	conn, res, err := d.Dial("wss"+strings.TrimPrefix(e.tls.URL, "https"), nil)
	if err != nil {
		e.t.Fatal(err)
	}
	if at, err := http.ParseTime(res.Header.Get("Date")); err != nil || time.Since(at).Abs() > time.Minute {
		e.t.Errorf("the hub's time is %v, %v", at, err)
	}
	e.t.Cleanup(func() { conn.Close() })
	return conn
}

func TestOverTLSTheCertificateMustBeTheKiosks(t *testing.T) {
	e := newEstate(t)
	_, thief, _ := ed25519.GenerateKey(nil)
	foreign, err := authority.Open(t.Context(), shelf{}, "别处", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, c := range map[string]struct {
		cert *tls.Certificate
		id   string
		want string // empty: taken
	}{
		"its own":              {e.certificate(e.authority, enrolledKiosk, e.key, now), enrolledKiosk, ""},
		"ended a year ago":     {e.certificate(e.authority, enrolledKiosk, e.key, now.AddDate(-1, 0, 0)), enrolledKiosk, ""},
		"begins next year":     {e.certificate(e.authority, enrolledKiosk, e.key, now.AddDate(1, 0, 0)), enrolledKiosk, ""},
		"none":                 {nil, enrolledKiosk, refuseNoPaper},
		"for another kiosk":    {e.certificate(e.authority, newKiosk, e.key, now), enrolledKiosk, refuseOtherPaper},
		"of another authority": {e.certificate(foreign, enrolledKiosk, e.key, now), enrolledKiosk, refuseOtherPaper},
		"for another key":      {e.certificate(e.authority, enrolledKiosk, thief, now), enrolledKiosk, refuseUnknownCert},
		"of a revoked kiosk":   {e.certificate(e.authority, revokedKiosk, e.key, now), revokedKiosk, refuseRevoked},
		"of an unknown kiosk":  {e.certificate(e.authority, newKiosk, e.key, now), newKiosk, refuseEnrol},
		"while store is away":  {e.certificate(e.authority, lostKiosk, e.key, now), lostKiosk, refuseLater},
	} {
		t.Run(name, func(t *testing.T) {
			conn := e.dialTLS(c.cert)
			e.hello(conn, c.id, nil)
			if c.want == "" {
				if f := e.got().(wire.Hello); f.Kiosk != c.id {
					t.Fatalf("the desk got %+v", f)
				}
				conn.Close()
				e.gone()
				return
			}
			if r, ok := e.receive(conn).(wire.Refuse); !ok || r.Code != c.want {
				t.Fatalf("refused with %+v, want %s", r, c.want)
			}
		})
	}
}

// A revoked kiosk is cut off by what the store says, without a word of this
// process; one that was enrolled anew is when this process is told.
func TestTheKeyIsTakenBack(t *testing.T) {
	for name, c := range map[string]struct {
		change func(e *estate)
		want   string
	}{
		"revoked": {func(e *estate) {
			e.set(func() { e.news.Revoked = []string{"361025105207-0", enrolledKiosk, "361025105207-9"} })
		}, refuseRevoked},
		"enrolled anew": {func(e *estate) {
			e.set(func() { e.kiosks[0].PublicKey = make([]byte, 32) })
			e.h.Look()
		}, refuseUnknownCert},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEstate(t)
			conn, _, err := e.dial(nil)
			if err != nil {
				t.Fatal(err)
			}
			e.hello(conn, enrolledKiosk, nil)
			e.got()
			began := time.Now()
			c.change(e)
			if r, ok := e.receive(conn).(wire.Refuse); !ok || r.Code != c.want {
				t.Fatalf("refused with %+v, want %s", r, c.want)
			}
			if e.gone(); time.Since(began) > 5*time.Second {
				t.Errorf("after %v", time.Since(began))
			}
		})
	}
}

func press(e *estate, boot uint32, sign bool) wire.Press {
	p := call.PressID{Kiosk: enrolledKiosk, Mark: call.Mark{Boot: boot, Seq: 1}}
	f := wire.Press{Press: p, Call: p, Key: call.Urgent}
	if sign {
		f.Sig = ed25519.Sign(e.key, wire.PressText(p, p, call.Urgent, call.ForHelp))
	}
	return f
}

func TestAnUnprovenPressRingsAndIsCounted(t *testing.T) {
	e := newEstate(t)
	conn, _, err := e.dial(nil)
	if err != nil {
		t.Fatal(err)
	}
	e.hello(conn, enrolledKiosk, nil)
	e.got()
	for i, sign := range []bool{true, false} {
		e.send(conn, press(e, uint32(i+1), sign))
		if f := e.got(); f.Type() != wire.TPress {
			t.Fatalf("the desk got %s", f.Type())
		}
	}
	conn.Close()
	e.gone()
	if e.unproven != 1 {
		t.Fatalf("%d presses are unproven, want 1", e.unproven)
	}
}

// twin is one of two programs with one identity.
func (e *estate) twin(boot uint32) *websocket.Conn {
	e.t.Helper()
	conn, _, err := e.dial(nil)
	if err != nil {
		e.t.Fatal(err)
	}
	e.hello(conn, enrolledKiosk, func(h *wire.Hello) { h.BootNo, h.BootID = boot, string(rune('a'+boot)) })
	e.got()
	return conn
}

func TestTwoLiveBootsAreACloneAndBothRing(t *testing.T) {
	e := newEstate(t)
	a := e.twin(7)
	b := e.twin(9)
	if f := e.receive(a); f.Type() != wire.TPing {
		t.Fatalf("the older one is asked %s", f.Type())
	}
	if len(e.h.Clones()) != 0 {
		t.Fatal("a clone before the older one answered")
	}
	e.send(a, wire.Pong{})
	for _, conn := range []*websocket.Conn{a, b} {
		if r, ok := e.receive(conn).(wire.Refuse); !ok || r.Code != FaultClone {
			t.Fatalf("told %+v", r)
		}
	}
	e.got() // PONG
	if c := e.h.Clones(); len(c) != 1 || c[0].Kiosk != enrolledKiosk || len(c[0].Addresses) != 2 || e.cloned != 1 {
		t.Fatalf("clones %+v, counted %d", c, e.cloned)
	}
	// Both ring, and each hears of its own call.
	e.send(a, press(e, 7, true))
	e.send(b, press(e, 9, true))
	for range 2 {
		if f := e.got(); f.Type() != wire.TPress {
			t.Fatalf("the desk got %s", f.Type())
		}
	}
	for boot, conn := range map[uint32]*websocket.Conn{7: a, 9: b} {
		p := press(e, boot, false)
		for _, f := range []wire.Frame{
			wire.PressAck{Press: p.Press, Call: p.Call},
			wire.State{Call: p.Call, Rev: 1, Code: wire.CodeRinging},
			wire.Claim{Call: p.Call, Site: "361025105", Person: call.Person{ID: "p-li"}},
		} {
			e.desk(f)
			if got := e.receive(conn); !reflect.DeepEqual(got, f) {
				t.Fatalf("start %d heard %+v, want %+v", boot, got, f)
			}
		}
	}
	e.desk(wire.Pong{}) // for whoever asked
	e.receive(a)
	e.receive(b)
	e.send(a, wire.Health{})
	if f := e.got().(wire.Health); len(f.Faults) != 1 || f.Faults[0].Code != FaultClone {
		t.Fatalf("the report says %+v", f.Faults)
	}
	// The desk's line ends: the other comes again, so that the desk knows it.
	b.Close()
	e.gone()
	if _, _, err := a.ReadMessage(); err == nil {
		t.Fatal("the older line stays, and the desk does not know it")
	}
	e.gone()
	if len(e.h.Clones()) != 0 {
		t.Fatal("the clone stays")
	}
}

// desk sends as the desk does, to the line that it knows.
func (e *estate) desk(f wire.Frame) {
	e.t.Helper()
	b, err := wire.Encode(f)
	if err != nil {
		e.t.Fatal(err)
	}
	e.h.mu.Lock()
	main := e.h.stands[enrolledKiosk].main
	e.h.mu.Unlock()
	if err := main.Write(b); err != nil {
		e.t.Fatal(err)
	}
}

// A kiosk that came back before its old line was known to be dead is none.
func TestAnOldLineIsNoClone(t *testing.T) {
	e := newEstate(t)
	a := e.twin(7)
	e.twin(8)
	e.send(a, press(e, 7, true)) // was under way
	e.got()
	if len(e.h.Clones()) != 0 {
		t.Fatal("a late frame makes a clone")
	}
	again := e.twin(8) // the same start: a lost line
	if len(e.h.Clones()) != 0 {
		t.Fatal("a lost line makes a clone")
	}
	again.Close()
}

func TestSettingsArePushedUntilTheKioskHasThem(t *testing.T) {
	e := newEstate(t)
	conn, _, err := e.dial(nil)
	if err != nil {
		t.Fatal(err)
	}
	e.hello(conn, enrolledKiosk, nil)
	e.got()
	e.set(func() {
		e.config[enrolledKiosk] = wire.Config{Rev: 5, Settings: []byte(`{"volume":50}`)}
		e.news.Settings = 5
	})
	e.h.Look()
	if f, ok := e.receive(conn).(wire.Config); !ok || f.Rev != 5 {
		t.Fatalf("pushed %+v", f)
	}
	for _, c := range []*wire.ConfigState{nil, {Rev: 4}} {
		e.send(conn, wire.Health{Config: c})
		e.got()
		if f, ok := e.receive(conn).(wire.Config); !ok || f.Rev != 5 {
			t.Fatalf("to %+v: %+v", c, f)
		}
	}
	for _, c := range []*wire.ConfigState{{Rev: 5}, {Rev: 4, Tried: 5}} {
		e.send(conn, wire.Health{Config: c})
		e.got()
	}
	e.send(conn, wire.Health{Config: &wire.ConfigState{Rev: 1}})
	e.got()
	if f, ok := e.receive(conn).(wire.Config); !ok || f.Rev != 5 {
		t.Fatalf("after all: %+v", f)
	}
	if _ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); true {
		if _, b, err := conn.ReadMessage(); err == nil {
			t.Fatalf("settings that the kiosk has were sent again: %s", b)
		}
	}
}
