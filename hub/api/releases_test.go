package api_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"huying/hub/authority"
	"huying/hub/directory"
	"huying/hub/memstore"
	"huying/hub/releases"
	"huying/internal/release"
	"huying/internal/wire"
)

// stock is a depot with kiosks that are what a test says.
type stock struct {
	*releases.Depot
	kiosks []releases.Kiosk
	now    time.Time
	alarms []string
	key    ed25519.PrivateKey
}

func newStock(t *testing.T) *stock {
	public, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	s := &stock{key: key, now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	s.Depot = releases.NewDepot(releases.Config{Store: memstore.New(), Key: public, Log: slog.New(slog.DiscardHandler),
		Fleet: func() (time.Time, []releases.Kiosk) { return s.now, s.kiosks },
		Mine:  func(string) bool { return true }, Tell: func([]string) {},
		Alarm: func(kiosk, _, detail string, failed bool) {
			if failed {
				s.alarms = append(s.alarms, kiosk+" "+detail)
			}
		}})
	return s
}

// kiosk is one that runs the old program.
func (s *stock) kiosk(id string) {
	s.kiosks = append(s.kiosks, releases.Kiosk{ID: id, Township: id[:9], Village: id[:12], Online: true, Since: s.now, Version: "0.2.0", Arch: "arm64"})
}

// says lets a kiosk tell of its update.
func (s *stock) says(t *testing.T, n int, p wire.Phase) {
	t.Helper()
	k := &s.kiosks[n]
	s.now = s.now.Add(time.Minute)
	k.Update = &wire.UpdateState{Version: "0.3.0", Phase: p, Percent: 40}
	if p == wire.Installed {
		k.Version, k.Proven = "0.3.0", s.now.Add(time.Second)
	}
	must(t, s.Look(context.Background()))
	s.now = s.now.Add(time.Minute)
	must(t, s.Look(context.Background()))
}

func (s *stock) signed(t *testing.T, version string, file []byte) release.Manifest {
	t.Helper()
	m, err := release.Sign(s.key, version, "arm64", bytes.NewReader(file))
	must(t, err)
	return m
}

// twoFiles is two files of a page's form, in this order.
func twoFiles(t *testing.T, files ...any) (text, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		part, err := w.CreateFormFile(files[i].(string), "file")
		must(t, err)
		_, err = part.Write(files[i+1].([]byte))
		must(t, err)
	}
	must(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func text(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return b
}

func (b *browser) upload(status int, files ...any) *httptest.ResponseRecorder {
	b.site.t.Helper()
	body, kind := twoFiles(b.site.t, files...)
	b.header.Set("Content-Type", kind)
	defer b.header.Del("Content-Type")
	return b.expect(status, "POST", "/api/releases", body)
}

var packageFile = bytes.Repeat([]byte("huying-terminal "), 50_000) // 800 KB: four pieces

func TestAReleaseIsUploadedListedAndDeleted(t *testing.T) {
	site := open(t)
	admin := site.signedIn("administrator")
	m := site.stock.signed(t, "0.3.0", packageFile)
	w := admin.upload(201, "manifest", text(t, m), "package", packageFile)
	if !strings.Contains(w.Body.String(), `"version":"0.3.0"`) || !strings.Contains(w.Body.String(), `"uploaded_by":"张三"`) {
		t.Fatal(w.Body)
	}
	problem(t, admin.upload(409, "manifest", text(t, m), "package", packageFile), "release_exists")
	list := admin.expect(200, "GET", "/api/releases", "").Body.String()
	if strings.Count(list, m.SHA256) != 1 || !strings.Contains(list, `"signed":true`) {
		t.Fatal(list)
	}
	if !strings.Contains(site.log.String()+list, "0.3.0") {
		t.Fatal("nothing is logged")
	}
	admin.expect(204, "DELETE", "/api/releases/0.3.0/arm64", "")
	admin.refused(404, "unknown_release", "DELETE", "/api/releases/0.3.0/arm64", "")
	admin.upload(201, "manifest", text(t, m), "package", packageFile)
}

func TestAWrongReleaseIsRefusedInWordsAndLeavesNothing(t *testing.T) {
	site := open(t)
	admin := site.signedIn("administrator")
	m := site.stock.signed(t, "0.3.0", packageFile)
	_, thief, _ := ed25519.GenerateKey(nil)
	forged, err := release.Sign(thief, "0.3.0", "arm64", bytes.NewReader(packageFile))
	must(t, err)
	large := m
	large.Size = release.MaxSize + 1
	altered := bytes.Clone(packageFile)
	altered[700_000]++
	for name, c := range map[string]struct {
		files  []any
		status int
		code   string
		says   string
	}{
		"another key":     {[]any{"manifest", text(t, forged), "package", packageFile}, 422, "bad_signature", "签名"},
		"no manifest":     {[]any{"manifest", []byte("PK..."), "package", packageFile}, 422, "bad_field", "清单"},
		"too large":       {[]any{"manifest", text(t, large), "package", packageFile}, 422, "bad_field", "size"},
		"package first":   {[]any{"package", packageFile, "manifest", text(t, m)}, 422, "bad_field", "请先传清单"},
		"manifest alone":  {[]any{"manifest", text(t, m)}, 422, "bad_field", "两个文件"},
		"a byte altered":  {[]any{"manifest", text(t, m), "package", altered}, 422, "bad_field", "与清单不符"},
		"cut off":         {[]any{"manifest", text(t, m), "package", packageFile[:700_000]}, 422, "bad_field", "只有 700000 字节"},
		"longer":          {[]any{"manifest", text(t, m), "package", append(bytes.Clone(packageFile), 'x')}, 422, "bad_field", "长"},
		"far longer":      {[]any{"manifest", text(t, m), "package", bytes.Repeat(packageFile, 4)}, 422, "bad_field", "长"},
		"an empty file":   {[]any{"manifest", text(t, m), "package", []byte{}}, 422, "bad_field", "只有 0 字节"},
		"no files at all": {nil, 422, "bad_field", "两个文件"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problem(t, admin.upload(c.status, c.files...), c.code)
			if !strings.Contains(p.Detail, c.says) {
				t.Fatal(p.Detail)
			}
		})
	}
	if list := admin.expect(200, "GET", "/api/releases", "").Body.String(); strings.Contains(list, "0.3.0") {
		t.Fatal(list)
	}
	for n := range releases.MostPackages {
		m := site.stock.signed(t, "0.4."+string(rune('0'+n)), packageFile[:10])
		admin.upload(201, "manifest", text(t, m), "package", packageFile[:10])
	}
	problem(t, admin.upload(409, "manifest", text(t, m), "package", packageFile), "too_many_releases")
}

// begun is a site with a release that a trial is offered.
func begun(t *testing.T) (*site, *browser) {
	t.Helper()
	site := open(t)
	admin := site.signedIn("administrator")
	site.stock.kiosk("361025105207-1")
	site.stock.kiosk("361025105209-1")
	site.stock.kiosk("361025105210-1")
	admin.upload(201, "manifest", text(t, site.stock.signed(t, "0.3.0", packageFile)), "package", packageFile)
	admin.expect(201, "POST", "/api/rollout", `{"version":"0.3.0","trial":["361025105207-1"]}`)
	must(t, site.stock.Look(t.Context()))
	return site, admin
}

func TestARolloutIsLedByAPerson(t *testing.T) {
	site, admin := begun(t)
	admin.refused(409, "rollout_active", "POST", "/api/rollout", `{"version":"0.3.0","trial":["361025105207-1"]}`)
	admin.refused(409, "release_in_use", "DELETE", "/api/releases/0.3.0/arm64", "")
	admin.refused(409, "stage_not_done", "POST", "/api/rollout/advance", `{"from":"trial"}`)
	site.stock.says(t, 0, wire.Fetching)
	if now := admin.expect(200, "GET", "/api/rollout", "").Body.String(); !strings.Contains(now, `"phase":"fetching"`) ||
		!strings.Contains(now, `"percent":40`) || !strings.Contains(now, `"missing":"fetching"`) || !strings.Contains(now, `"waits":1`) {
		t.Fatal(now)
	}
	site.stock.says(t, 0, wire.Installed)
	admin.refused(409, "rollout_changed", "POST", "/api/rollout/advance", `{"from":"tenth"}`)
	admin.refused(422, "bad_field", "POST", "/api/rollout/advance", `{"from":"nowhere"}`)
	admin.expect(200, "POST", "/api/rollout/advance", `{"from":"trial"}`)
	admin.refused(409, "rollout_changed", "POST", "/api/rollout/advance", `{"from":"trial"}`) // a second click
	admin.expect(200, "POST", "/api/rollout/advance", `{"from":"tenth"}`)
	must(t, site.stock.Look(t.Context()))
	site.stock.says(t, 1, wire.RolledBack)
	now := admin.expect(200, "GET", "/api/rollout", "").Body.String()
	if !strings.Contains(now, `"state":"halted"`) || !strings.Contains(now, `"may":["resume","withdraw"]`) || !strings.Contains(now, `"failed":1`) {
		t.Fatal(now)
	}
	if len(site.stock.alarms) == 0 || !strings.Contains(site.stock.alarms[0], "361025105209-1 新版本没有通过试用") {
		t.Fatalf("%q", site.stock.alarms)
	}
	admin.refused(422, "bad_field", "POST", "/api/rollout/resume", `{"note":" "}`)
	admin.expect(200, "POST", "/api/rollout/resume", `{"note":"那台的磁盘坏了"}`)
	admin.expect(200, "POST", "/api/rollout/pause", `{}`)
	admin.refused(409, "wrong_phase", "POST", "/api/rollout/pause", `{}`)
	last := admin.expect(200, "POST", "/api/rollout/withdraw", `{"note":"改天再说"}`).Body.String()
	if !strings.Contains(last, `"can_begin":true`) || strings.Count(last, `"person":"张三"`) != 7 || !strings.Contains(last, "那台的磁盘坏了") {
		t.Fatal(last)
	}
	admin.refused(409, "wrong_phase", "POST", "/api/rollout/withdraw", `{}`)
	admin.refused(422, "bad_field", "POST", "/api/rollout", `{"version":"0.3.0","trial":["361025105299-1"]}`)
}

// kioskAt is a kiosk's request for a package, over TLS if it shows a certificate.
func (s *site) kioskAt(c *x509.Certificate, secure bool, version, span string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://hub.test/api/kiosk/package?arch=arm64&version="+version, nil)
	if secure {
		r.TLS = &tls.ConnectionState{}
	}
	if c != nil {
		r.TLS.PeerCertificates = []*x509.Certificate{c}
	}
	if span != "" {
		r.Header.Set("Range", span)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func TestOnlyWhoHasTheOfferGetsThePackage(t *testing.T) {
	site, admin := begun(t)
	a, err := authority.Open(t.Context(), site.store, "牛田镇", time.Now())
	must(t, err)
	paper := func(kiosk string, enrolled bool) *x509.Certificate {
		public, key, _ := ed25519.GenerateKey(nil)
		if enrolled {
			must(t, site.store.PutKiosk(t.Context(), directory.Kiosk{ID: kiosk, PublicKey: public, EnrolledAt: time.Now()}))
		}
		csr, err := base64.StdEncoding.DecodeString(request(t, key))
		must(t, err)
		der, err := a.SignKiosk(csr, kiosk, public, time.Now(), time.Hour)
		must(t, err)
		c, err := x509.ParseCertificate(der)
		must(t, err)
		return c
	}
	offered, other := paper("361025105207-1", true), paper("361025105209-1", true)
	w := site.kioskAt(offered, true, "0.3.0", "")
	m := site.stock.signed(t, "0.3.0", packageFile)
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), packageFile) || w.Header().Get("ETag") != `"`+m.SHA256+`"` {
		t.Fatalf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	w = site.kioskAt(offered, true, "0.3.0", "bytes=300000-")
	if w.Code != 206 || !bytes.Equal(w.Body.Bytes(), packageFile[300_000:]) {
		t.Fatalf("%d, %d bytes", w.Code, w.Body.Len())
	}
	problem(t, site.kioskAt(other, true, "0.3.0", ""), "not_offered")
	problem(t, site.kioskAt(offered, true, "0.2.9", ""), "not_offered")
	problem(t, site.kioskAt(nil, true, "0.3.0", ""), "unproven_kiosk")
	problem(t, site.kioskAt(paper("361025105207-1", false), true, "0.3.0", ""), "unproven_kiosk") // with another key
	problem(t, site.kioskAt(paper("361025105208-1", false), true, "0.3.0", ""), "unproven_kiosk")
	if w := site.kioskAt(nil, false, "0.3.0", ""); w.Code != 200 {
		t.Fatalf("without TLS nobody can tell who asks: %d", w.Code)
	}
	must(t, site.store.RevokeKiosk(t.Context(), "361025105207-1"))
	problem(t, site.kioskAt(offered, true, "0.3.0", ""), "unproven_kiosk")
	admin.expect(200, "POST", "/api/rollout/withdraw", `{}`)
	problem(t, site.kioskAt(nil, false, "0.3.0", ""), "not_offered")
}

// stuck is a kiosk's line that takes nothing until it is let go.
type stuck struct {
	*httptest.ResponseRecorder
	began chan struct{}
	held  chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	if s.began != nil {
		close(s.began)
		s.began = nil
		<-s.held
	}
	return s.ResponseRecorder.Write(b)
}

func (s *stuck) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{s}, r) }

func TestFourFetchAtOnceAndTheFifthComesAgain(t *testing.T) {
	site, _ := begun(t)
	held := make(chan struct{})
	done := make(chan int)
	for range 4 {
		w := &stuck{httptest.NewRecorder(), make(chan struct{}), held}
		began := w.began
		go func() {
			site.handler.ServeHTTP(w, httptest.NewRequest("GET", "http://hub.test/api/kiosk/package?arch=arm64&version=0.3.0", nil))
			done <- w.Body.Len()
		}()
		<-began
	}
	w := site.kioskAt(nil, false, "0.3.0", "")
	problem(t, w, "busy")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "30" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	close(held)
	for range 4 {
		if n := <-done; n != len(packageFile) {
			t.Fatalf("%d bytes", n)
		}
	}
	if w := site.kioskAt(nil, false, "0.3.0", ""); w.Code != 200 {
		t.Fatal(w.Code)
	}
}
