package session

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/desk"
	"huying/hub/directory"
	"huying/internal/call"
	"huying/internal/wire"
)

const (
	enrolledKiosk = "361025105207-1"
	revokedKiosk  = "361025105207-2"
	newKiosk      = "361025105207-3"
	lostKiosk     = "361025105207-4"
)

// yard is a Kiosks handler with what it needs.
type yard struct {
	t      *testing.T
	key    ed25519.PrivateKey
	server *httptest.Server
	frames chan wire.Frame
	downs  chan string
}

func (y *yard) Kiosk(_ context.Context, id string) (directory.Kiosk, error) {
	k := directory.Kiosk{ID: id, PublicKey: y.key.Public().(ed25519.PublicKey), EnrolledAt: time.Now()}
	switch id {
	case enrolledKiosk:
	case revokedKiosk:
		k.Revoked = true
	case lostKiosk:
		return k, errors.New("the store is away")
	default:
		return directory.Kiosk{}, directory.ErrUnknownKiosk()
	}
	return k, nil
}

func (y *yard) KioskUp(string, desk.Conn)                         {}
func (y *yard) KioskDown(id string, _ desk.Conn)                  { y.downs <- id }
func (y *yard) FromKiosk(_ string, _ desk.Conn, frame wire.Frame) { y.frames <- frame }

func newYard(t *testing.T) *yard {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	y := &yard{t: t, key: key, frames: make(chan wire.Frame, 64), downs: make(chan string, 4)}
	h := NewKiosks(KioskConfig{Registry: y, Calls: y, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	y.server = httptest.NewServer(h)
	t.Cleanup(func() { y.server.Close(); h.Stop() })
	return y
}

func (y *yard) dial(header http.Header) (*websocket.Conn, *http.Response, error) {
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(y.server.URL, "http"), header)
	if err == nil {
		y.t.Cleanup(func() { conn.Close() })
	}
	return conn, res, err
}

func (y *yard) receive(conn *websocket.Conn) wire.Frame {
	y.t.Helper()
	_, b, err := conn.ReadMessage()
	if err != nil {
		y.t.Fatal(err)
	}
	f, err := wire.Decode(b)
	if err != nil {
		y.t.Fatal(err)
	}
	return f
}

func (y *yard) send(conn *websocket.Conn, f wire.Frame) {
	y.t.Helper()
	b, err := wire.Encode(f)
	if err != nil {
		y.t.Fatal(err)
	}
	if err := conn.WriteMessage(websocket.TextMessage, b); err != nil {
		y.t.Fatal(err)
	}
}

// hello answers the challenge as a kiosk would; spoil may change the frame.
func (y *yard) hello(conn *websocket.Conn, id string, spoil func(*wire.Hello)) {
	y.t.Helper()
	nonce := y.receive(conn).(wire.Challenge).Nonce
	h := wire.Hello{Kiosk: id, Proto: wire.Proto, BootNo: 1, NextSeq: 1, Sig: ed25519.Sign(y.key, wire.HelloText(nonce, id))}
	if spoil != nil {
		spoil(&h)
	}
	y.send(conn, h)
}

func TestKioskProvesItself(t *testing.T) {
	y := newYard(t)
	conn, _, err := y.dial(nil)
	if err != nil {
		t.Fatal(err)
	}
	y.hello(conn, enrolledKiosk, nil)
	if h, ok := (<-y.frames).(wire.Hello); !ok || h.Kiosk != enrolledKiosk {
		t.Fatalf("the desk got %+v", h)
	}
	p := call.PressID{Kiosk: enrolledKiosk, Mark: call.Mark{Boot: 1, Seq: 1}}
	y.send(conn, wire.Press{Press: p, Call: p, Key: call.Urgent})
	if f := <-y.frames; f.Type() != wire.TPress {
		t.Fatalf("the desk got %s", f.Type())
	}
	conn.Close()
	if id := <-y.downs; id != enrolledKiosk {
		t.Fatalf("down: %s", id)
	}
}

func TestKioskIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct {
		id    string
		spoil func(*wire.Hello)
		want  string
	}{
		"never enrolled":   {newKiosk, nil, "not_enrolled"},
		"revoked":          {revokedKiosk, nil, "revoked"},
		"another's key":    {enrolledKiosk, func(h *wire.Hello) { h.Sig = make([]byte, 64) }, "bad_signature"},
		"no signature":     {enrolledKiosk, func(h *wire.Hello) { h.Sig = nil }, "bad_signature"},
		"store is away":    {lostKiosk, nil, "try_later"},
		"signed for other": {enrolledKiosk, func(h *wire.Hello) { h.Sig = ed25519.Sign(ed25519.NewKeyFromSeed(make([]byte, 32)), []byte("x")) }, "bad_signature"},
	} {
		t.Run(name, func(t *testing.T) {
			y := newYard(t)
			conn, _, err := y.dial(nil)
			if err != nil {
				t.Fatal(err)
			}
			y.hello(conn, c.id, c.spoil)
			r, ok := y.receive(conn).(wire.Refuse)
			if !ok || r.Code != c.want {
				t.Fatalf("refused with %+v, want %s", r, c.want)
			}
			if _, _, err := conn.ReadMessage(); err == nil {
				t.Fatal("the socket stays open")
			}
			select {
			case f := <-y.frames:
				t.Fatalf("the desk got %s", f.Type())
			default:
			}
		})
	}
}

