package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Hub is a person's browser at a hub.
type Hub struct {
	Base string // address of the hub, http://host:port
	http *http.Client
	dial websocket.Dialer
}

// NewHub is a browser that is not signed in.
func NewHub(base string) *Hub { return NewHubFrom(base, nil) }

// NewHubFrom is a browser on another machine: dial connects from there, nil
// from this one.
func NewHubFrom(base string, dial func(ctx context.Context, network, address string) (net.Conn, error)) *Hub {
	jar, _ := cookiejar.New(nil) // a nil list of public suffixes never fails
	h := &Hub{Base: strings.TrimRight(base, "/"), http: &http.Client{Jar: jar, Timeout: 10 * time.Second},
		dial: *websocket.DefaultDialer}
	if dial != nil {
		h.http.Transport, h.dial.NetDialContext = &http.Transport{DialContext: dial}, dial
	}
	return h
}

// SignIn opens a session.
func (h *Hub) SignIn(ctx context.Context, account, password string) error {
	return h.Do(ctx, http.MethodPost, "/api/session", map[string]string{"account": account, "password": password}, nil)
}

// Do sends one request; in and out are JSON, nil for none.
func (h *Hub) Do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, h.Base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", h.Base)
	res, err := h.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, answer)
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// Live opens the live socket.
func (h *Hub) Live(ctx context.Context) (*websocket.Conn, error) {
	var t struct {
		Ticket string `json:"ticket"`
	}
	if err := h.Do(ctx, http.MethodPost, "/api/ticket", struct{}{}, &t); err != nil {
		return nil, err
	}
	conn, res, err := h.dial.DialContext(ctx,
		"ws"+strings.TrimPrefix(h.Base, "http")+"/live?ticket="+t.Ticket, http.Header{"Origin": {h.Base}})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	return conn, err
}
