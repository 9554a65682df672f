// Package socket is a WebSocket that carries wire frames between programs, as
// both kiosks' sockets and the lines between hubs are: written in place under
// a lock with a deadline, kept alive by pings, admitted to a set that a hub
// can end.
package socket

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/internal/wire"
)

// Conn is one socket. Any goroutine may write; one reads.
type Conn struct {
	ws   *websocket.Conn
	wait time.Duration
	mu   sync.Mutex
}

// New wraps a socket; a frame may take wait to leave, a slower socket is
// closed. What is longer than wire.MaxFrame is not read.
func New(ws *websocket.Conn, wait time.Duration) *Conn {
	ws.SetReadLimit(wire.MaxFrame)
	return &Conn{ws: ws, wait: wait}
}

// Write sends one text frame, or closes the socket.
func (c *Conn) Write(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(c.wait))
	err := c.ws.WriteMessage(websocket.TextMessage, frame)
	if err != nil {
		_ = c.ws.Close()
	}
	return err
}

// Send encodes and writes a frame.
func (c *Conn) Send(f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return c.Write(b)
}

// Close says why and ends the socket.
func (c *Conn) Close(why string) {
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.ClosePolicyViolation, why), time.Now().Add(time.Second))
	c.End()
}

// End ends the socket without a word.
func (c *Conn) End() { _ = c.ws.Close() }

// Ping asks for a sign of life; the other side's pong is what Watch waits for.
func (c *Conn) Ping() { _ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) }

// Address is the other side's, for the log.
func (c *Conn) Address() string { return c.ws.RemoteAddr().String() }

// Watch lets the socket die when nothing is heard for quiet, not even a pong.
// Each Read of data counts as well.
func (c *Conn) Watch(quiet time.Duration) {
	c.ws.SetPongHandler(func(string) error { return c.Allow(quiet) })
	_ = c.Allow(quiet)
}

// Allow gives the other side so long for its next sign of life.
func (c *Conn) Allow(d time.Duration) error { return c.ws.SetReadDeadline(time.Now().Add(d)) }

// Read gives the next frame's bytes.
func (c *Conn) Read() ([]byte, error) {
	_, data, err := c.ws.ReadMessage()
	return data, err
}

// NoPage refuses browsers, which always send an Origin: these sockets are for
// programs.
func NoPage(r *http.Request) bool { return r.Header.Get("Origin") == "" }
