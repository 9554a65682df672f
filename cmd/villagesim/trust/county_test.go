package trust_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/hub/view"
)

// object is a settings file: YAML, and JSON is YAML.
type object = map[string]any

const (
	password = "mima-trust-2026" // works in these trials only
	secret   = "a-secret-of-two-hubs-that-know-each-other"
)

var (
	county   = view.Unit{Code: "361025", Name: "乐安县"}
	township = view.Unit{Code: "361025105", Name: "牛田镇"}
)

// site is a hub with a person at a browser that has its root.
type site struct {
	t       *testing.T
	unit    view.Unit
	proc    *process
	base    string
	metrics string
	root    string // file
	http    *http.Client
}

func person(account, role, unit string) object {
	return object{"id": account + "-" + unit, "account": account, "password": password, "name": "王（虚构）", "post": "值班员", "role": role, "unit": unit}
}

// open starts a hub and signs in; more are settings beside the usual ones.
func open(t *testing.T, program, folder string, unit view.Unit, more object, kiosks []object) *site {
	t.Helper()
	must(t, os.MkdirAll(folder, 0o755)) // PostgreSQL's user passes through
	s := &site{t: t, unit: unit, metrics: freeAddress(t), root: filepath.Join(folder, "root.pem")}
	seed := filepath.Join(folder, "seed.yaml")
	write(t, seed, object{"people": []object{person("admin", "administrator", county.Code), person("desk", "supervisor", county.Code)}, "kiosks": kiosks})
	settings := object{"unit": unit, "listen": "127.0.0.1:0", "data": folder, "seed": seed, "metrics": s.metrics,
		"media": object{"node_ip": "127.0.0.1"}}
	for k, v := range more {
		settings[k] = v
	}
	write(t, filepath.Join(folder, "hub.yaml"), settings)
	s.proc = run(t, nil, program, "--config", filepath.Join(folder, "hub.yaml"))
	s.base = "https://" + s.proc.says("where it listens", 0, message("hub runs")).text("address")
	s.enter()
	return s
}

// enter takes the root, as somebody does who compares its fingerprint, and
// signs in as desk and administrator at once: the roles' doors have tests of
// their own.
func (s *site) enter() {
	s.t.Helper()
	first := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	res, err := first.Get(s.base + "/api/authority/root.pem")                                                 //nolint:noctx // on this machine
	must(s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(s.t, err)
	must(s.t, os.WriteFile(s.root, text, 0o644))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		s.t.Fatal("the hub offers no root")
	}
	s.http = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
}

// as is the browser of somebody.
func (s *site) as(account string) *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	b := &browser{site: s, http: &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: s.http.Transport}}
	must(s.t, b.do("POST", "/api/session", object{"account": account, "password": password}, nil))
	return b
}

type browser struct {
	*site
	http *http.Client
}

func (b *browser) do(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	must(b.t, err)
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, bytes.NewReader(body))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", b.base)
	res, err := b.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	must(b.t, err)
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, answer)
	}
	if out != nil {
		return json.Unmarshal(answer, out)
	}
	return nil
}

// calls gives the open calls of a kiosk.
func (b *browser) calls(kiosk string) (open []view.Call) {
	var out struct{ Calls []view.Call }
	must(b.t, b.do("GET", "/api/calls", nil, &out))
	for _, c := range out.Calls {
		if c.Kiosk == kiosk && c.Phase != view.Closed {
			open = append(open, c)
		}
	}
	return open
}

// metric reads one of the hub's.
func (s *site) metric(name string) string {
	res, err := http.Get("http://" + s.metrics + "/metrics") //nolint:noctx // on this machine
	must(s.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(s.t, err)
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// until asks until it is so, and gives how long it took.
func until(t *testing.T, what string, limit time.Duration, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			t.Fatalf("within %v it did not come that %s", limit, what)
		}
		time.Sleep(10 * time.Millisecond) // a real program is asked
	}
	return time.Since(began)
}

// never watches that something does not come for a while.
func never(t *testing.T, what string, watch time.Duration, bad func() bool) {
	t.Helper()
	for began := time.Now(); time.Since(began) < watch; time.Sleep(50 * time.Millisecond) { // a real program is asked
		if bad() {
			t.Fatalf("%s", what)
		}
	}
}

func write(t *testing.T, path string, v any) {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	must(t, err)
	must(t, os.WriteFile(path, b, 0o644))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}
