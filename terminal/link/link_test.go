package link_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal/link"
	"huying/terminal/link/linktest"
)

// heard turns what a link tells into channels.
type heard struct {
	up     chan uint64
	down   chan string
	frames chan wire.Frame
	wrote  chan wire.Frame
}

func (h *heard) Up(_ call.Site, n uint64)                  { h.up <- n }
func (h *heard) Down(_ call.Site, _ uint64, why string)    { h.down <- why }
func (h *heard) Frame(_ call.Site, _ uint64, f wire.Frame) { h.frames <- f }
func (h *heard) Wrote(_ call.Site, f wire.Frame)           { h.wrote <- f }

func get[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(linktest.Patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func start(t *testing.T, url string, change func(*link.Config), pretend ...func() bool) (*link.Link, *heard) {
	h := &heard{make(chan uint64, 64), make(chan string, 64), make(chan wire.Frame, 1024), make(chan wire.Frame, 4096)}
	cfg := link.Config{
		Site: "361025105", URL: url, Kiosk: "k-1", Sign: func(nonce []byte) []byte { return append([]byte("signed "), nonce...) },
		Events: h, Log: slog.New(slog.DiscardHandler), Times: link.DefaultTimes(),
		Jitter: func(time.Duration) time.Duration { return 0 },
	}
	if change != nil {
		change(&cfg)
	}
	l, err := link.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pretend {
		l.Pretend(p)
	}
	l.Start()
	t.Cleanup(l.Stop)
	return l, h
}

var hello = wire.Hello{Kiosk: "k-1", Proto: wire.Proto, BootNo: 1, NextSeq: 1}

func press(seq uint32) wire.Press {
	id := call.PressID{Kiosk: "k-1", Mark: call.Mark{Boot: 1, Seq: seq}}
	return wire.Press{Press: id, Call: id, Key: call.Urgent}
}

func TestHelloAnswersTheChallenge(t *testing.T) {
	site := linktest.New(t)
	l, h := start(t, site.URL, nil)
	c := site.Dialled()
	if c.ID != "k-1" {
		t.Errorf("the address names %q", c.ID)
	}
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	l.Send(get(t, h.up, "the connection"), hello)
	got := c.Next().(wire.Hello)
	if string(got.Sig) != "signed "+string(linktest.Nonce) {
		t.Errorf("signature %q", got.Sig)
	}
	c.Send(wire.Welcome{Site: "361025105", Proto: wire.Proto})
	if f := get(t, h.frames, "WELCOME"); f.Type() != wire.TWelcome {
		t.Errorf("heard %s", f.Type())
	}
}

func TestCallsGoBeforeEverythingElse(t *testing.T) {
	site := linktest.New(t)
	hold := make(chan struct{})
	l, h := start(t, site.URL, func(c *link.Config) {
		c.Sign = func([]byte) []byte { <-hold; return nil } // the writer waits with HELLO
	})
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	n := get(t, h.up, "the connection")
	l.Send(n, hello)
	l.Send(n, wire.Health{Ledger: wire.Ledger{Made: 1}})
	l.Send(n, wire.Ping{})
	l.Send(n, wire.Health{Ledger: wire.Ledger{Made: 2}})
	l.Send(n, press(1))
	l.Send(n, press(2))
	close(hold)
	var got []string
	for range 5 {
		f := c.Next()
		got = append(got, string(f.Type()))
		if f, ok := f.(wire.Health); ok && f.Ledger.Made != 2 {
			t.Error("an old HEALTH was sent, the latest wins")
		}
	}
	if s := strings.Join(got, " "); s != "HELLO PRESS PRESS HEALTH PING" {
		t.Errorf("order %s", s)
	}
}

func TestFrameForAnEarlierConnectionIsDropped(t *testing.T) {
	site := linktest.New(t)
	l, h := start(t, site.URL, nil)
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	first := get(t, h.up, "the connection")
	c.Cut()
	get(t, h.down, "the end")
	c = site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	second := get(t, h.up, "the connection")
	l.Send(first, press(1))
	l.Send(second, hello)
	if f := c.Next(); f.Type() != wire.THello {
		t.Errorf("the first frame is %s", f.Type())
	}
}

func TestWakeConnectsAtOnce(t *testing.T) {
	site := linktest.New(t)
	pauses := make(chan time.Duration, 64)
	l, h := start(t, site.URL, func(c *link.Config) {
		c.Jitter = func(most time.Duration) time.Duration { pauses <- most; return time.Hour }
	})
	get(t, pauses, "the first pause")
	l.Wake()
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	get(t, h.up, "the connection")
}

func TestPausesGrowAndAWelcomeResetsThem(t *testing.T) {
	site := linktest.New(t)
	pauses := make(chan time.Duration, 64)
	l, h := start(t, site.URL, func(c *link.Config) {
		c.Jitter = func(most time.Duration) time.Duration { pauses <- most; return 0 }
	})
	want := []time.Duration{800, 1600, 3200, 6400, 12800, 15000, 15000}
	for _, ms := range want {
		if got := get(t, pauses, "a pause"); got != ms*time.Millisecond {
			t.Fatalf("pause at most %v, want %v", got, ms*time.Millisecond)
		}
		site.Dialled().Cut() // before any challenge
	}
	get(t, pauses, "a pause")
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	l.Send(get(t, h.up, "the connection"), hello)
	c.Next()
	c.Send(wire.Welcome{Site: "361025105", Proto: wire.Proto})
	get(t, h.frames, "WELCOME")
	c.Cut()
	if got := get(t, pauses, "a pause"); got != 200*time.Millisecond {
		t.Errorf("after a welcome the pause is at most %v", got)
	}
}

func TestSilentLineIsDead(t *testing.T) {
	site := linktest.New(t)
	_, h := start(t, site.URL, func(c *link.Config) { c.Times.Quiet = 300 * time.Millisecond })
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	get(t, h.up, "the connection")
	// Pings alone keep it alive, for longer than Quiet.
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for range 10 {
		<-beat.C
		if err := c.Ping(); err != nil {
			t.Fatalf("the line died although it was pinged: %v", err)
		}
	}
	if why := get(t, h.down, "the end"); why != "silent" {
		t.Errorf("it ended because %s", why)
	}
}

func TestBadFramesAreRefusedByNameAndSurvived(t *testing.T) {
	site := linktest.New(t)
	l, h := start(t, site.URL, nil)
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	l.Send(get(t, h.up, "the connection"), hello)
	c.Next()
	for text, code := range map[string]string{
		"no json": "malformed", `{"t":"DANCE","b":{}}`: "unknown_type", `{"t":"PRESS_ACK","b":{"press":"x"}}`: "invalid",
	} {
		c.Text(text)
		if f, ok := c.Next().(wire.Refuse); !ok || f.Code != code {
			t.Errorf("%s was answered with %+v, want %s", text, f, code)
		}
	}
	c.Text(`{"t":"REFUSE","b":{}}`) // must not be answered
	c.Send(wire.Pong{})
	if f := get(t, h.frames, "PONG"); f.Type() != wire.TPong {
		t.Errorf("heard %s", f.Type())
	}
	l.Send(1, press(1))
	if f := c.Next(); f.Type() != wire.TPress {
		t.Errorf("then it sent %s", f.Type())
	}
}

func TestOversizedFrameEndsTheConnection(t *testing.T) {
	site := linktest.New(t)
	_, h := start(t, site.URL, nil)
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	get(t, h.up, "the connection")
	c.Text(`{"t":"PONG","b":"` + strings.Repeat("x", wire.MaxFrame) + `"}`)
	if why := get(t, h.down, "the end"); why != "closed" {
		t.Errorf("it ended because %s", why)
	}
}

func TestEndlessBadFramesEndTheConnection(t *testing.T) {
	site := linktest.New(t)
	_, h := start(t, site.URL, nil)
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	get(t, h.up, "the connection")
	for range 300 {
		c.Text("?")
	}
	if why := get(t, h.down, "the end"); why != "bad_frames" {
		t.Errorf("it ended because %s", why)
	}
}

func TestSomethingElseThanAChallengeIsNoSite(t *testing.T) {
	site := linktest.New(t)
	_, h := start(t, site.URL, nil)
	site.Dialled().Send(wire.Pong{})
	site.Dialled().Send(wire.Refuse{Code: "not_enrolled", Message: "x"})
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	if n := get(t, h.up, "the connection"); n != 1 {
		t.Errorf("connection %d counts", n)
	}
}

func TestStopEndsEverywhere(t *testing.T) {
	site := linktest.New(t)
	hour := func(c *link.Config) { c.Jitter = func(time.Duration) time.Duration { return time.Hour } }
	l, _ := start(t, site.URL, hour)
	l.Stop() // while it waits
	l.Stop()
	l, _ = start(t, site.URL, nil)
	site.Dialled()
	l.Stop() // while it waits for the challenge
	l, h := start(t, site.URL, nil)
	c := site.Dialled()
	c.Send(wire.Challenge{Nonce: linktest.Nonce})
	get(t, h.up, "the connection")
	l.Stop() // while it is up
	if _, err := c.Read(); err == nil || !strings.Contains(err.Error(), "1001") {
		t.Errorf("the site was told %v, want going away", err)
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"ws://h:1":        "ws://h:1/kiosk?id=k-1",
		"wss://h/":        "wss://h/kiosk?id=k-1",
		"http://h:8/base": "ws://h:8/base/kiosk?id=k-1",
		"https://h":       "wss://h/kiosk?id=k-1",
		"":                "", "h:1": "", "ftp://h": "", "ws://u:p@h": "", "ws://h?x=1": "",
	} {
		got, err := link.Address(in, "k-1")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q gives %q, %v; want %q", in, got, err, want)
		}
	}
}
