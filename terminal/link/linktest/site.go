// Package linktest is the far end of a link: a site on a real socket of this
// machine whose every word a test decides.
package linktest

import (
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huying/internal/wire"
)

// Patience is how long a test waits for what must happen; it is only ever used
// up by a test that fails.
const Patience = 10 * time.Second

// Nonce is what every site challenges with.
var Nonce = []byte("a nonce of 20 octets")

// Site is a hub as a kiosk sees one. Public, when set, must have signed every
// HELLO.
type Site struct {
	URL    string
	Public ed25519.PublicKey
	t      testing.TB
	conns  chan *Conn
}

// New starts a site; the test's end stops it.
func New(t testing.TB) *Site {
	s := &Site{t: t, conns: make(chan *Conn, 64)}
	up := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/kiosk" || r.Header.Get("Sec-WebSocket-Extensions") != "" {
			http.Error(w, "want /kiosk without extensions", http.StatusNotFound)
			return
		}
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		s.conns <- &Conn{t: t, ws: ws, ID: r.URL.Query().Get("id")}
	}))
	t.Cleanup(server.Close)
	s.URL = "ws" + strings.TrimPrefix(server.URL, "http")
	return s
}

// Conn is one connection.
type Conn struct {
	ID string // as the kiosk gave it in the address
	t  testing.TB
	ws *websocket.Conn
}

// Dialled waits for a connection and says nothing yet.
func (s *Site) Dialled() *Conn {
	s.t.Helper()
	select {
	case c := <-s.conns:
		s.t.Cleanup(func() { _ = c.ws.Close() })
		return c
	case <-time.After(Patience):
		s.t.Fatal("nobody connected")
		return nil
	}
}

// Knocks are the connections to come, for a test that waits for other things
// as well; it closes them itself.
func (s *Site) Knocks() <-chan *Conn { return s.conns }

// Accept waits for a connection, challenges it, checks HELLO and welcomes it.
func (s *Site) Accept() (*Conn, wire.Hello) {
	s.t.Helper()
	c := s.Dialled()
	c.Send(wire.Challenge{Nonce: Nonce})
	f := c.Next()
	hello, ok := f.(wire.Hello)
	if !ok {
		s.t.Fatalf("the first frame is %s, want HELLO", f.Type())
	}
	if s.Public != nil && !ed25519.Verify(s.Public, wire.HelloText(Nonce, hello.Kiosk), hello.Sig) {
		s.t.Fatal("HELLO is not signed by the kiosk")
	}
	c.Send(wire.Welcome{Site: "361025105", Proto: wire.Proto})
	return c, hello
}

// Send sends a frame; a connection that is gone is the test's affair.
func (c *Conn) Send(f wire.Frame) {
	c.t.Helper()
	data, err := wire.Encode(f)
	if err != nil {
		c.t.Fatal(err)
	}
	c.Text(string(data))
}

// Text sends anything.
func (c *Conn) Text(s string) { _ = c.ws.WriteMessage(websocket.TextMessage, []byte(s)) }

// Ping sends a WebSocket ping.
func (c *Conn) Ping() error {
	return c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
}

// Read gives the next frame or why there is none.
func (c *Conn) Read() (wire.Frame, error) {
	_ = c.ws.SetReadDeadline(time.Now().Add(Patience))
	_, data, err := c.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	return wire.Decode(data)
}

// Next waits for a frame.
func (c *Conn) Next() wire.Frame {
	c.t.Helper()
	f, err := c.Read()
	if err != nil {
		c.t.Fatalf("no frame came: %v", err)
	}
	return f
}

// Until skips frames until one of the type comes.
func (c *Conn) Until(want wire.Type) wire.Frame {
	c.t.Helper()
	for {
		if f := c.Next(); f.Type() == want {
			return f
		}
	}
}

// Cut ends the connection without a word.
func (c *Conn) Cut() { _ = c.ws.NetConn().Close() }
