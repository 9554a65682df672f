package hub_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/websocket"

	"huying/hub"
	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/media"
	"huying/hub/memstore"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// patience is how long a test waits for something that must happen; it is
// long because the machine may be busy, and passing never waits for it.
const patience = 20 * time.Second

// township is a hub in this process with storage in memory; the county is one
// too.
type township struct {
	t     *testing.T
	app   *hub.App
	store *memstore.Store
	key   ed25519.PrivateKey // of the kiosk of 流坑村
	conf  hub.Config
	voice hub.VoiceServer // nil: none
	seed  string
	disk  func() hub.Storage // nil: storage in memory
	now   func() time.Time   // of kiosks' health; nil: the wall clock
}

var niutian = view.Unit{Code: "361025105", Name: "牛田镇"}

func newTownship(t *testing.T) *township {
	t.Helper()
	w := newHub(t, hub.Config{Unit: niutian}, seedText)
	w.enrol()
	w.start()
	return w
}

func newHub(t *testing.T, c hub.Config, seed string) *township {
	_, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	w := &township{t: t, store: memstore.New(), key: key, conf: c, seed: seed}
	t.Cleanup(func() { w.app.Stop() })
	return w
}

// enrol registers the kiosk of 流坑村 with its key.
func (w *township) enrol() {
	must(w.t, w.store.PutKiosk(w.t.Context(), directory.Kiosk{ID: liukeng, EnrolledAt: time.Now(),
		PublicKey: w.key.Public().(ed25519.PublicKey),
		Point:     directory.Unit{Code: "361025105207", Name: "流坑村"}, Township: directory.Unit{Code: niutian.Code, Name: niutian.Name}}))
}

func (w *township) site() call.Site { return call.Site(w.conf.Unit.Code) }

type storage struct{ *memstore.Store }

func (s storage) Sessions() scs.Store { return s.Store.Sessions() }
func (s storage) Close()              {}

const liukeng = "361025105207-1"

const seedText = `
people:
  - {id: p1, account: wang, password: mima-wang-1, name: 王（虚构）, post: 接线员, role: operator, unit: "361025105"}
  - {id: p2, account: liu, password: mima-liu-22, name: 刘（虚构）, post: 接线员, role: operator, unit: "361025105"}
  - {id: p3, account: chen, password: mima-chen-3, name: 陈（虚构）, post: 带班领导, role: duty_leader, unit: "361025105"}
`

func (w *township) start() {
	w.t.Helper()
	must(w.t, w.tryStart())
}

func (w *township) tryStart() error {
	w.t.Helper()
	c := w.conf
	c.Seed = filepath.Join(w.t.TempDir(), "seed.yaml")
	must(w.t, os.WriteFile(c.Seed, []byte(w.seed), 0o600))
	c.Listen, c.Data = "127.0.0.1:0", w.t.TempDir()
	c.Ladders = []hub.LadderStep{{Key: "urgent", Posts: []string{"seats"}},
		{Key: "urgent", After: 300 * time.Millisecond, Posts: []string{"duty_leader"}},
		{Key: "urgent", After: 500 * time.Millisecond, Posts: []string{"parent"}}}
	c, err := c.Validate()
	must(w.t, err)
	w.app = hub.New(c, hub.Parts{Strength: auth.Weak, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: w.now,
		OpenStorage: func(context.Context, hub.Config, *slog.Logger) (hub.Storage, error) {
			if w.disk != nil {
				return w.disk(), nil
			}
			return storage{w.store}, nil
		},
		StartVoice: func(context.Context, media.Config) (hub.VoiceServer, error) {
			if w.voice == nil {
				return nil, errors.New("no voice in this test")
			}
			return w.voice, nil
		}})
	return w.app.Start(w.t.Context())
}

// restart is a hub process that dies and comes back on the same data.
func (w *township) restart() {
	w.app.Stop()
	w.store = w.store.Reopen()
	w.start()
}

func (w *township) url(path string) string { return "http://" + w.app.Addr() + path }

// village is the kiosk of 流坑村 over a real socket.
type village struct {
	t     *testing.T
	mu    sync.Mutex
	k     *kiosk.Kiosk
	conns map[call.Site]*websocket.Conn
	told  chan struct{}
	got   []wire.Frame
	ahead time.Duration // of the test's clock
}

