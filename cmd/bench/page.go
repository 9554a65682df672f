package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/view"
)

// page is the operator's page: signed in, on duty, its live socket open.
type page struct {
	addr string
	http *http.Client
	live *websocket.Conn
	ring func(kiosk string, presses int) // a frame said that a call rings here, with so many presses
	shut chan error
}

func openPage(ctx context.Context, addr string, ring func(kiosk string, presses int)) (*page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	p := &page{addr: addr, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}, ring: ring, shut: make(chan error, 1)}
	if err := p.do(ctx, "POST", "/api/session", map[string]string{"account": account, "password": accountWord}, nil); err != nil {
		return nil, err
	}
	var ticket struct {
		Ticket string `json:"ticket"`
	}
	if err := p.do(ctx, "POST", "/api/ticket", map[string]any{}, &ticket); err != nil {
		return nil, err
	}
	p.live, _, err = websocket.DefaultDialer.DialContext(ctx, "ws://"+addr+"/live?ticket="+ticket.Ticket,
		http.Header{"Origin": {"http://" + addr}})
	if err != nil {
		return nil, fmt.Errorf("live socket: %w", err)
	}
	if _, _, err = p.live.ReadMessage(); err != nil { // the snapshot
		return nil, fmt.Errorf("live socket: %w", err)
	}
	go p.read()
	return p, p.do(ctx, "PUT", "/api/duty", map[string]bool{"on": true}, nil)
}

var callFrame = []byte(`{"type":"` + view.TypeCall + `"`)

// read is the page's own work kept short: only frames of calls are looked
// into, for this program shares the processors with what it measures.
func (p *page) read() {
	for {
		_, b, err := p.live.ReadMessage()
		if err != nil {
			p.shut <- err
			return
		}
		if !bytes.HasPrefix(b, callFrame) {
			continue
		}
		var m struct {
			Call struct {
				Kiosk   string `json:"kiosk"`
				Presses int    `json:"presses"`
				RingsMe bool   `json:"rings_me"`
			} `json:"call"`
		}
		if err := json.Unmarshal(b, &m); err != nil {
			p.shut <- fmt.Errorf("live message %s: %w", b, err)
			return
		}
		if m.Call.RingsMe {
			p.ring(m.Call.Kiosk, m.Call.Presses)
		}
	}
}

func (p *page) close() { _ = p.live.Close() }

// settle ends a call as an operator does whose cadre went there: somebody was
// on site, and the call is closed.
func (p *page) settle(ctx context.Context, call string) error {
	err := p.do(ctx, "POST", "/api/calls/"+call+"/attended", map[string]string{"who": "测（虚构）", "note": ""}, nil)
	if err != nil {
		return err
	}
	return p.do(ctx, "POST", "/api/calls/"+call+"/close", map[string]string{"disposition": "solved", "note": ""}, nil)
}

func (p *page) do(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.addr+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "http://"+p.addr)
	res, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, b)
	case out == nil:
		return nil
	}
	return errors.Join(json.Unmarshal(b, out))
}
