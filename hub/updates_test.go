package hub_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/hub"
	"huying/internal/release"
	"huying/internal/wire"
)

// releaser is an administrator with a release that is signed.
type releaser struct {
	*operator
	key  ed25519.PrivateKey
	file []byte
}

// released is a township on a real database that knows the release key, its
// administrator, and kiosks that are enrolled.
func released(t *testing.T, kiosks int) (w *township, admin *releaser, all []*booth) {
	public, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	pub, err := release.EncodePublic(public)
	must(t, err)
	w, _, _ = onDisk(t)
	w.seed = seedText + "  - {id: a1, account: zhou, password: mima-zhou-1, name: 周（虚构）, post: 管理员, role: administrator, unit: \"361025105\"}\n"
	w.conf.ReleaseKey = filepath.Join(t.TempDir(), "release.pub")
	must(t, os.WriteFile(w.conf.ReleaseKey, pub, 0o600))
	s := w.disk()
	all = booths(t, s, kiosks)
	s.Close()
	w.start()
	return w, &releaser{w.administrator(), key, bytes.Repeat([]byte("huying"), 100_000)}, all
}

func (w *township) administrator() *operator {
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	o := &operator{t: w.t, w: w, http: &http.Client{Jar: jar, Timeout: patience}}
	return o
}

func (o *operator) signIn(account, password string) {
	o.t.Helper()
	must(o.t, o.do("POST", "/api/session", map[string]string{"account": account, "password": password}, nil))
}

// upload sends a version for arm64 as a page does.
func (a *releaser) upload(version string) release.Manifest {
	a.t.Helper()
	m, err := release.Sign(a.key, version, "arm64", bytes.NewReader(a.file))
	must(a.t, err)
	manifest, err := json.Marshal(m)
	must(a.t, err)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range []struct {
		name string
		data []byte
	}{{"manifest", manifest}, {"package", a.file}} {
		part, err := form.CreateFormFile(f.name, f.name)
		must(a.t, err)
		_, _ = part.Write(f.data)
	}
	must(a.t, form.Close())
	req, err := http.NewRequest("POST", a.w.url("/api/releases"), &body)
	must(a.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Origin", "http://"+a.w.app.Addr())
	res, err := a.http.Do(req)
	must(a.t, err)
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusCreated {
		a.t.Fatalf("%s %s", res.Status, text)
	}
	return m
}

type rolloutNow struct {
	Rollout struct {
		State, Stage string
		Waits        int
		Steps        []struct {
			What   string
			Person string
		}
	}
	Kiosks []struct {
		Kiosk, Phase, Missing, Error string
		Updatable, Proven            bool
	}
}

func (a *releaser) phase(now rolloutNow, b *booth) string {
	for _, k := range now.Kiosks {
		if k.Kiosk == b.id {
			return k.Phase
		}
	}
	return "unknown"
}

// until asks until the rollout is as it should be.
func (a *releaser) until(what string, ok func(rolloutNow) bool) rolloutNow {
	a.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		var now rolloutNow
		must(a.t, a.do("GET", "/api/rollout", nil, &now))
		if ok(now) {
			return now
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("it never came that %s: %+v", what, now)
		}
		time.Sleep(20 * time.Millisecond) // a real hub is asked
	}
}

func (a *releaser) post(verb string, in any) {
	a.t.Helper()
	must(a.t, a.do("POST", "/api/rollout"+verb, in, nil))
}

// running is the HEALTH of a kiosk that runs a version.
func running(version string, p wire.Phase) wire.Health {
	h := wire.Health{Version: version, Arch: "arm64"}
	if p != "" {
		h.Update = &wire.UpdateState{Version: "0.3.0", Phase: p}
	}
	return h
}