func (w *township) village() *village {
	w.t.Helper()
	v := &village{t: w.t, told: make(chan struct{}, 1), conns: map[call.Site]*websocket.Conn{}}
	k, effects := kiosk.New(kiosk.Config{ID: liukeng, Home: "361025105", Last: "361025", Times: kiosk.DefaultTimes()}, kiosk.Replay(nil), 0)
	v.k = k
	v.carry(effects)
	v.connect(w)
	return v
}

func (v *village) connect(w *township) {
	v.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+w.app.Addr()+"/kiosk?id="+liukeng, nil)
	must(v.t, err)
	v.t.Cleanup(func() { conn.Close() })
	_, b, err := conn.ReadMessage()
	must(v.t, err)
	f, err := wire.Decode(b)
	must(v.t, err)
	nonce := f.(wire.Challenge).Nonce
	v.mu.Lock()
	v.conns[w.site()] = conn
	effects := v.k.Step(v.mono(), kiosk.LinkUp{Site: w.site()})
	for i, e := range effects {
		if s, ok := e.(kiosk.Send); ok {
			if h, ok := s.Frame.(wire.Hello); ok {
				h.Sig = ed25519.Sign(w.key, wire.HelloText(nonce, liukeng))
				s.Frame = h
				effects[i] = s
			}
		}
	}
	v.carry(effects)
	v.mu.Unlock()
	go v.read(w.site(), conn)
}

var began = time.Now()

func (v *village) mono() call.Mono { return time.Since(began) + v.ahead }

func (v *village) read(site call.Site, conn *websocket.Conn) {
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		f, err := wire.Decode(b)
		if err != nil {
			v.t.Errorf("the hub sent %s: %v", b, err)
			return
		}
		v.mu.Lock()
		v.got = append(v.got, f)
		v.carry(v.k.Step(v.mono(), kiosk.Frame{Site: site, Frame: f}))
		v.mu.Unlock()
		select {
		case v.told <- struct{}{}:
		default:
		}
	}
}

func (v *village) carry(effects []kiosk.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case kiosk.Send:
			b, err := wire.Encode(e.Frame)
			if err != nil {
				v.t.Errorf("frame %s: %v", e.Frame.Type(), err)
				continue
			}
			_ = v.conns[e.Site].WriteMessage(websocket.TextMessage, b)
		case kiosk.Write:
			v.carry(e.Then)
		}
	}
}

func (v *village) press(key call.Key) { v.step(kiosk.Press{Key: key, At: time.Now()}) }

func (v *village) step(in kiosk.Input) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.carry(v.k.Step(v.mono(), in))
}

// lost says that the line to a site is gone.
func (v *village) lost(site call.Site) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.carry(v.k.Step(v.mono(), kiosk.LinkDown{Site: site}))
}

// waitAndTick lets the kiosk live ten seconds at once.
func (v *village) waitAndTick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ahead += 10 * time.Second
	v.carry(v.k.Step(v.mono(), kiosk.Tick{}))
}

// shows waits until the panel shows a state.
func (v *village) shows(want kiosk.PanelState) kiosk.Panel {
	v.t.Helper()
	deadline := time.After(patience)
	for {
		v.mu.Lock()
		p := v.k.Panel(v.mono())
		v.mu.Unlock()
		if p.State == want {
			return p
		}
		select {
		case <-v.told:
		case <-deadline:
			v.t.Fatalf("the kiosk shows %s, want %s", p.State, want)
		}
	}
}

// heard waits for a frame.
func (v *village) heard(want wire.Type) {
	v.t.Helper()
	deadline := time.After(patience)
	for {
		v.mu.Lock()
		for _, f := range v.got {
			if f.Type() == want {
				v.mu.Unlock()
				return
			}
		}
		v.mu.Unlock()
		select {
		case <-v.told:
		case <-deadline:
			v.t.Fatalf("the kiosk never heard %s", want)
		}
	}
}

// operator is a person with a page.
type operator struct {
	t     *testing.T
	w     *township
	http  *http.Client
	live  *websocket.Conn
	calls chan view.Call
	now   map[string]view.Call
	site  chan view.Site
	point chan view.Point

	tickets chan view.Ticket
}

func (w *township) operator(account, password string) *operator {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	o := &operator{t: w.t, w: w, http: &http.Client{Jar: jar, Timeout: patience}, now: map[string]view.Call{}}
	must(w.t, o.do("POST", "/api/session", map[string]string{"account": account, "password": password}, nil))
	o.open()
	must(w.t, o.do("PUT", "/api/duty", map[string]bool{"on": true}, nil))
	return o
}

