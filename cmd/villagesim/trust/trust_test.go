package trust_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorilla/websocket"

	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal"
	"huying/terminal/identity"
)

var (
	prove  = flag.Bool("prove", false, "start real hubs and kiosks")
	report = flag.String("report", "", "file for the figures, as JSON")
)

// kioskLife is the validity of kiosks' certificates here, instead of 90 days.
const kioskLife = 6 * time.Second

// figures are what the proof tells.
type figures struct {
	Trials    int   `json:"trials"`
	Presses   int   `json:"presses"`
	Renewals  int   `json:"renewals"`
	RevokedMS int64 `json:"revoked_ms"` // from the command to the last site without the kiosk
	RingMS    int64 `json:"ring_ms"`    // worst, from the key to the list of calls
}

// world is the county, and what is counted.
type world struct {
	t                *testing.T
	dir              string
	terminal         string
	above, below     *site
	admin, desk, top *browser
	from             map[*site]int // where in the hubs' logs the latest start begins
	figures
}

func kioskID(n int) string { return fmt.Sprintf("36102510520%d-1", n) }

func TestIdentity(t *testing.T) {
	if !*prove {
		t.Skip("SKIPPED: real hubs and kiosks are started with -prove only (make prove-identity); hub has the small version")
	}
	w := newWorld(t)
	for _, trial := range []struct {
		name string
		run  func()
	}{
		{"enrolment", w.enrolment}, {"certificates", w.certificates}, {"renewal", w.renewal}, {"an ended certificate", w.ended},
		{"a dead clock", w.deadClock}, {"settings from afar", w.settings}, {"a clone", w.clone}, {"proof of origin", w.origin},
		{"revocation", w.revocation},
	} {
		began := time.Now()
		trial.run()
		t.Logf("%s: %.1f s", trial.name, time.Since(began).Seconds())
	}
	if *report != "" {
		write(t, *report, w.figures)
	}
	t.Logf("%+v", w.figures)
}

