package update

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
)

// hub serves one package, and does to the line what a test wants.
type hub struct {
	*httptest.Server
	content []byte
	m       release.Manifest
	asked   atomic.Int64
	served  atomic.Int64 // octets of bodies
	cut     atomic.Int64 // after how many octets of an answer; 0: never
	ranges  chan string
}

func openHub(t *testing.T, content []byte) *hub {
	t.Helper()
	m, err := release.Sign(private, "1.1", "arm64", bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{content: content, m: m, ranges: make(chan string, 100)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked.Add(1)
		h.ranges <- r.Header.Get("Range")
		if r.URL.Path != "/api/kiosk/package" || r.URL.RawQuery != "arch=arm64&version=1.1" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", `"`+h.m.SHA256+`"`)
		http.ServeContent(&cutter{w, h, h.cut.Load()}, r, "", time.Time{}, bytes.NewReader(h.content))
	}))
	t.Cleanup(h.Close)
	return h
}

// cutter breaks the line after some octets.
type cutter struct {
	http.ResponseWriter
	h    *hub
	left int64
}

func (c *cutter) Write(p []byte) (int, error) {
	if c.left > 0 {
		if c.left -= int64(len(p)); c.left <= 0 {
			panic(http.ErrAbortHandler)
		}
	}
	n, err := c.ResponseWriter.Write(p)
	c.h.served.Add(int64(n))
	return n, err
}

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * i >> 8)
	}
	return b
}

func roomy(string) (int64, error) { return 1 << 40, nil }

func TestAPackageComesThroughALineThatBreaks(t *testing.T) {
	h, dir := openHub(t, content(2<<20)), t.TempDir()
	h.cut.Store(700 << 10)
	s := newSource(strings.Replace(h.URL, "http", "ws", 1), nil, 1<<30)
	s.free = roomy
	tries := 0
	for ; tries < 20; tries++ {
		if err := s.fetch(t.Context(), h.m, dir, func(int64) {}); err == nil {
			break
		}
	}
	if tries != 3 { // 2 MiB in pieces of less than 700 KiB, each from where the last stopped
		t.Errorf("%d tries were cut", tries)
	}
	if got, err := os.ReadFile(filepath.Join(dir, PackageFile)); err != nil || !bytes.Equal(got, h.content) {
		t.Error("what came is not what was sent", err)
	}
	asked := h.asked.Load()
	if err := s.fetch(t.Context(), h.m, dir, func(int64) {}); err != nil || h.asked.Load() != asked {
		t.Error("fetched again", err)
	}
}

func TestAPackageThatWasReplacedMeanwhileComesWhole(t *testing.T) {
	h, dir := openHub(t, content(200<<10)), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, partFile), make([]byte, 50<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSource(h.URL, nil, 1<<30)
	s.free = roomy
	// The part is of another package but has this one's length: the whole is
	// found out, and the next try brings all.
	if err := s.fetch(t.Context(), h.m, dir, func(int64) {}); !isSpoilt(err) {
		t.Errorf("zeros were taken: %v", err)
	}
	if err := s.fetch(t.Context(), h.m, dir, func(int64) {}); err != nil {
		t.Error(err)
	}
	if a, b := <-h.ranges, <-h.ranges; a != "bytes=51200-" || b != "" {
		t.Errorf("asked for %q, then %q", a, b)
	}
	// A hub whose package has another ETag answers whole.
	h.m.SHA256 = strings.Repeat("0", 64)
	if err := s.fetch(t.Context(), h.m, t.TempDir(), func(int64) {}); !isSpoilt(err) {
		t.Errorf("another package was taken: %v", err)
	}
}

func TestTheJournalKeepsItsRoom(t *testing.T) {
	h := openHub(t, content(1<<20))
	for free, want := range map[int64]bool{2<<20 + 64<<20: true, 2<<20 + 64<<20 - 1: false} {
		s := newSource(h.URL, nil, 1<<30)
		s.free = func(string) (int64, error) { return free, nil }
		var no *noRoom
		err := s.fetch(t.Context(), h.m, t.TempDir(), func(int64) {})
		if (err == nil) != want || asNoRoom(err, &no) == want {
			t.Errorf("with %d octets free: %v", free, err)
		}
	}
}

