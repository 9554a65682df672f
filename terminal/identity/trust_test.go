package identity_test

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/hub/authority"
	"huying/internal/enrolment"
	"huying/terminal/identity"
)

type shelf struct{}

func (shelf) KeepAuthority(_ context.Context, k authority.Kept) (authority.Kept, error) {
	return k, nil
}

func newAuthority(t *testing.T, now time.Time) *authority.Authority {
	t.Helper()
	a, err := authority.Open(t.Context(), shelf{}, "牛田镇", now)
	must(t, err)
	return a
}

// secureHub answers enrolments over TLS with a certificate of its authority,
// made at a time; it counts the codes that reach it.
type secureHub struct {
	*httptest.Server
	authority *authority.Authority
	codes     []string
	shown     []*x509.Certificate // what kiosks showed
}

func newSecureHub(t *testing.T, made time.Time, names ...string) *secureHub {
	h := &secureHub{authority: newAuthority(t, made)}
	cert, err := h.authority.NewServer(names, 0, func() time.Time { return made })
	must(t, err)
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(h.serve))
	h.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	h.TLS = &tls.Config{GetCertificate: cert.GetCertificate, ClientAuth: tls.RequestClientCert, NextProtos: []string{"http/1.1"}}
	h.Listener = newLocal(t)
	h.TLS.MinVersion = tls.VersionTLS12
	h.Server.Listener = tls.NewListener(h.Listener, h.TLS)
	h.Start()
	h.URL = "https" + strings.TrimPrefix(h.URL, "http")
	t.Cleanup(h.Close)
	return h
}

func (h *secureHub) serve(w http.ResponseWriter, r *http.Request) {
	var in struct{ Code, PublicKey, Request, Kiosk string }
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &struct {
		Code      *string `json:"code"`
		PublicKey *string `json:"public_key"`
		Request   *string `json:"request"`
	}{&in.Code, &in.PublicKey, &in.Request})
	h.codes = append(h.codes, in.Code)
	if r.TLS != nil {
		h.shown = append(h.shown, r.TLS.PeerCertificates...)
	}
	request, _ := base64.StdEncoding.DecodeString(in.Request)
	csr, err := x509.ParseCertificateRequest(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	der, err := h.authority.SignKiosk(request, "361025105207-1", csr.PublicKey.(ed25519.PublicKey), time.Now(), 90*24*time.Hour)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"kiosk": "361025105207-1", "point": unit("361025105207"), "township": unit("361025105"), "site": unit("361025105"),
		"root": string(h.authority.RootPEM()), "certificate": toPEM(der),
		"last":   map[string]string{"code": "361025", "name": "乐安县", "url": "https://county.example", "root": string(h.authority.RootPEM())},
		"config": map[string]any{"rev": 4, "settings": map[string]int{"volume": 70}},
	})
}

func unit(code string) map[string]string { return map[string]string{"code": code, "name": code} }

func toPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

var secret = enrolment.Code{Secret: "A3KM79XQ"}

func TestTheHubProvesItselfBeforeTheCodeIsSent(t *testing.T) {
	now := time.Now()
	h := newSecureHub(t, now, "127.0.0.1")
	root := authority.Fingerprint(h.authority.Root())
	foreign := authority.Fingerprint(newAuthority(t, now).Root())
	for name, c := range map[string]struct {
		i    enrolment.Invitation
		good bool
	}{
		"QR code":                 {enrolment.Invitation{Code: secret, Root: root[:]}, true},
		"twelve letters":          {enrolment.Invitation{Code: secret.WithCheck(root)}, true},
		"eight letters":           {enrolment.Invitation{Code: secret}, false},
		"letters of another hub":  {enrolment.Invitation{Code: secret.WithCheck(foreign)}, false},
		"QR code of another hub":  {enrolment.Invitation{Code: secret.WithCheck(root), Root: foreign[:]}, false},
		"letters of another code": {enrolment.Invitation{Code: enrolment.Code{Secret: secret.Secret, Check: enrolment.Code{Secret: "AAAAAAAA"}.WithCheck(root).Check}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h.codes = nil
			c.i.Hub = h.URL
			dir := t.TempDir()
			e, err := identity.Accept(t.Context(), dir, c.i)
			if (err == nil) != c.good {
				t.Fatalf("%v", err)
			}
			if !c.good {
				if !errors.Is(err, identity.ErrUnproven) && !strings.Contains(err.Error(), "没有证明") || len(h.codes) != 0 {
					t.Fatalf("%v; the hub got %v", err, h.codes)
				}
				return
			}
			if len(h.codes) != 1 || h.codes[0] != "A3KM-79XQ" {
				t.Fatalf("the hub got %v: the check is not for it", h.codes)
			}
			b, err := identity.OpenBadge(dir, nil)
			must(t, err)
			if b.Certificate() == nil || b.Certificate().Subject.CommonName != e.Kiosk || e.Last.Code != "361025" || e.LastRoot(dir) == "" {
				t.Fatalf("kept %+v, certificate %v", e, b.Certificate())
			}
			text, err := os.ReadFile(filepath.Join(dir, "settings.json"))
			if err != nil || !strings.Contains(string(text), `"rev": 4`) {
				t.Fatalf("settings %s, %v", text, err)
			}
		})
	}
}