func (o *operator) open() {
	o.t.Helper()
	var ticket struct {
		Ticket string `json:"ticket"`
	}
	must(o.t, o.do("POST", "/api/ticket", map[string]any{}, &ticket))
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+o.w.app.Addr()+"/live?ticket="+ticket.Ticket,
		http.Header{"Origin": {"http://" + o.w.app.Addr()}})
	must(o.t, err)
	o.t.Cleanup(func() { conn.Close() })
	o.live, o.calls, o.site, o.point = conn, make(chan view.Call, 256), make(chan view.Site, 64), make(chan view.Point, 256)
	o.tickets = make(chan view.Ticket, 256)
	first := make(chan struct{})
	go o.read(conn, o.calls, o.site, first)
	<-first
}

func (o *operator) read(conn *websocket.Conn, calls chan view.Call, site chan view.Site, first chan struct{}) {
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			Type  string      `json:"type"`
			Call  view.Call   `json:"call"`
			Calls []view.Call `json:"calls"`
			Site  view.Site   `json:"site"`

			Point  view.Point   `json:"point"`
			Points []view.Point `json:"points"`

			Ticket  view.Ticket   `json:"ticket"`
			Tickets []view.Ticket `json:"tickets"`
		}
		if err := json.Unmarshal(b, &m); err != nil {
			o.t.Errorf("live message %s: %v", b, err)
			return
		}
		switch m.Type {
		case view.TypeSnapshot:
			for _, c := range m.Calls {
				calls <- c
			}
			for _, p := range m.Points {
				o.point <- p
			}
			for _, x := range m.Tickets {
				o.tickets <- x
			}
			close(first)
		case view.TypeCall:
			calls <- m.Call
		case view.TypePoint:
			o.point <- m.Point
		case view.TypeTicket:
			o.tickets <- m.Ticket
		case view.TypeSite:
			site <- m.Site
		}
	}
}

// sees waits for a call that is as it should be.
func (o *operator) sees(what string, ok func(view.Call) bool) view.Call {
	o.t.Helper()
	var last view.Call
	deadline := time.After(patience)
	for {
		select {
		case c := <-o.calls:
			last = c
			if ok(c) {
				return c
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s; last: %+v", what, last)
		}
	}
}

// pointShown waits until the page shows a kiosk's point.
func (o *operator) pointShown(kiosk string) {
	o.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case p := <-o.point:
			if p.Kiosk == kiosk {
				return
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s", kiosk)
		}
	}
}

func (o *operator) ringing() view.Call {
	o.t.Helper()
	return o.sees("a ringing call", func(c view.Call) bool { return c.RingsMe })
}

func (o *operator) answer(id string) error { return o.do("POST", "/api/calls/"+id+"/answer", nil, nil) }
func (o *operator) hangUp(id string) error {
	return o.do("POST", "/api/calls/"+id+"/hang-up", nil, nil)
}
func (o *operator) speech(id string) error {
	return o.do("POST", "/api/calls/"+id+"/speech", map[string]any{"heard_ms": 900, "level_dbfs": -20}, nil)
}
func (o *operator) close(id string) error {
	return o.do("POST", "/api/calls/"+id+"/close", map[string]string{"disposition": "solved", "note": ""}, nil)
}

// problem is what the api says no with.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

func codeOf(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func (o *operator) do(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	must(o.t, err)
	if in == nil {
		body = nil
	}
	req, err := http.NewRequest(method, o.w.url(path), bytes.NewReader(body))
	must(o.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "http://"+o.w.app.Addr())
	res, err := o.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(o.t, err)
	if res.StatusCode >= 300 {
		p := &problem{Status: res.StatusCode}
		_ = json.Unmarshal(b, p)
		if !strings.Contains(res.Header.Get("Content-Type"), "problem+json") {
			o.t.Errorf("%s %s: %s without a problem: %s", method, path, res.Status, b)
		}
		return p
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dialUplink tries to be a site below and gives the HTTP status.
func (w *township) dialUplink(site, secret string) int {
	_, res, _ := websocket.DefaultDialer.Dial("ws://"+w.app.Addr()+"/uplink",
		http.Header{"X-Huying-Site": {site}, "X-Huying-Secret": {secret}})
	if res == nil {
		return 0
	}
	return res.StatusCode
}
