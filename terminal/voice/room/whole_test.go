package room_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"log/slog"
	"math"
	"testing"
	"testing/fstest"

	operator "huying/cmd/villagesim/voice"
	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal"
	"huying/terminal/identity"
	"huying/terminal/link/linktest"
)

// TestAPressBecomesATalk: the whole terminal, without a screen, from the key to
// the operator's voice in the villager's ear.
func TestAPressBecomesATalk(t *testing.T) {
	w := newTown(t)
	w.open("call")
	c, hub := newCard(t), linktest.New(t)
	cfg := terminal.Config{
		Kiosk: "361025105207-1", DataDir: t.TempDir(), Panel: "127.0.0.1:0", DemoKeys: true, Pages: fstest.MapFS{},
		Home: terminal.Site{Site: "361025105", URL: hub.URL}, MediaOrigins: []string{w.url},
		Voice: terminal.Voice{Capture: "pipe:" + c.mic, Playback: "pipe:" + c.speaker, Program: program},
		Log:   slog.New(slog.DiscardHandler),
	}
	id, err := identity.LoadOrCreate(cfg.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := base64.StdEncoding.DecodeString(id.Public())
	hub.Public = ed25519.PublicKey(public)
	term, err := terminal.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := term.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(term.Stop)
	site, _ := hub.Accept()
	who := call.Person{ID: "zhang", Name: "张三", Post: "接线员"}
	if err := term.Screen().Press(input.Red); err != nil {
		t.Fatal(err)
	}
	p := site.Until(wire.TPress).(wire.Press)
	_ = term.Screen().Release(input.Red)
	c.await("the key's own prompt", func(heard []float64) bool { return len(heard) > 4800 && decibel(heard[len(heard)-4800:]) > -30 })
	site.Send(wire.PressAck{Press: p.Press, Call: p.Call})
	site.Send(wire.Claim{Call: p.Call, Site: "361025105", Person: who})
	g := site.Until(wire.TGrant).(wire.Grant)
	site.Send(wire.Media{Call: p.Call, Epoch: g.Grant.Epoch, URL: w.url, Token: w.token("call", "kiosk")})
	o, err := operator.Join(t.Context(), w.url, w.token("call", "operator"), operator.Options{Hz: 700})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	c.AwaitTone("the operator", 700)
	c.Tone(500)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began, err := o.AwaitHeard(ctx, "kiosk", 1)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := o.AwaitHeard(ctx, "kiosk", began.Packets+25); err != nil || math.Abs(h.Hz-500) > 3 {
		t.Errorf("the operator hears %+v, %v", h, err)
	}
	site.Send(wire.Release{Call: p.Call, Epoch: g.Grant.Epoch, Ending: call.HungUp, Site: "361025105", Person: who})
	c.AwaitSilence("after the talk")
}
