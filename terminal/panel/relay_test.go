package panel_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/gorilla/websocket"

	"huying/terminal/panel"
)

// The page's socket reaches the voice server through the terminal, with the
// terminal's own trust, and none of the page's origin.
func TestVoiceIsRelayed(t *testing.T) {
	var path, origin string
	voice := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, origin = r.URL.Path+"?"+r.URL.RawQuery, r.Header.Get("Origin")
		c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		kind, data, err := c.ReadMessage()
		if err == nil {
			_ = c.WriteMessage(kind, bytes.ToUpper(data))
		}
	}))
	defer voice.Close()
	at, err := url.Parse("wss" + voice.URL[len("https"):])
	if err != nil {
		t.Fatal(err)
	}
	var up *panel.Upstream
	s := serveWith(t, func(c *panel.Config) { c.Upstream = func() *panel.Upstream { return up } })
	if resp, body := ask(t, s, http.MethodGet, "/voice/rtc/validate", ""); resp.StatusCode != http.StatusBadGateway {
		t.Fatalf("while nobody talks: %d %s", resp.StatusCode, body)
	}
	up = &panel.Upstream{URL: at, Transport: voice.Client().Transport}
	c, resp, err := websocket.DefaultDialer.Dial(panel.RelayURL(s.Addr())+"/rtc/v1?access_token=t", http.Header{"Origin": {"http://" + s.Addr()}})
	if err != nil {
		t.Fatal(err, resp)
	}
	defer resp.Body.Close()
	defer c.Close()
	if err := c.WriteMessage(websocket.BinaryMessage, []byte("offer")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.ReadMessage(); err != nil || string(got) != "OFFER" {
		t.Fatalf("%q %v", got, err)
	}
	if path != "/rtc/v1?access_token=t" || origin != "" {
		t.Errorf("the voice server was asked for %s from %q", path, origin)
	}
}

func TestOthersAreNotRelayed(t *testing.T) {
	s := serveWith(t, func(c *panel.Config) {
		c.Upstream = func() *panel.Upstream { t.Error("a foreign page reached the relay"); return nil }
	})
	if resp, _ := ask(t, s, http.MethodGet, "/voice/rtc", "", "Origin", "http://evil.example"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("%d", resp.StatusCode)
	}
}

// The voice server is the hub's own host: its pages are not the kiosk's.
func TestOnlySignallingIsRelayed(t *testing.T) {
	s := serveWith(t, func(c *panel.Config) {
		c.Upstream = func() *panel.Upstream { t.Error("something else was relayed"); return nil }
	})
	for _, path := range []string{"/voice/", "/voice/desk", "/voice/api/session", "/voice/rtcs", "/voice/rtc/%2e%2e/desk"} {
		if resp, body := ask(t, s, http.MethodGet, path, ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
}
