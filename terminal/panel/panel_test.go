package panel_test

import (
	"bufio"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"huying/terminal/panel"
)

var pages = fstest.MapFS{
	"kiosk.html":    {Data: []byte("<title>呼应</title>")},
	"desk.html":     {Data: []byte("desk")},
	"assets/x.js":   {Data: []byte("1")},
	"assets/a/b.js": {Data: []byte("2")},
}

type told struct {
	mu    sync.Mutex
	keys  []string
	alive []bool
	more  chan struct{}
}

func (k *told) key(name string, down bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if down {
		name += " down"
	} else {
		name += " up"
	}
	k.keys = append(k.keys, name)
	k.more <- struct{}{}
	return nil
}

func (k *told) media(alive bool) { k.mu.Lock(); defer k.mu.Unlock(); k.alive = append(k.alive, alive) }

func start(t *testing.T, demo bool) (*panel.Server, *told) {
	k := &told{more: make(chan struct{}, 100)}
	return serveWith(t, func(c *panel.Config) { c.Key, c.Media, c.First.DemoKeys = k.key, k.media, demo }), k
}

// serveWith starts a server with some settings changed.
func serveWith(t *testing.T, change func(*panel.Config)) *panel.Server {
	t.Helper()
	c := panel.Config{Listen: "127.0.0.1:0", Pages: pages, Media: func(bool) {},
		First: panel.View{State: panel.Idle, Phones: []panel.Phone{}}, Connect: func() []string { return []string{"wss://hub.example"} },
		Log: slog.New(slog.DiscardHandler)}
	change(&c)
	s, err := panel.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// ask makes a request; headers come in pairs.
func ask(t *testing.T, s *panel.Server, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return resp, string(data)
}

func port(s *panel.Server) string { return s.Addr()[strings.LastIndex(s.Addr(), ":"):] }

func TestForeignPagesAreKeptOut(t *testing.T) {
	s, k := start(t, true)
	const press = `{"key":"urgent","down":true}`
	for name, c := range map[string]struct {
		headers []string
		want    int
	}{
		"own":                 {nil, 204},
		"own page":            {[]string{"Origin", "http://" + s.Addr(), "Sec-Fetch-Site", "same-origin"}, 204},
		"localhost":           {[]string{"Host", "localhost" + port(s), "Origin", "http://localhost" + port(s)}, 204},
		"rebound name":        {[]string{"Host", "evil.example" + port(s)}, 403},
		"rebound with origin": {[]string{"Host", "evil.example" + port(s), "Origin", "http://evil.example" + port(s)}, 403},
		"other port in host":  {[]string{"Host", "127.0.0.1:1"}, 403},
		"no port in host":     {[]string{"Host", "127.0.0.1"}, 403},
		"suffix":              {[]string{"Host", "127.0.0.1.evil.example" + port(s)}, 403},
		"foreign origin":      {[]string{"Origin", "https://evil.example"}, 403},
		"null origin":         {[]string{"Origin", "null"}, 403},
		"other local program": {[]string{"Origin", "http://127.0.0.1:1"}, 403},
		"cross site":          {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"form":                {[]string{"Content-Type", "text/plain"}, 415},
	} {
		resp, body := ask(t, s, http.MethodPost, "/api/key", press, c.headers...)
		if resp.StatusCode != c.want {
			t.Errorf("%s: %d %s, want %d", name, resp.StatusCode, body, c.want)
		}
	}
	if len(k.keys) != 3 {
		t.Errorf("keys %v, want three presses", k.keys)
	}
}

func TestBadInputIsRefusedByName(t *testing.T) {
	s, k := start(t, true)
	for body, want := range map[string]string{
		`{"key":"blue","down":true}`:                  "bad_field",
		`{"key":"urgent"}`:                            "bad_field",
		`{"key":"urgent","down":true,"x":1}`:          "malformed",
		`{"key":"urgent","down":true}{}`:              "malformed",
		`{"key":"` + strings.Repeat("x", 1000) + `"}`: "malformed",
		`[]`: "malformed",
		``:   "malformed",
	} {
		resp, got := ask(t, s, http.MethodPost, "/api/key", body)
		var p struct{ Code, Detail string }
		if err := json.Unmarshal([]byte(got), &p); err != nil || p.Code != want || p.Detail == "" {
			t.Errorf("%.40q gives %d %s, want %s", body, resp.StatusCode, got, want)
		}
		if resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("content type %s", resp.Header.Get("Content-Type"))
		}
	}
	if len(k.keys) != 0 {
		t.Errorf("keys %v", k.keys)
	}
	if resp, _ := ask(t, s, http.MethodPost, "/api/media", `{"alive":true}`); resp.StatusCode != 204 || len(k.alive) != 1 {
		t.Errorf("media: %d, %v", resp.StatusCode, k.alive)
	}
	if resp, _ := ask(t, s, http.MethodPost, "/api/media", `{}`); resp.StatusCode != 422 {
		t.Errorf("media without a word: %d", resp.StatusCode)
	}
}

func TestWithoutDemoKeysThePageDoesNotPress(t *testing.T) {
	s, k := start(t, false)
	resp, body := ask(t, s, http.MethodPost, "/api/key", `{"key":"urgent","down":true}`)
	if resp.StatusCode != 403 || !strings.Contains(body, "no_demo_keys") || len(k.keys) != 0 {
		t.Errorf("%d %s %v", resp.StatusCode, body, k.keys)
	}
}

func TestPageAndItsFiles(t *testing.T) {
	s, _ := start(t, true)
	resp, body := ask(t, s, http.MethodGet, "/", "", "Sec-Fetch-Site", "none")
	csp := resp.Header.Get("Content-Security-Policy")
	if resp.StatusCode != 200 || !strings.Contains(body, "呼应") {
		t.Errorf("page %d %s", resp.StatusCode, body)
	}
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self' ws://127.0.0.1" + port(s) + " ws://localhost" + port(s) + " wss://hub.example", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %q", csp, want)
		}
	}
	if resp, _ := ask(t, s, http.MethodGet, "/assets/x.js", ""); resp.StatusCode != 200 ||
		!strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("asset %d %v", resp.StatusCode, resp.Header)
	}
	for _, path := range []string{"/desk.html", "/assets", "/assets/", "/nothing", "/../kiosk.html", "/%2e%2e/etc/passwd"} {
		if resp, body := ask(t, s, http.MethodGet, path, ""); resp.StatusCode != 404 {
			t.Errorf("%s gives %d %s", path, resp.StatusCode, body)
		}
	}
}

