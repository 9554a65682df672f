package hub_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"huying/hub"
	"huying/hub/view"
	"huying/internal/enrolment"
	"huying/terminal"
	"huying/terminal/identity"
)

const adminSeed = `
people:
  - {id: a1, account: zhou, password: mima-zhou-1, name: 周（虚构）, post: 管理员, role: administrator, unit: "361025"}
  - {id: p1, account: wang, password: mima-wang-1, name: 王（虚构）, post: 接线员, role: operator, unit: "361025"}
kiosks:
  - {id: 361025105207-1, point: {code: "361025105207", name: 流坑村}, township: {code: "361025105", name: 牛田镇}}
`

const countyAdminSeed = `
people:
  - {id: a1, account: zhou, password: mima-zhou-1, name: 周（虚构）, post: 管理员, role: administrator, unit: "361025"}
  - {id: c1, account: wang, password: mima-wang-1, name: 王（虚构）, post: 值班员, role: supervisor, unit: "361025"}
`

// office is somebody at a browser that has the hub's root.
type office struct {
	t    *testing.T
	base string
	http *http.Client
}

func (w *township) office(account string) *office {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	o := &office{t: w.t, base: "https://" + w.app.Addr(), http: &http.Client{Jar: jar, Timeout: patience}}
	roots := x509.NewCertPool()
	// The first time somebody compares the fingerprint; here nobody is between.
	o.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see above
	if !roots.AppendCertsFromPEM(o.get("/api/authority/root.pem")) {
		w.t.Fatal("the hub offers no root")
	}
	o.http.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	o.do("POST", "/api/session", map[string]string{"account": account, "password": "mima-" + account + "-1"}, nil)
	return o
}

func (o *office) get(path string) []byte {
	o.t.Helper()
	res, err := o.http.Get(o.base + path) //nolint:noctx // the client has a limit
	must(o.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(o.t, err)
	return b
}

func (o *office) do(method, path string, in, out any) {
	o.t.Helper()
	body, err := json.Marshal(in)
	must(o.t, err)
	req, err := http.NewRequest(method, o.base+path, bytes.NewReader(body)) //nolint:noctx // the client has a limit
	must(o.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", o.base)
	res, err := o.http.Do(req)
	must(o.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(o.t, err)
	if res.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %s %s", method, path, res.Status, b)
	}
	if out != nil {
		must(o.t, json.Unmarshal(b, out))
	}
}

// until asks until it is so.
func (o *office) until(what string, ok func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			o.t.Fatalf("it never came that %s", what)
		}
		time.Sleep(20 * time.Millisecond) // a real hub is asked
	}
}

func (o *office) state() view.PointState {
	var out struct{ Points []view.Point }
	o.do("GET", "/api/points", nil, &out)
	for _, p := range out.Points {
		if p.Kiosk == liukeng {
			return p.State
		}
	}
	return ""
}

func (o *office) list() []view.Call {
	var out struct{ Calls []view.Call }
	o.do("GET", "/api/calls", nil, &out)
	return out.Calls
}

func (o *office) calls() int { return len(o.list()) }

// wholeTerminal is a terminal of this process.
func wholeTerminal(t *testing.T, dir string, clock func() time.Time) *terminal.Terminal {
	t.Helper()
	c, err := terminal.Load("", []string{"HUYING_TERMINAL_DATA_DIR=" + dir})
	must(t, err)
	c.Panel, c.DemoKeys, c.Log, c.Clock = "127.0.0.1:0", true, slog.New(slog.DiscardHandler), clock
	c.Pages = fstest.MapFS{"kiosk.html": {Data: []byte("呼应")}}
	term, err := terminal.New(c)
	must(t, err)
	must(t, term.Start(context.Background()))
	t.Cleanup(term.Stop)
	return term
}

func pressAt(t *testing.T, term *terminal.Terminal) {
	t.Helper()
	for _, down := range []string{"true", "false"} {
		res, err := http.Post("http://"+term.Addr()+"/api/key", "application/json", bytes.NewReader([]byte(`{"key":"urgent","down":`+down+`}`))) //nolint:noctx // on this machine
		must(t, err)
		res.Body.Close()
	}
}

// TestIdentityFromEnrolmentToRevocation goes through county and township with
// TLS and a whole terminal; prove-identity does it with the real programs.
func TestIdentityFromEnrolmentToRevocation(t *testing.T) {
	secure := hub.TLS{Mode: hub.TLSAuthority}
	county := newHub(t, hub.Config{Unit: lean, TLS: secure, Metrics: freeAddress(t), Children: []hub.Neighbour{{Unit: niutian, Secret: between}}}, countyAdminSeed)
	county.start()
	above := county.office("zhou")
	root := filepath.Join(t.TempDir(), "county.pem")
	must(t, os.WriteFile(root, above.get("/api/authority/root.pem"), 0o600))
	below := newHub(t, hub.Config{Unit: niutian, TLS: secure, Metrics: freeAddress(t),
		Parent: &hub.Neighbour{Unit: lean, URL: "https://" + county.app.Addr(), Secret: between, Root: root}}, adminSeed)
	below.start()
	admin, operator, supervisor := below.office("zhou"), below.office("wang"), county.office("wang")

	var issued struct{ Code, QR, Address string }
	admin.do("POST", "/api/points/"+liukeng+"/enrolment", nil, &issued)
	code, ok := enrolment.ParseCode(issued.Code)
	if !ok || code.Check == "" || issued.Address != admin.base {
		t.Fatalf("issued %+v", issued)
	}
	dir := t.TempDir()
	code.Check = "AAAA"
	if _, err := identity.Accept(t.Context(), dir, enrolment.Invitation{Hub: issued.Address, Code: code}); err == nil {
		t.Fatal("a hub with another root got the code")
	}
	e, err := identity.Enrol(t.Context(), dir, issued.Address, issued.Code)
	must(t, err)
	if e.Last.Code != lean.Code || e.Last.URL != above.base {
		t.Fatalf("the kiosk does not know the county: %+v", e.Last)
	}

	term := wholeTerminal(t, dir, func() time.Time { return time.Unix(3600, 0) }) // a dead clock
	online := func(o *office) func() bool { return func() bool { return o.state() == view.PointIdle } }
	admin.until("the township has the kiosk", online(admin))
	above.until("the county has the kiosk", online(above))
	pressAt(t, term)
	operator.until("the township rings", func() bool { return operator.calls() == 1 })
	supervisor.until("the county has heard of it", func() bool { return supervisor.calls() == 1 })
	for _, w := range []*township{below, county} {
		if n := w.counted("huying_unproven_presses_total"); n != "0" {
			t.Errorf("%s presses are unproven at %s", n, w.conf.Unit.Name)
		}
	}

	began := time.Now()
	admin.do("POST", "/api/points/"+liukeng+"/revocation", nil, nil)
	// The call rings on; that its kiosk is off the line is shown beside it.
	offline := func(o *office) func() bool { return func() bool { return !o.list()[0].KioskOnline } }
	operator.until("the township cut it off", offline(operator))
	supervisor.until("the county cut it off", offline(supervisor))
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("cut off after %v", took)
	}
}