// TestAReleaseGoesFromTrialToAllAndHalts plays kiosks over real sockets, with a
// restart of the hub in the middle of an update.
func TestAReleaseGoesFromTrialToAllAndHalts(t *testing.T) {
	w, admin, all := released(t, 3)
	admin.signIn("zhou", "mima-zhou-1")
	first, second, old := all[0], all[1], all[2]
	first.connect(w, running("0.2.0", ""))
	second.connect(w, running("0.2.0", ""))
	old.connect(w, wire.Health{Version: "0.1.0"}) // refuses frames that it does not know
	m := admin.upload("0.3.0")
	admin.begin(first)
	offer := first.hears(wire.TUpdate).(wire.Update)
	if offer.Release == nil || offer.Release.Verify(admin.key.Public().(ed25519.PublicKey)) != nil || offer.Release.SHA256 != m.SHA256 {
		t.Fatalf("%+v", offer)
	}
	if got := w.fetch(t, "0.3.0"); !bytes.Equal(got, admin.file) {
		t.Fatalf("%d bytes", len(got))
	}
	first.say(running("0.2.0", wire.Waiting))
	admin.until("it waits", func(n rolloutNow) bool { return admin.phase(n, first) == "waiting" })

	w.app.Stop()
	w.start()
	admin.signIn("zhou", "mima-zhou-1")
	first.connect(w, running("0.3.0", wire.Trying))
	second.connect(w, running("0.2.0", ""))
	old.connect(w, wire.Health{Version: "0.1.0"})
	admin.until("it is tried", func(n rolloutNow) bool { return admin.phase(n, first) == "trying" })
	first.say(running("0.3.0", wire.Installed))
	admin.until("a press is waited for", func(n rolloutNow) bool {
		return n.Rollout.Waits == 1 && admin.phase(n, first) == "installed"
	})
	if err := admin.do("POST", "/api/rollout/advance", map[string]any{"from": "trial"}, nil); codeOf(err) != "stage_not_done" {
		t.Fatal(err)
	}
	first.practise(1)
	admin.until("it is proven", func(n rolloutNow) bool { return n.Rollout.Waits == 0 })
	admin.post("/advance", map[string]any{"from": "trial"})
	admin.post("/advance", map[string]any{"from": "tenth"})
	if again := second.hears(wire.TUpdate).(wire.Update); again.Release == nil || again.Release.Version != "0.3.0" {
		t.Fatalf("%+v", again)
	}
	failed := running("0.2.0", wire.RolledBack)
	failed.Update.Error = "新程序没有连上中心"
	second.say(failed)
	now := admin.until("it halts", func(n rolloutNow) bool { return n.Rollout.State == "halted" })
	if last := now.Rollout.Steps[len(now.Rollout.Steps)-1]; last.What != "halted" || last.Person != "" {
		t.Fatalf("%+v", now.Rollout.Steps)
	}
	admin.ticketAt(second, "update_failed", "新程序没有连上中心")
	admin.post("/withdraw", map[string]string{})
	if f := second.hears(wire.TUpdate).(wire.Update); f.Release != nil {
		t.Fatalf("%+v", f)
	}
	old.say(wire.Ping{})
	for f := old.next(); f.Type() != wire.TPong; f = old.next() {
		if f.Type() == wire.TUpdate {
			t.Fatal("an older program was told of a release")
		}
	}
}

// ticketAt waits for the ticket of a release that failed.
func (a *releaser) ticketAt(b *booth, code, detail string) {
	a.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		for _, x := range a.listed("/api/tickets")[code] {
			if x.Kiosk == b.id && strings.Contains(x.Detail, detail) && strings.Contains(x.Title, "更新失败") {
				return
			}
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("no ticket %s of %s: %+v", code, b.id, a.listed("/api/tickets"))
		}
		time.Sleep(20 * time.Millisecond) // a real hub is asked
	}
}

func (b *booth) next() wire.Frame {
	b.t.Helper()
	select {
	case f, ok := <-b.got:
		if ok {
			return f
		}
	case <-time.After(patience):
	}
	b.t.Fatalf("%s heard no more", b.id)
	return nil
}

// fetch gets a package without TLS, as a kiosk in a trial does.
func (w *township) fetch(t *testing.T, version string) []byte {
	t.Helper()
	res, err := http.Get(w.url("/api/kiosk/package?arch=arm64&version=" + version)) //nolint:noctx // on this machine
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", res.Status, b)
	}
	return b
}

func TestWithdrawingReachesWhoHasNotBegun(t *testing.T) {
	w, admin, all := released(t, 1)
	admin.signIn("zhou", "mima-zhou-1")
	all[0].connect(w, running("0.2.0", ""))
	admin.upload("0.3.0")
	admin.begin(all[0])
	all[0].hears(wire.TUpdate)
	all[0].say(running("0.2.0", wire.Fetching))
	admin.until("it fetches", func(n rolloutNow) bool { return admin.phase(n, all[0]) == "fetching" })
	admin.post("/withdraw", map[string]string{"note": "发错了"})
	if f := all[0].hears(wire.TUpdate).(wire.Update); f.Release != nil {
		t.Fatalf("%+v", f)
	}
}

// begin begins with a trial as soon as the hub has heard of the kiosk's machine.
func (a *releaser) begin(b *booth) {
	a.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		err := a.do("POST", "/api/rollout", map[string]any{"version": "0.3.0", "trial": []string{b.id}}, nil)
		if err == nil {
			return
		}
		if codeOf(err) != "bad_field" || time.Now().After(deadline) {
			a.t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // a real hub is asked
	}
}

// A hub above tells nothing to kiosks of a hub below, as with settings.
func TestReleasesAreEachHubsOwn(t *testing.T) {
	county := newHub(t, hub.Config{Unit: lean, Children: []hub.Neighbour{{Unit: niutian, Secret: between}}}, countyAdminSeed)
	all := booths(t, county.store, 1)
	county.start()
	_, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	admin := &releaser{county.administrator(), key, []byte("package")}
	admin.signIn("zhou", "mima-zhou-1")
	all[0].connect(county, running("0.2.0", wire.Waiting)) // its own hub's offer
	admin.upload("0.3.0")
	err = admin.do("POST", "/api/rollout", map[string]any{"version": "0.3.0", "trial": []string{all[0].id}}, nil)
	if codeOf(err) != "bad_field" || !strings.Contains(err.Error(), "请到它所属乡镇的站点发布") {
		t.Fatal(err)
	}
	all[0].say(wire.Ping{})
	for f := all[0].next(); f.Type() != wire.TPong; f = all[0].next() {
		if f.Type() == wire.TUpdate {
			t.Fatal("another hub's offer was taken back")
		}
	}
}
