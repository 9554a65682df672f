// Package uplink is the line between a hub and the hub above it: one
// WebSocket, dialled from below, over which both sides pass the facts of
// their calls. What is said, and when it is repeated, is package site's; this
// package proves who is at the other end, carries frames, and tells the hub
// above which kiosks may come to it as a last resort.
package uplink

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/desk"
	"huying/hub/directory"
	"huying/internal/call"
	"huying/internal/wire"
)

// Figures of the line.
const (
	pingEvery = 5 * time.Second
	quiet     = 15 * time.Second // silence after which a line is dead
	writeWait = 2 * time.Second
	dialWait  = 5 * time.Second
)

// Headers with which a hub below says who it is.
const (
	headerSite   = "X-Huying-Site"
	headerSecret = "X-Huying-Secret"
)

// Peers is where frames go; *desk.Desk is one.
type Peers interface {
	PeerUp(peer call.Site, c desk.Conn)
	PeerDown(peer call.Site, c desk.Conn)
	FromPeer(peer call.Site, c desk.Conn, f wire.Frame)
}

// Kiosks is the list of kiosks, which the hub above keeps a copy of.
type Kiosks interface {
	AllKiosks(ctx context.Context) ([]directory.Kiosk, error)
	// PutKiosk adds a kiosk or replaces the one with the same id.
	PutKiosk(ctx context.Context, k directory.Kiosk) error
}

// conn is one line; frames are written in place under a lock.
type conn struct {
	ws *websocket.Conn
	mu sync.Mutex
}

// Write sends one frame within writeWait, or closes the line.
func (c *conn) Write(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(writeWait))
	err := c.ws.WriteMessage(websocket.TextMessage, frame)
	if err != nil {
		c.ws.Close()
	}
	return err
}

// Close says why and ends the line.
func (c *conn) Close(why string) {
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.ClosePolicyViolation, why), time.Now().Add(time.Second))
	c.ws.Close()
}

func (c *conn) send(f wire.Frame) error {
	b, err := wire.Encode(f)
	if err != nil {
		return err
	}
	return c.Write(b)
}

// carry reads frames until the line ends.
func carry(c *conn, peer call.Site, to Peers, other func(wire.Frame) bool, log *slog.Logger) error {
	c.ws.SetReadLimit(wire.MaxFrame)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(quiet)) }
	c.ws.SetPongHandler(alive)
	_ = alive("")
	stop := make(chan struct{})
	defer close(stop)
	go keepAlive(c, stop)
	to.PeerUp(peer, c)
	defer to.PeerDown(peer, c)
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			return err
		}
		_ = alive("")
		f, err := wire.Decode(data)
		var we *wire.Error
		switch {
		case errors.As(err, &we):
			log.Warn("frame refused", "site", peer, "error", err)
			_ = c.send(we.Refuse())
		case err != nil:
			return err
		case other != nil && other(f):
		default:
			to.FromPeer(peer, c, f)
		}
	}
}

func keepAlive(c *conn, stop <-chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

func register(k directory.Kiosk) wire.Register {
	return wire.Register{Kiosk: k.ID, Point: call.Site(k.Point.Code), PointName: k.Point.Name,
		Township: call.Site(k.Township.Code), TownshipName: k.Township.Name, PublicKey: k.PublicKey, Revoked: k.Revoked}
}

func closeBody(r *http.Response) {
	if r != nil && r.Body != nil {
		_ = r.Body.Close()
	}
}