func TestAnotherNameIsNotTheHub(t *testing.T) {
	h := newSecureHub(t, time.Now(), "hub.example")
	root := authority.Fingerprint(h.authority.Root())
	if _, err := identity.Accept(t.Context(), t.TempDir(), enrolment.Invitation{Hub: h.URL, Code: secret, Root: root[:]}); err == nil || len(h.codes) > 0 {
		t.Fatalf("%v; the hub got %v", err, h.codes)
	}
}

// TestADeadClockConnects: the kiosk's clock is in 1970, or in a far future, or
// the hub's certificate is of another time; the authority is the same.
func TestADeadClockConnects(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct{ kiosk, hub time.Time }{
		"both right":                  {now, now},
		"kiosk in 1970":               {time.Unix(0, 0), now},
		"kiosk in 1970, hub in 2031":  {time.Unix(0, 0), now.AddDate(5, 0, 0)},
		"kiosk in 2090":               {now.AddDate(64, 0, 0), now},
		"certificate ended long ago":  {now, now.AddDate(-3, 0, 0)},
		"certificate of next century": {now, now.AddDate(90, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSecureHub(t, c.hub, "127.0.0.1")
			dir := t.TempDir()
			_, err := identity.LoadOrCreate(dir)
			must(t, err)
			rootFile := filepath.Join(dir, "root.pem")
			must(t, os.WriteFile(rootFile, h.authority.RootPEM(), 0o600))
			b, err := identity.OpenBadge(dir, func() time.Time { return c.kiosk })
			must(t, err)
			for range 2 { // the second time resumes the session
				must(t, visit(t, b, rootFile, h.URL))
			}
			must(t, os.WriteFile(rootFile, newAuthority(t, now).RootPEM(), 0o600))
			if err := visit(t, b, rootFile, h.URL); err == nil {
				t.Fatal("another authority's hub is believed")
			}
		})
	}
}

// A kiosk that never met a hub has no time to hold against its dead clock, and
// the county's own certificate, which the system knows, is not ours to excuse.
func TestADeadClockConnectsWithACountysCertificate(t *testing.T) {
	if os.Getenv("HUB") == "" { // the system's roots are read once in a process
		h := newSecureHub(t, time.Now(), "127.0.0.1")
		root := filepath.Join(t.TempDir(), "root.pem")
		must(t, os.WriteFile(root, h.authority.RootPEM(), 0o600))
		again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$") //nolint:gosec // this test
		again.Env = append(os.Environ(), "SSL_CERT_FILE="+root, "SSL_CERT_DIR="+t.TempDir(), "HUB="+h.URL)
		if out, err := again.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	for _, year := range []int{1970, 2023} {
		dir := t.TempDir()
		_, err := identity.LoadOrCreate(dir)
		must(t, err)
		b, err := identity.OpenBadge(dir, func() time.Time { return time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC) })
		must(t, err)
		must(t, visit(t, b, "", os.Getenv("HUB")))
	}
}

func visit(t *testing.T, b *identity.Badge, root, url string) error {
	t.Helper()
	c, err := b.TLS(url, root)
	must(t, err)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}
	resp, err := client.Get(url) //nolint:noctx // on this machine
	if err == nil {
		resp.Body.Close()
	}
	return err
}