func TestAFetchIsNoFasterThanItMay(t *testing.T) {
	h := openHub(t, content(256<<10))
	s := newSource(h.URL, nil, 1<<20)
	s.free = roomy
	began := time.Now()
	if err := s.fetch(t.Context(), h.m, t.TempDir(), func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 240*time.Millisecond { // 256 KiB at 1 MiB/s
		t.Errorf("%v", took)
	}
}

// kiosk is an Updater and what it is told.
type kiosk struct {
	t       *testing.T
	cfg     Config
	u       *Updater
	now     time.Duration
	changed atomic.Int64
}

func newKiosk(t *testing.T, h *hub, version string, rate int) *kiosk {
	t.Helper()
	dir := t.TempDir()
	k := &kiosk{t: t}
	key, err := release.EncodePublic(public)
	if err != nil {
		t.Fatal(err)
	}
	k.cfg = Config{Dir: dir, Key: filepath.Join(dir, "release.pub"), Version: version, Arch: "arm64", Rate: rate,
		Times:   Times{Settle: time.Minute, First: time.Second, Most: time.Second, Answer: time.Minute},
		Home:    func() (string, *tls.Config, error) { return h.URL, nil, nil },
		Outcome: filepath.Join(dir, "outcome.json"), Changed: func() { k.changed.Add(1) }, Log: slog.New(slog.DiscardHandler)}
	if err := os.WriteFile(k.cfg.Key, key, 0o600); err != nil {
		t.Fatal(err)
	}
	k.start()
	return k
}

func (k *kiosk) start() {
	k.u, k.now = New(k.cfg), 0
	k.u.Start()
	k.t.Cleanup(k.u.Stop)
}

func (k *kiosk) path(name string) string { return filepath.Join(k.cfg.Dir, Folder, name) }

// see looks around, at the same moment, until the report is as wanted.
func (k *kiosk) see(l Look, want func(*wire.UpdateState) bool) *wire.UpdateState {
	k.t.Helper()
	l.Now = k.now
	var r *wire.UpdateState
	k.until("the report", func() bool {
		k.u.Look(l)
		r = k.u.Report()
		return want(r)
	})
	return r
}

// taken returns when a look was acted upon: the next one is taken up only then.
func (k *kiosk) taken(l Look) {
	k.t.Helper()
	l.Now = k.now
	for range 2 {
		k.u.Look(l)
		k.until("the look is taken", func() bool { return len(k.u.poke) == 0 })
	}
}

func (k *kiosk) until(what string, good func() bool) {
	k.t.Helper()
	for end := time.Now().Add(time.Minute); !good(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			k.t.Fatalf("%s: not within a minute; it reports %+v", what, k.u.Report())
		}
	}
}

func phase(p wire.Phase) func(*wire.UpdateState) bool {
	return func(u *wire.UpdateState) bool { return u != nil && u.Phase == p }
}

func (k *kiosk) outcome(o Outcome) {
	k.t.Helper()
	if err := save(k.cfg.Outcome, o); err != nil {
		k.t.Fatal(err)
	}
}

// request is what root is asked for.
func (k *kiosk) request() (r Request) {
	k.t.Helper()
	k.until("root is asked", func() bool { return load(k.path(RequestFile), &r) == nil && r.ID != "" })
	return r
}

// asked lets the package come and the time pass until root is asked.
func (k *kiosk) asked(l Look) Request {
	k.t.Helper()
	k.see(l, phase(wire.Waiting))
	k.now += k.cfg.Times.Settle
	k.see(l, phase(wire.Installing))
	return k.request()
}

func TestFromTheOfferToTheTrial(t *testing.T) {
	h := openHub(t, content(300<<10))
	k := newKiosk(t, h, "1.0", 1<<30)
	k.u.Offer(offer(&h.m))
	r := k.asked(Look{Facts: Facts{Home: true, Faults: []string{"lamp_failed:red"}}})
	if r.ID == "" || r.Release.SHA256 != h.m.SHA256 || !r.Before.Home || r.Before.ID != r.ID || len(r.Before.Faults) != 1 {
		t.Fatalf("root is asked for %+v", r)
	}
	if got, err := os.ReadFile(k.path(PackageFile)); err != nil || h.m.Matches(bytes.NewReader(got)) != nil {
		t.Error("the package does not lie there", err)
	}
	k.outcome(Outcome{ID: r.ID, Phase: wire.Installing})

	k.u.Stop()
	k.cfg.Version = "1.1"
	k.start()
	k.see(Look{Facts: Facts{Home: true}}, phase(wire.Trying))
	var f Facts
	k.see(Look{Facts: Facts{Home: true, Lived: time.Second}}, func(*wire.UpdateState) bool {
		return load(k.path(FactsFile), &f) == nil && f.ID == r.ID
	})
	if f.Version != "1.1" || f.PID != os.Getpid() || !f.Home {
		t.Errorf("it says of itself %+v", f)
	}
	k.outcome(Outcome{ID: r.ID, Phase: wire.Installed})
	k.see(Look{}, phase(wire.Installed))
	for _, name := range []string{PackageFile, FactsFile, partFile} {
		if _, err := os.Stat(k.path(name)); err == nil {
			t.Errorf("%s stays", name)
		}
	}
	k.u.Stop()
	k.start()
	if got := k.u.Report(); got == nil || got.Phase != wire.Installed {
		t.Errorf("after a restart: %+v", got)
	}
}

