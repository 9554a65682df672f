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
	"time"

	"huying/hub/desk"
	"huying/hub/directory"
	"huying/hub/socket"
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

// carry reads frames until the line ends.
func carry(c *socket.Conn, peer call.Site, to Peers, other func(wire.Frame) bool, log *slog.Logger) error {
	c.Watch(quiet)
	stop := make(chan struct{})
	defer close(stop)
	go keepAlive(c, stop)
	to.PeerUp(peer, c)
	defer to.PeerDown(peer, c)
	for {
		data, err := c.Read()
		if err != nil {
			return err
		}
		_ = c.Allow(quiet)
		f, err := wire.Decode(data)
		var we *wire.Error
		switch {
		case errors.As(err, &we):
			log.Warn("frame refused", "site", peer, "error", err)
			_ = c.Send(we.Refuse())
		case err != nil:
			return err
		case other != nil && other(f):
		default:
			to.FromPeer(peer, c, f)
		}
	}
}

func keepAlive(c *socket.Conn, stop <-chan struct{}) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			c.Ping()
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
