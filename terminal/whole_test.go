package terminal_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal"
	"huying/terminal/identity"
	"huying/terminal/link/linktest"
)

// kiosk is a whole terminal on this machine: real disk, sockets and page.
type kiosk struct {
	t      testing.TB
	cfg    terminal.Config
	home   *linktest.Site
	county *linktest.Site
	term   *terminal.Terminal
}

func build(t testing.TB) *kiosk {
	k := &kiosk{t: t, home: linktest.New(t), county: linktest.New(t)}
	k.cfg = terminal.Config{
		Kiosk: "361025105207-1", Point: "流坑村", Township: "牛田镇", DataDir: t.TempDir(), Panel: "127.0.0.1:0",
		Metrics: "", DemoKeys: true, Pages: fstest.MapFS{"kiosk.html": {Data: []byte("呼应")}},
		Home: terminal.Site{Site: "361025105", URL: k.home.URL}, Last: terminal.Site{Site: "361025", URL: k.county.URL},
		Log: slog.New(slog.DiscardHandler),
	}
	id, err := identity.LoadOrCreate(k.cfg.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	public, _ := base64.StdEncoding.DecodeString(id.Public())
	k.home.Public, k.county.Public = ed25519.PublicKey(public), ed25519.PublicKey(public)
	return k
}

func (k *kiosk) start() {
	k.t.Helper()
	var err error
	if k.term, err = terminal.New(k.cfg); err != nil {
		k.t.Fatal(err)
	}
	if err := k.term.Start(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(k.term.Stop)
}

// key does what the page does.
func (k *kiosk) key(name string, down bool) {
	k.t.Helper()
	body := `{"key":"` + name + `","down":` + map[bool]string{true: "true", false: "false"}[down] + `}`
	resp, err := http.Post("http://"+k.term.Addr()+"/api/key", "application/json", strings.NewReader(body)) //nolint:noctx // on this machine
	if err != nil {
		k.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		data, _ := io.ReadAll(resp.Body)
		k.t.Fatalf("key: %d %s", resp.StatusCode, data)
	}
}

// see waits until the page is shown something.
func (k *kiosk) see(want ...string) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), linktest.Patience)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+k.term.Addr()+"/api/panel", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got string
	buf := make([]byte, 8192)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			got = string(buf[:n])
		}
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(got, w) }) {
			return
		}
		if err != nil {
			k.t.Fatalf("never shown %v, last %s", want, got)
		}
	}
}

func TestPressReachesThePersonAndThePage(t *testing.T) {
	k := build(t)
	k.start()
	hub, _ := k.home.Accept()
	k.see(`"home":true`)
	k.key("urgent", true)
	p := hub.Until(wire.TPress).(wire.Press)
	if !ed25519.Verify(k.home.Public, wire.PressText(p.Press, p.Call, p.Key, p.Purpose), p.Sig) {
		t.Error("the press is not signed")
	}
	k.key("urgent", false)
	hub.Send(wire.PressAck{Press: p.Press, Call: p.Call})
	k.see(`"state":"received"`, `"key":"urgent"`)
	who := call.Person{ID: "zhang", Name: "张三", Post: "接线员"}
	hub.Send(wire.Claim{Call: p.Call, Site: "361025105", Person: who})
	g := hub.Until(wire.TGrant).(wire.Grant)
	hub.Send(wire.Media{Call: p.Call, Epoch: g.Grant.Epoch, URL: "wss://voice", Token: "t"})
	k.see(`"state":"answered"`, `"name":"张三"`, `"url":"wss://voice"`)
	closing := call.Closing{Person: who, Site: "361025105", Disposition: "solved", At: time.Now(), Through: p.Press.Mark}
	hub.Send(wire.State{Call: p.Call, Rev: 1, Code: wire.CodeClosed, Closing: &closing})
	k.see(`"state":"ended"`)
}

func TestKilledKioskSendsItsPressAgain(t *testing.T) {
	k := build(t)
	k.start()
	hub, first := k.home.Accept()
	k.county.Accept()
	k.key("enquiry", true)
	p := hub.Until(wire.TPress).(wire.Press)
	k.term.Stop()
	k.start()
	hub, again := k.home.Accept()
	if again.BootNo <= first.BootNo || again.NextSeq != p.Press.Seq+1 || again.Unacked != 1 || again.Episode.Open == nil {
		t.Errorf("HELLO %+v after %+v and %v", again, first, p.Press)
	}
	if q := hub.Until(wire.TPress).(wire.Press); q.Press != p.Press || q.Call != p.Call {
		t.Errorf("sent again as %v of %v, was %v of %v", q.Press, q.Call, p.Press, p.Call)
	}
	county, _ := k.county.Accept()
	if q := county.Until(wire.TPress).(wire.Press); q.Press != p.Press {
		t.Errorf("the county got %v", q.Press)
	}
}

func TestSecondTerminalOnOneFolderIsRefused(t *testing.T) {
	k := build(t)
	k.start()
	two, err := terminal.New(k.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := two.Start(t.Context()); !terminal.Locked(err) {
		t.Errorf("the second start gives %v", err)
	}
	two.Stop()
}

func TestStartAndStopInAnyOrder(t *testing.T) {
	k := build(t)
	never, err := terminal.New(k.cfg)
	if err != nil {
		t.Fatal(err)
	}
	never.Stop()
	for range 10 {
		k.start()
		k.key("urgent", true)
		done := make(chan struct{})
		go func() { k.term.Stop(); close(done) }()
		k.term.Stop()
		<-done
	}
}
