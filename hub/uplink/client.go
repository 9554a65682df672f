package uplink

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/directory"
	"huying/hub/socket"
	"huying/internal/call"
	"huying/internal/failpoint"
)

// Pauses between tries; each is drawn anew between nothing and the bound, so
// that sixteen hubs do not come back in one moment.
const (
	retryFirst = 200 * time.Millisecond
	retryMost  = 10 * time.Second
)

// Client dials the hub above and keeps the line.
type Client struct {
	// TLS is with what the hub above is known; nil: the system's authorities. It
	// is set before Start.
	TLS *tls.Config

	url    string
	me     call.Site
	parent call.Site
	secret string
	peers  Peers
	kiosks Kiosks
	log    *slog.Logger

	mu   sync.Mutex
	now  *socket.Conn
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// NewClient makes the line to parent at url (ws or wss, path /uplink).
func NewClient(url string, me, parent call.Site, secret string, peers Peers, kiosks Kiosks, log *slog.Logger) *Client {
	return &Client{url: url, me: me, parent: parent, secret: secret, peers: peers, kiosks: kiosks, log: log}
}

// Start begins to dial and returns.
func (c *Client) Start() {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.wg.Go(func() { c.run(ctx) })
}

// Stop ends the line and waits.
func (c *Client) Stop() {
	if c.stop == nil {
		return
	}
	c.stop()
	c.mu.Lock()
	if c.now != nil {
		c.now.End()
	}
	c.mu.Unlock()
	c.wg.Wait()
}

// Announce tells the hub above of a kiosk that changed; while the line is
// down nothing is lost, for all are told when it is up again.
func (c *Client) Announce(k directory.Kiosk) {
	c.mu.Lock()
	now := c.now
	c.mu.Unlock()
	if now != nil {
		_ = now.Send(register(k))
	}
}

func (c *Client) run(ctx context.Context) {
	pause := retryFirst
	for ctx.Err() == nil {
		began := time.Now()
		err := c.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > retryMost {
			pause = retryFirst
		}
		wait := rand.N(pause)
		c.log.Info("no line to the site above", "site", c.parent, "error", err, "retry_ms", wait.Milliseconds())
		pause = min(2*pause, retryMost)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (c *Client) once(ctx context.Context) error {
	dial, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	d := websocket.Dialer{HandshakeTimeout: dialWait, TLSClientConfig: c.TLS}
	ws, res, err := d.DialContext(dial, c.url, http.Header{headerSite: {string(c.me)}, headerSecret: {c.secret}})
	closeBody(res)
	if err != nil {
		if res != nil {
			return fmt.Errorf("dial: %w (%s)", err, res.Status)
		}
		return err
	}
	line := socket.New(ws, writeWait)
	defer line.End()
	c.mu.Lock()
	c.now = line
	c.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ctx, gone := context.WithCancel(ctx)
	defer gone()
	c.wg.Go(func() { c.register(ctx, line) })
	c.log.Info("line to the site above", "site", c.parent)
	return carry(line, c.parent, c.peers, nil, c.log)
}

// register makes all kiosks known above, and tries again while the store or
// the line does not let it.
func (c *Client) register(ctx context.Context, line *socket.Conn) {
	for {
		err := c.registerAll(ctx, line)
		if err == nil || ctx.Err() != nil {
			return
		}
		c.log.Error("kiosks were not made known above; it is tried again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryMost):
		}
	}
}

func (c *Client) registerAll(ctx context.Context, line *socket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	all, err := c.kiosks.AllKiosks(ctx)
	for _, k := range all {
		failpoint.At(failpoint.HubRegisterBefore)
		if err := line.Send(register(k)); err != nil {
			return err
		}
		failpoint.At(failpoint.HubRegisterAfter)
	}
	return err
}