func TestTheClockIsWhatTheHubSaid(t *testing.T) {
	dir := t.TempDir()
	own := time.Unix(1000, 0)
	c := identity.OpenClock(dir, func() time.Time { return own })
	if _, known := c.Now(); !known {
		t.Error("a kiosk that knows nothing better must believe its clock")
	}
	c.Been(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if now, known := c.Now(); known || now.Year() != 2026 {
		t.Errorf("a clock before what has been is believed: %v", now)
	}
	hub := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	wrong, err := c.Heard(hub)
	if err != nil || wrong > -40*365*24*time.Hour {
		t.Errorf("wrong by %v, %v", wrong, err)
	}
	own = own.Add(time.Hour)
	if now, known := c.Now(); !known || !now.Equal(hub.Add(time.Hour)) {
		t.Errorf("an hour later it is %v", now)
	}
	again := identity.OpenClock(dir, func() time.Time { return own })
	if now, known := again.Now(); known || !now.Equal(hub) {
		t.Errorf("after a restart the known time is %v", now)
	}
	own = hub.Add(30 * time.Hour)
	if now, known := again.Now(); !known || !now.Equal(own) {
		t.Errorf("a clock that was set is not believed: %v", now)
	}
	if wrong, _ := again.Heard(own.Add(4 * time.Minute)); wrong != 0 {
		t.Errorf("wrong by %v", wrong)
	}
	must(t, os.WriteFile(filepath.Join(dir, "clock.json"), []byte("torn"), 0o600))
	identity.OpenClock(dir, nil)
}

// TestACertificateIsRenewedAtTwoThirds runs in virtual time.
func TestACertificateIsRenewedAtTwoThirds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const life = 90 * 24 * time.Hour
		a := newAuthority(t, time.Now())
		dir := t.TempDir()
		id, err := identity.LoadOrCreate(dir)
		must(t, err)
		b, err := identity.OpenBadge(dir, nil)
		must(t, err)
		public, _ := base64.StdEncoding.DecodeString(id.Public())
		began := time.Now()
		var mu sync.Mutex
		var asked []time.Duration
		away := true
		r := identity.NewRenewal(b, func(_ context.Context, request []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, time.Since(began))
			if away {
				return nil, errors.New("no line")
			}
			der, err := a.SignKiosk(request, "k-1", public, time.Now(), life)
			return []byte(toPEM(der)), err
		}, slog.New(slog.DiscardHandler))
		r.Start()
		defer r.Stop()
		// Without a certificate it asks at once, and again while the hub is away.
		wait(24 * time.Hour)
		mu.Lock()
		if n := len(asked); n < 6 || n > 20 || asked[0] != 0 {
			t.Fatalf("in a day without a hub it asked %d times: %v", n, asked)
		}
		away = false
		mu.Unlock()
		wait(6 * time.Hour)
		first := b.Certificate()
		if first == nil {
			t.Fatal("no certificate although the hub is back")
		}
		got := time.Since(began) - time.Since(first.NotBefore)
		mu.Lock()
		asked = nil
		mu.Unlock()
		// The moment is spread by the certificate's number, which is drawn anew in
		// each run: up to a tenth of the life after two thirds of it.
		const latest = life*2/3 + life/10
		wait(latest)
		mu.Lock()
		defer mu.Unlock()
		if len(asked) != 1 || asked[0]-got < life*2/3-time.Second || asked[0]-got > latest {
			t.Fatalf("renewed at %v of %v", asked, life)
		}
		again, err := identity.OpenBadge(dir, nil)
		if err != nil || !again.Certificate().Equal(b.Certificate()) || b.Certificate().Equal(first) {
			t.Fatal("the new certificate is not what the disk has")
		}
		must(t, os.WriteFile(filepath.Join(dir, "certificate.pem"), []byte("torn"), 0o600))
		if torn, err := identity.OpenBadge(dir, nil); err != nil || torn.Certificate() != nil {
			t.Fatalf("a torn certificate: %v", err)
		}
		other, _ := identity.LoadOrCreate(t.TempDir())
		request, _ := other.Request()
		key, _ := base64.StdEncoding.DecodeString(other.Public())
		der, err := a.SignKiosk(request, "k-1", key, time.Now(), life)
		must(t, err)
		if b.Take([]byte(toPEM(der))) == nil {
			t.Fatal("a certificate for another key was taken")
		}
	})
}

// TestAClockThatIsAheadDoesNotHammer: every certificate seems to have ended.
func TestAClockThatIsAheadDoesNotHammer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const life = 90 * 24 * time.Hour
		a := newAuthority(t, time.Now())
		dir := t.TempDir()
		id, err := identity.LoadOrCreate(dir)
		must(t, err)
		b, err := identity.OpenBadge(dir, func() time.Time { return time.Now().AddDate(50, 0, 0) })
		must(t, err)
		public, _ := base64.StdEncoding.DecodeString(id.Public())
		asked := make(chan time.Time, 64)
		r := identity.NewRenewal(b, func(_ context.Context, request []byte) ([]byte, error) {
			asked <- time.Now()
			der, err := a.SignKiosk(request, "k-1", public, time.Now(), life)
			return []byte(toPEM(der)), err
		}, slog.New(slog.DiscardHandler))
		r.Start()
		defer r.Stop()
		wait(life)
		if n := len(asked); n > 3 {
			t.Fatalf("it asked %d times in 90 days", n)
		}
		_, err = b.Clock.Heard(time.Now()) // now it knows the time
		must(t, err)
		r.Look()
		wait(time.Hour)
		if c := b.Certificate(); time.Until(c.NotAfter) < life/4 {
			t.Fatalf("with the time known it has a certificate until %v", c.NotAfter)
		}
	})
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() } // virtual time