// watcher is a page that listens.
type watcher struct {
	t     *testing.T
	body  io.ReadCloser
	lines *bufio.Scanner
}

func watch(t *testing.T, s *panel.Server) *watcher {
	t.Helper()
	resp, err := http.Get("http://" + s.Addr() + "/api/panel") //nolint:noctx // closed below
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream: %d %v", resp.StatusCode, resp.Header)
	}
	return &watcher{t, resp.Body, bufio.NewScanner(resp.Body)}
}

func (w *watcher) next() panel.View {
	w.t.Helper()
	for w.lines.Scan() {
		if data, ok := strings.CutPrefix(w.lines.Text(), "data: "); ok {
			var v panel.View
			if err := json.Unmarshal([]byte(data), &v); err != nil {
				w.t.Fatal(err)
			}
			return v
		}
	}
	w.t.Fatal("the stream ended")
	return panel.View{}
}

func TestStreamShowsEachChangeOnce(t *testing.T) {
	s, _ := start(t, true)
	w := watch(t, s)
	if v := w.next(); v.State != panel.Idle || v.Seq != 1 {
		t.Errorf("first %+v", v)
	}
	for i, state := range []panel.State{panel.Sending, panel.Received, panel.Answered, panel.Ended} {
		for range 3 { // the same again is no change, more seconds neither
			s.Show(panel.View{State: state, WaitedMS: int64(i), Phones: []panel.Phone{}, DemoKeys: true})
		}
		if v := w.next(); v.State != state || v.Seq != uint64(i+2) {
			t.Errorf("shown %s %d, want %s %d", v.State, v.Seq, state, i+2)
		}
	}
	if v := watch(t, s).next(); v.State != panel.Ended {
		t.Errorf("who comes late sees %s", v.State)
	}
}

func TestStreamsAreBoundedAndStopEndsThem(t *testing.T) {
	s, _ := start(t, false)
	var all []*watcher
	for range 8 {
		all = append(all, watch(t, s))
	}
	if resp, body := ask(t, s, http.MethodGet, "/api/panel", ""); resp.StatusCode != 503 || !strings.Contains(body, "too_many_pages") {
		t.Errorf("the ninth page gets %d %s", resp.StatusCode, body)
	}
	s.Stop()
	s.Stop()
	for _, w := range all {
		if _, err := io.ReadAll(w.body); err != nil {
			t.Errorf("a stream ended with %v", err)
		}
	}
}

func TestKeysAreLetGoWithTheLastPage(t *testing.T) {
	s, k := start(t, true)
	w := watch(t, s)
	w.next()
	ask(t, s, http.MethodPost, "/api/key", `{"key":"urgent","down":true}`)
	<-k.more
	_ = w.body.Close()
	<-k.more
	<-k.more
	k.mu.Lock()
	defer k.mu.Unlock()
	if got := strings.Join(k.keys, ", "); got != "urgent down, urgent up, enquiry up" {
		t.Errorf("keys %s", got)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:0": true, "127.0.0.1:8370": true, "127.1.2.3:80": false,
		"0.0.0.0:80": false, ":80": false, "192.168.1.4:80": false, "localhost:80": false, "[::1]:80": false,
		"[::ffff:127.0.0.1]:80": false, "": false, "127.0.0.1": false,
	} {
		if err := panel.Loopback(address); (err == nil) != ok {
			t.Errorf("%q gives %v", address, err)
		}
	}
}