func newWorld(t *testing.T) *world {
	dir, err := os.MkdirTemp("", "huying-trust-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	hub, term := programs(t)
	w := &world{t: t, dir: dir, terminal: term}
	secure := object{"mode": "authority", "kiosk_life": kioskLife.String()}
	w.above = open(t, hub, filepath.Join(dir, "county"), county, object{"tls": secure, "children": []object{{"unit": township, "secret": secret}}}, nil)
	kiosks := []object{}
	for n := 1; n <= 6; n++ {
		kiosks = append(kiosks, object{"id": kioskID(n), "township": township, "point": object{"code": kioskID(n)[:12], "name": fmt.Sprintf("第%d村", n)}})
	}
	w.below = open(t, hub, filepath.Join(dir, "township"), township, object{"tls": secure,
		"parent": object{"unit": county, "url": w.above.base, "secret": secret, "root": w.above.root}}, kiosks)
	w.admin, w.desk, w.top = w.below.as("admin"), w.below.as("desk"), w.above.as("desk")
	return w
}

func (w *world) check(ok bool, format string, args ...any) {
	w.t.Helper()
	w.Trials++
	if !ok {
		w.t.Fatalf(format, args...)
	}
}

func (w *world) data(n int) string { return filepath.Join(w.dir, fmt.Sprintf("kiosk-%d", n)) }

type issued struct{ Code, QR, Address string }

func (w *world) code(n int) (i issued) {
	w.t.Helper()
	must(w.t, w.admin.do("POST", "/api/points/"+kioskID(n)+"/enrolment", nil, &i))
	return i
}

// enrol runs terminal enrol.
func (w *world) enrol(n int, args ...string) (string, error) {
	cmd := exec.CommandContext(w.t.Context(), w.terminal, append([]string{"enrol"}, args...)...)
	cmd.Env = append(os.Environ(), "HUYING_TERMINAL_DATA_DIR="+w.data(n))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// kiosk is a running terminal.
type kiosk struct {
	*process
	w    *world
	id   string
	page string
}

func (w *world) start(n int, dir string) *kiosk {
	w.t.Helper()
	w.begin()
	p := run(w.t, []string{"HUYING_TERMINAL_DATA_DIR=" + dir, "HUYING_TERMINAL_PANEL_LISTEN=127.0.0.1:0", "HUYING_TERMINAL_DEMO_KEYS=true"}, w.terminal)
	k := &kiosk{process: p, w: w, id: kioskID(n)}
	k.page = p.says("where its page is", 0, message("terminal started")).text("panel")
	return k
}

// begin marks where in the hubs' logs something begins.
func (w *world) begin() {
	w.from = map[*site]int{w.below: w.below.proc.mark(), w.above: w.above.proc.mark()}
}

// online waits until both sites took the kiosk that was started last.
func (w *world) online(n int) {
	w.t.Helper()
	for s, from := range w.from {
		s.proc.says(kioskID(n)+" connected", from, func(l said) bool {
			return l.text("msg") == "kiosk connected" && l.text("kiosk") == kioskID(n)
		})
	}
	w.Trials++
}

func push(t *testing.T, page, key string) {
	t.Helper()
	for _, down := range []bool{true, false} {
		body, _ := json.Marshal(object{"key": key, "down": down})
		res, err := http.Post("http://"+page+"/api/key", "application/json", bytes.NewReader(body)) //nolint:noctx // on this machine
		must(t, err)
		res.Body.Close()
	}
}

// rings presses and waits until the township shows more calls of the kiosk
// than before, or more presses in its call.
func (w *world) rings(page string, n int) {
	w.t.Helper()
	count := func() (n2 int) {
		for _, c := range w.desk.calls(kioskID(n)) {
			n2 += c.Presses
		}
		return n2
	}
	before := count()
	push(w.t, page, "urgent")
	took := until(w.t, "the press rings", 10*time.Second, func() bool { return count() > before })
	w.RingMS = max(w.RingMS, took.Milliseconds())
	w.Presses++
	w.Trials++
}

func (w *world) enrolment() {
	first := w.code(1)
	out, err := w.enrol(1, "--hub", first.Address, "--code", first.Code[:9]) // eight letters
	w.check(err != nil && strings.Contains(out, "没有证明"), "eight letters are enough: %s", out)
	wrong := first.Code[:10] + strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'F'
		}
		return 'A'
	}, first.Code[10:])
	out, err = w.enrol(1, "--hub", first.Address, "--code", wrong)
	w.check(err != nil && strings.Contains(out, "没有证明"), "wrong check letters are taken: %s", out)
	out, err = w.enrol(1, "--hub", first.Address, "--code", first.Code)
	w.check(err == nil && strings.Contains(out, county.Name), "twelve letters: %v %s", err, out)
	for n := 2; n <= 5; n++ {
		out, err = w.enrol(n, "--qr", w.code(n).QR)
		w.check(err == nil, "QR code: %s", out)
	}
	out, err = w.enrol(6, "--qr", strings.Replace(w.code(6).QR, "root=", "root=A", 1))
	w.check(err != nil, "a spoilt QR code: %s", out)
}

// certificates: a kiosk with one is taken at both sites; one without, and one
// with another's, are refused by name.
func (w *world) certificates() {
	k := w.start(1, w.data(1))
	w.online(1)
	w.rings(k.page, 1)
	for _, s := range []*site{w.below, w.above} {
		w.check(w.knock(s, 2, nil) == "certificate_needed", "%s takes a kiosk without a certificate", s.unit.Name)
		w.check(w.knock(s, 2, w.paper(3)) == "certificate_unknown", "%s takes another's certificate", s.unit.Name)
		w.check(w.knock(s, 2, w.paper(2)) == "", "%s refuses a kiosk's own certificate", s.unit.Name)
	}
	k.end(syscall.SIGKILL)
}

