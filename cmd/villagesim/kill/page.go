package kill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/view"
)

// page is somebody's browser at a hub: on duty, its live socket open, and open
// again as soon as the hub is back.
type page struct {
	base, account string
	http          *http.Client
	saw           func(c view.Call, at time.Time)

	mu       sync.Mutex
	calls    map[string]view.Call // open ones
	database bool                 // the hub says that its database answers
	up       bool
	signed   bool
}

func newPage(base, account string, saw func(view.Call, time.Time)) *page {
	jar, _ := cookiejar.New(nil) // a nil list of public suffixes never fails
	return &page{base: base, account: account, saw: saw, calls: map[string]view.Call{},
		http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// run keeps the page open until ctx ends.
func (p *page) run(ctx context.Context) {
	for ctx.Err() == nil {
		_ = p.watch(ctx) // the hub is dead, most of the time
		p.mu.Lock()
		p.up = false
		p.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// signIn opens a session; it lives in the database and outlasts the hub.
func (p *page) signIn(ctx context.Context) error {
	err := p.do(ctx, http.MethodPost, "/api/session", map[string]string{"account": p.account, "password": password}, nil)
	p.mu.Lock()
	p.signed = err == nil || p.signed
	p.mu.Unlock()
	return err
}

func (p *page) watch(ctx context.Context) error {
	p.mu.Lock()
	signed := p.signed
	p.mu.Unlock()
	if !signed {
		if err := p.signIn(ctx); err != nil {
			return err
		}
	}
	var t struct {
		Ticket string `json:"ticket"`
	}
	if err := p.do(ctx, http.MethodPost, "/api/ticket", struct{}{}, &t); err != nil {
		if strings.Contains(err.Error(), " 401 ") {
			p.mu.Lock()
			p.signed = false
			p.mu.Unlock()
		}
		return err
	}
	conn, res, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+"/live?ticket="+t.Ticket,
		http.Header{"Origin": {p.base}})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for first := true; ; first = false {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		if err := p.take(b, time.Now()); err != nil {
			return err
		}
		if first {
			if err := p.do(ctx, http.MethodPut, "/api/duty", map[string]bool{"on": true}, nil); err != nil {
				return err
			}
			p.mu.Lock()
			p.up = true
			p.mu.Unlock()
		}
	}
}

func (p *page) take(b []byte, at time.Time) error {
	var m struct {
		Type  string      `json:"type"`
		Calls []view.Call `json:"calls"`
		Call  *view.Call  `json:"call"`
		Site  *view.Site  `json:"site"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("live message %s: %w", b, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Type == view.TypeSnapshot {
		p.calls = map[string]view.Call{}
	}
	if m.Site != nil {
		p.database = m.Site.Database
	}
	if m.Call != nil {
		m.Calls = append(m.Calls, *m.Call)
	}
	for _, c := range m.Calls {
		if p.calls[c.ID] = c; c.Phase == view.Closed {
			delete(p.calls, c.ID)
		}
		if p.saw != nil && (c.RingsMe || c.Phase != view.Ringing) {
			p.saw(c, at)
		}
	}
	return nil
}

// open gives the open calls as the page shows them.
func (p *page) open() map[string]view.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]view.Call, len(p.calls))
	for id, c := range p.calls {
		out[id] = c
	}
	return out
}

// stores tells whether the page is open and shows that the database answers.
func (p *page) stores() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up && p.database
}

func (p *page) live() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.up
}

// do sends one request; in and out are JSON, nil for none.
func (p *page) do(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", p.base)
	res, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	switch {
	case err != nil:
		return err
	case res.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s : %s", method, path, res.Status, answer)
	case out == nil || len(answer) == 0:
		return nil
	}
	return json.Unmarshal(answer, out)
}