func TestKioskMustSayHelloFirst(t *testing.T) {
	y := newYard(t)
	conn, _, err := y.dial(nil)
	if err != nil {
		t.Fatal(err)
	}
	y.receive(conn)
	p := call.PressID{Kiosk: enrolledKiosk, Mark: call.Mark{Boot: 1, Seq: 1}}
	y.send(conn, wire.Press{Press: p, Call: p, Key: call.Urgent})
	if r, ok := y.receive(conn).(wire.Refuse); !ok || r.Code != "hello_first" {
		t.Fatalf("got %+v", r)
	}
}

func TestPageIsNoKiosk(t *testing.T) {
	y := newYard(t)
	_, res, err := y.dial(http.Header{"Origin": {"http://evil.example"}})
	if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
		t.Fatalf("a page as a kiosk: %v", res)
	}
}

// A frame that makes no sense is named and the next press still gets through.
func TestKioskSendsNonsense(t *testing.T) {
	y := newYard(t)
	conn, _, err := y.dial(nil)
	if err != nil {
		t.Fatal(err)
	}
	y.hello(conn, enrolledKiosk, nil)
	<-y.frames
	for text, want := range map[string]string{
		`{"t":"TELEPORT","b":{}}`: "unknown_type", `not json`: "malformed", `{"t":"PRESS","b":{"key":"blue"}}`: "invalid"} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if r, ok := y.receive(conn).(wire.Refuse); !ok || r.Code != want {
			t.Fatalf("%s: refused with %+v, want %s", text, r, want)
		}
	}
	p := call.PressID{Kiosk: enrolledKiosk, Mark: call.Mark{Boot: 1, Seq: 1}}
	y.send(conn, wire.Press{Press: p, Call: p, Key: call.Urgent})
	if f := <-y.frames; f.Type() != wire.TPress {
		t.Fatalf("the desk got %s", f.Type())
	}
	if err := conn.WriteMessage(websocket.TextMessage, make([]byte, wire.MaxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Fatal("an oversized frame left the socket open")
	}
	if id := <-y.downs; id != enrolledKiosk {
		t.Fatalf("down: %s", id)
	}
}

func TestPaceSlowsDownWithoutLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, begin := newPace(), time.Now()
		for range paceBurst {
			p.wait()
		}
		if took := time.Since(begin); took != 0 {
			t.Fatalf("a burst took %v", took)
		}
		for range 2 * pacePerSecond {
			p.wait()
		}
		if took := time.Since(begin); took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Fatalf("two seconds' worth of frames took %v", took)
		}
	})
}