func (w *world) key(n int) ed25519.PrivateKey {
	text, err := os.ReadFile(filepath.Join(w.data(n), "identity.key"))
	must(w.t, err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(w.t, err)
	return key.(ed25519.PrivateKey)
}

func (w *world) certificate(n int) *x509.Certificate {
	text, err := os.ReadFile(filepath.Join(w.data(n), "certificate.pem"))
	must(w.t, err)
	block, _ := pem.Decode(text)
	if block == nil {
		w.t.Fatalf("half a certificate: %q", text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	must(w.t, err)
	return c
}

func (w *world) paper(n int) *tls.Certificate {
	return &tls.Certificate{Certificate: [][]byte{w.certificate(n).Raw}, PrivateKey: w.key(n)}
}

// dial is a kiosk that the test plays itself.
func (w *world) dial(s *site, n int, paper *tls.Certificate) *websocket.Conn {
	cfg := s.http.Transport.(*http.Transport).TLSClientConfig.Clone()
	cfg.NextProtos = []string{identity.KioskProtocol, "http/1.1"}
	if paper != nil {
		cfg.Certificates = []tls.Certificate{*paper}
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return paper, nil }
	}
	d := websocket.Dialer{TLSClientConfig: cfg}
	conn, _, err := d.DialContext(w.t.Context(), "wss"+strings.TrimPrefix(s.base, "https")+"/kiosk?id="+kioskID(n), nil)
	must(w.t, err)
	w.t.Cleanup(func() { conn.Close() })
	nonce := receive(w.t, conn).(wire.Challenge).Nonce
	send(w.t, conn, wire.Hello{Kiosk: kioskID(n), Proto: wire.Proto, BootNo: 1, BootID: rand.Text(), NextSeq: 1,
		Sig: ed25519.Sign(w.key(n), wire.HelloText(nonce, kioskID(n)))})
	return conn
}

// knock gives the code with which a kiosk is refused, "" if it is welcome.
func (w *world) knock(s *site, n int, paper *tls.Certificate) string {
	conn := w.dial(s, n, paper)
	defer conn.Close()
	switch f := receive(w.t, conn).(type) {
	case wire.Refuse:
		return f.Code
	case wire.Welcome:
		return ""
	default:
		w.t.Fatalf("%s answers %s", s.unit.Name, f.Type())
		return ""
	}
}

func receive(t *testing.T, conn *websocket.Conn) wire.Frame {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, b, err := conn.ReadMessage()
	must(t, err)
	f, err := wire.Decode(b)
	must(t, err)
	return f
}

func send(t *testing.T, conn *websocket.Conn, f wire.Frame) {
	t.Helper()
	b, err := wire.Encode(f)
	must(t, err)
	must(t, conn.WriteMessage(websocket.TextMessage, b))
}

// renewal: three times in a row without losing the line; then the kiosk is
// killed again and again around it.
func (w *world) renewal() {
	k := w.start(2, w.data(2))
	w.online(2)
	renewed := message("certificate renewed")
	until(w.t, "three renewals", 3*kioskLife, func() bool { return k.count(renewed) >= 3 })
	w.check(k.count(message("line is down")) == 0, "a renewal costs the line")
	for range 5 {
		was := w.certificate(2).SerialNumber
		until(w.t, "a renewal", 2*kioskLife, func() bool { return w.certificate(2).SerialNumber.Cmp(was) != 0 })
		k.end(syscall.SIGKILL)
		w.Renewals += k.count(renewed)
		w.certificate(2) // whole
		k = w.start(2, w.data(2))
		w.online(2)
	}
	w.rings(k.page, 2)
	w.Renewals += k.count(renewed)
	k.end(syscall.SIGTERM)
}

// ended: off until long after the end, or without the file at all.
func (w *world) ended() {
	until(w.t, "the certificate ends", 2*kioskLife, func() bool { return time.Now().After(w.certificate(1).NotAfter.Add(time.Second)) })
	k := w.start(1, w.data(1))
	w.online(1)
	w.rings(k.page, 1)
	until(w.t, "it is renewed", 10*time.Second, func() bool { return w.certificate(1).NotAfter.After(time.Now()) })
	k.end(syscall.SIGTERM)
	must(w.t, os.WriteFile(filepath.Join(w.data(1), "certificate.pem"), []byte("torn"), 0o600))
	k = w.start(1, w.data(1))
	w.online(1)
	w.rings(k.page, 1)
	k.end(syscall.SIGTERM)
}

// inside is a terminal in this process, for what a real machine's clock and
// patience cannot show in a minute.
func (w *world) inside(n int, clock func() time.Time) *terminal.Terminal {
	w.t.Helper()
	c, err := terminal.Load("", []string{"HUYING_TERMINAL_DATA_DIR=" + w.data(n)})
	must(w.t, err)
	c.Panel, c.DemoKeys, c.Clock, c.TrialPatience = "127.0.0.1:0", true, clock, 4*time.Second
	c.Log = slog.New(slog.DiscardHandler)
	c.Pages = fstest.MapFS{"kiosk.html": {Data: []byte("呼应")}}
	w.begin()
	k, err := terminal.New(c)
	must(w.t, err)
	must(w.t, k.Start(context.Background()))
	w.t.Cleanup(k.Stop)
	return k
}

func (w *world) deadClock() {
	for _, at := range []time.Time{time.Unix(0, 0), time.Now().AddDate(60, 0, 0)} {
		began := time.Now()
		k := w.inside(3, func() time.Time { return at.Add(time.Since(began)) })
		w.online(3)
		w.rings(k.Addr(), 3)
		was := w.certificate(3).SerialNumber
		until(w.t, "a kiosk with a dead clock renews", 2*kioskLife, func() bool { return w.certificate(3).SerialNumber.Cmp(was) != 0 })
		k.Stop()
	}
}

type configured struct {
	Rev      uint32
	Reported struct {
		Rev, Tried uint32
		Error      string
	}
}

func (w *world) config(n int) (c configured) {
	must(w.t, w.admin.do("GET", "/api/points/"+kioskID(n)+"/config", nil, &c))
	return c
}

// settings: applied when the call is over, refused, taken back.
func (w *world) settings() {
	k := w.inside(4, nil)
	w.online(4)
	path := "/api/points/" + kioskID(4) + "/config"
	err := w.admin.do("PUT", path, object{"volume": 5}, nil)
	w.check(err != nil && strings.Contains(err.Error(), "body.volume") && strings.Contains(err.Error(), "音量"), "settings that cannot be used: %v", err)
	must(w.t, w.admin.do("PUT", path, object{"phones": []object{{"label": "值班室", "number": "0794-0000001"}}}, nil))
	want := w.config(4).Rev
	until(w.t, "the kiosk has its settings", 20*time.Second, func() bool { return w.config(4).Reported.Rev == want })
	must(w.t, w.admin.do("PUT", path, object{"home_url": "https://127.0.0.1:1"}, nil))
	bad := w.config(4).Rev
	until(w.t, "they are taken back", 60*time.Second, func() bool { c := w.config(4).Reported; return c.Tried == bad && c.Rev == want && c.Error != "" })
	w.rings(k.Addr(), 4)
	must(w.t, w.admin.do("PUT", path, object{"volume": 70}, nil))
	during := w.config(4).Rev
	never(w.t, "settings are applied during a call", 4*time.Second, func() bool { return w.config(4).Reported.Rev != want })
	w.check(during > bad, "revisions do not count up")
	w.Trials += 2
	k.Stop()
}

// clone: a copied data folder; both ring, each hears of its own call.
func (w *world) clone() {
	copied := filepath.Join(w.dir, "copy")
	must(w.t, os.CopyFS(copied, os.DirFS(w.data(5))))
	must(w.t, os.Chmod(filepath.Join(copied, "identity.key"), 0o600))
	a, from := w.start(5, w.data(5)), w.below.proc.mark()
	w.online(5)
	b := w.start(5, copied)
	alarm := w.below.proc.says("that there is a clone", from, func(s said) bool { return strings.HasPrefix(s.text("msg"), "clone:") })
	w.check(alarm.text("kiosk") == kioskID(5), "the clone of %v", alarm)
	w.above.proc.says("that there is a clone", 0, func(s said) bool { return strings.HasPrefix(s.text("msg"), "clone:") })
	for _, k := range []*kiosk{a, b} {
		k.says("that it is a clone", 0, func(s said) bool { return s.text("fault") == "clone" })
		w.rings(k.page, 5)
		k.says("that its press is stored", 0, func(s said) bool {
			return s.text("msg") == "press is stored at a site" && s.text("site") == township.Code
		})
	}
	w.check(len(w.desk.calls(kioskID(5))) == 2, "two kiosks pressed, %d calls ring", len(w.desk.calls(kioskID(5))))
	a.end(syscall.SIGTERM)
	b.end(syscall.SIGTERM)
}

// origin: every relayed press so far was proved at the county; one that is not
// signed rings too, and is counted at both.
func (w *world) origin() {
	const name = "huying_unproven_presses_total"
	pressed := func() int { // at the county
		n := 0
		for i := 1; i <= 5; i++ {
			for _, c := range w.top.calls(kioskID(i)) {
				n += c.Presses
			}
		}
		return n
	}
	until(w.t, "the county heard of every press", 20*time.Second, func() bool { return pressed() == w.Presses })
	for _, s := range []*site{w.below, w.above} {
		w.check(s.metric(name) == "0", "%s presses are unproven at %s", s.metric(name), s.unit.Name)
	}
	out, err := w.enrol(6, "--qr", w.code(6).QR)
	w.check(err == nil, "QR code: %s", out)
	conn := w.dial(w.below, 6, w.paper(6))
	id := call.PressID{Kiosk: kioskID(6), Mark: call.Mark{Boot: 1, Seq: 1}}
	send(w.t, conn, wire.Press{Press: id, Call: id, Key: call.Urgent, Sig: make([]byte, 64)})
	for _, b := range []*browser{w.desk, w.top} {
		until(w.t, "an unproven press rings", 20*time.Second, func() bool { return len(b.calls(kioskID(6))) == 1 })
		until(w.t, "it is counted", 10*time.Second, func() bool { return b.metric(name) == "1" })
		w.Trials++
	}
	w.Presses++
}

// revocation: at both sites within 5 s, and not again.
func (w *world) revocation() {
	k := w.start(2, w.data(2))
	w.online(2)
	path := "/api/points/" + kioskID(2) + "/revocation"
	err := w.above.as("admin").do("POST", path, nil, nil)
	w.check(err != nil && strings.Contains(err.Error(), "foreign_kiosk"), "the county revokes a township's kiosk: %v", err)
	began, key := time.Now(), w.key(2)
	must(w.t, w.admin.do("POST", path, nil, nil))
	for _, s := range []*site{w.below, w.above} {
		s.proc.says("that the kiosk is cut off", 0, func(l said) bool {
			return l.text("msg") == "kiosk cut off" && l.text("kiosk") == kioskID(2) && l.text("code") == "revoked"
		})
	}
	took := time.Since(began)
	w.RevokedMS = took.Milliseconds()
	w.check(took <= 5*time.Second, "cut off after %v", took)
	for _, s := range []*site{w.below, w.above} {
		w.check(w.knock(s, 2, w.paper(2)) == "revoked", "%s takes a revoked kiosk", s.unit.Name)
	}
	k.end(syscall.SIGTERM)
	out, err := w.enrol(2, "--qr", w.code(2).QR)
	w.check(err == nil && !w.key(2).Equal(key), "enrolled anew: %s", out)
	k = w.start(2, w.data(2))
	w.online(2)
	w.rings(k.page, 2)
}