func TestARollbackIsToldAndNotTriedAgain(t *testing.T) {
	h := openHub(t, content(1000))
	k := newKiosk(t, h, "1.0", 1<<30)
	k.u.Offer(offer(&h.m))
	k.outcome(Outcome{ID: k.asked(Look{}).ID, Phase: wire.RolledBack, Error: "新程序反复退出"})
	if r := k.see(Look{}, phase(wire.RolledBack)); r.Error != "新程序反复退出" {
		t.Errorf("%+v", r)
	}
	asked := h.asked.Load()
	k.u.Stop()
	k.start()
	k.u.Offer(offer(&h.m))
	k.until("the offer is taken", func() bool { return len(k.u.offers) == 0 })
	k.taken(Look{})
	if k.see(Look{}, phase(wire.RolledBack)); h.asked.Load() != asked {
		t.Error("fetched again")
	}
	k.u.Offer(offer(nil)) // an administrator takes it back and offers it again
	k.see(Look{}, func(u *wire.UpdateState) bool { return u == nil })
	k.u.Offer(offer(&h.m))
	k.asked(Look{})
}

func TestNothingComesWhileACallIsOpen(t *testing.T) {
	h := openHub(t, content(8<<20))
	k := newKiosk(t, h, "1.0", 4<<20)
	k.u.Offer(offer(&h.m))
	k.see(Look{}, func(u *wire.UpdateState) bool { return u != nil && u.Percent >= 10 })
	calling := Look{Moment: Moment{Calling: true}}
	k.taken(calling) // and the fetch has ended
	i, err := os.Stat(k.path(partFile))
	if err != nil || i.Size() >= h.m.Size || h.asked.Load() != 1 {
		t.Fatalf("%v came, %d questions (%v)", i, h.asked.Load(), err)
	}
	was := i.Size()
	k.taken(calling)
	if h.asked.Load() != 1 {
		t.Error("fetched during a call")
	}
	k.asked(Look{})
	<-h.ranges
	if r := <-h.ranges; r != fmt.Sprintf("bytes=%d-", was) {
		t.Errorf("goes on with %q, %d are there", r, was)
	}
}

func TestAWithdrawnPackageGoes(t *testing.T) {
	h := openHub(t, content(100<<10))
	k := newKiosk(t, h, "1.0", 1<<30)
	k.u.Offer(offer(&h.m))
	busy := Look{Moment: Moment{Testing: true}}
	k.see(busy, phase(wire.Waiting))
	k.u.Offer(offer(nil))
	k.see(busy, func(u *wire.UpdateState) bool { return u == nil })
	if _, err := os.Stat(k.path(PackageFile)); !os.IsNotExist(err) {
		t.Error("it stays", err)
	}
}

func TestWithoutAReleaseKeyNothingIsFetched(t *testing.T) {
	h := openHub(t, content(1000))
	k := newKiosk(t, h, "1.0", 1<<30)
	if err := os.Remove(k.cfg.Key); err != nil {
		t.Fatal(err)
	}
	k.u.Offer(offer(&h.m))
	if r := k.see(Look{}, phase(wire.Refused)); !strings.Contains(r.Error, "这台终端没有发布公钥") || h.asked.Load() != 0 {
		t.Errorf("%+v, %d questions", r, h.asked.Load())
	}
}

func TestNobodyTakesTheRequest(t *testing.T) {
	h := openHub(t, content(1000))
	k := newKiosk(t, h, "1.0", 1<<30)
	k.u.Offer(offer(&h.m))
	k.asked(Look{})
	k.now += k.cfg.Times.Answer
	if r := k.see(Look{}, phase(wire.Refused)); !strings.Contains(r.Error, "安装助手") {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(k.path(RequestFile)); err == nil {
		t.Error("root may still take it")
	}
}
