package install

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
	"huying/terminal/update"
)

var public, private, _ = ed25519.GenerateKey(nil)

// desk is a machine as a test wants it: packages are files with the text
// "package version arch", and a program proves itself if good has its version.
type desk struct {
	t         *testing.T
	cfg       Config
	installed string
	whole     bool
	good      map[string]bool
	dies      map[string]bool
	fails     map[string]error // of dpkg, by version
	free      int64
	noBack    error
	rehearsal error
	state     []string        // answers of the running program, the last one for ever
	did       []string        // what the machine was told to do
	before    func(do string) // called before each of it
	pid       int
	runs      string // version
	id        string // of the request, which the new program knows
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	d := &desk{t: t, installed: "1.0", whole: true, good: map[string]bool{"1.0": true, "1.1": true}, dies: map[string]bool{},
		fails: map[string]error{}, free: 1 << 40, state: []string{"idle"}, pid: 1, runs: "1.0"}
	d.cfg = Config{Key: filepath.Join(dir, "release.pub"), Kiosk: filepath.Join(dir, "kiosk"), Own: filepath.Join(dir, "own"),
		Patience: 400 * time.Millisecond, Every: time.Millisecond, Log: slog.New(slog.DiscardHandler), Sys: d,
		State: func(context.Context) (string, error) {
			s := d.state[0]
			d.state = d.state[min(1, len(d.state)-1):]
			return s, nil
		}}
	key, err := release.EncodePublic(public)
	if err == nil {
		err = errors.Join(os.WriteFile(d.cfg.Key, key, 0o644), os.MkdirAll(filepath.Join(d.cfg.Kiosk, update.Folder), 0o700))
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) kiosk(name string) string { return filepath.Join(d.cfg.Kiosk, update.Folder, name) }
func (d *desk) own(name string) string   { return filepath.Join(d.cfg.Own, name) }

func content(name, version, arch string) []byte { return []byte(name + " " + version + " " + arch) }

// ask lays a request for a package before root.
func (d *desk) ask(deb []byte, m release.Manifest) {
	d.t.Helper()
	d.id = "id-" + m.Version
	r, err := json.Marshal(update.Request{ID: d.id, Release: m, Before: update.Facts{ID: d.id, Version: "1.0", Home: true}})
	if err == nil {
		err = errors.Join(os.WriteFile(d.kiosk(update.PackageFile), deb, 0o600), os.WriteFile(d.kiosk(update.RequestFile), r, 0o600))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) offer(version string) {
	d.t.Helper()
	deb := content(Name, version, "arm64")
	d.ask(deb, signed(d.t, deb, version, "arm64"))
}

func signed(t *testing.T, deb []byte, version, arch string) release.Manifest {
	t.Helper()
	m, err := release.Sign(private, version, arch, bytes.NewReader(deb))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (d *desk) run() {
	d.t.Helper()
	if err := Run(d.t.Context(), d.cfg); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) outcome() (o update.Outcome) {
	d.t.Helper()
	data, err := os.ReadFile(d.own(outcomeFile))
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

// is checks how it ended; says is part of the reason.
func (d *desk) is(phase wire.Phase, installed, says string) {
	d.t.Helper()
	if o := d.outcome(); o.ID != d.id || o.Phase != phase || !strings.Contains(o.Error, says) || (o.Error == "") != (says == "") {
		d.t.Errorf("root says %+v, want %s %q", o, phase, says)
	}
	if d.installed != installed || !d.whole || d.runs != installed {
		d.t.Errorf("installed is %s, runs %s (%v), want %s", d.installed, d.runs, d.whole, installed)
	}
	for _, left := range []string{planFile, nextFile, helperFile} {
		if _, err := os.Stat(d.own(left)); err == nil {
			d.t.Errorf("%s is left", left)
		}
	}
	if _, err := os.Stat(d.kiosk(update.RequestFile)); err == nil {
		d.t.Error("the request is left: it would begin again")
	}
}

func (d *desk) act(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if d.before != nil {
		d.before(what)
	}
	d.did = append(d.did, what)
}

func (d *desk) Fields(deb string) (Fields, error) {
	text, err := os.ReadFile(deb)
	f := strings.Fields(string(text))
	if err != nil || len(f) != 3 {
		return Fields{}, errors.Join(errors.New("no package"), err)
	}
	return Fields{Package: f[0], Version: f[1], Arch: f[2], Installed: 40 << 20}, nil
}
func (d *desk) Arch() (string, error)            { return "arm64", nil }
func (d *desk) Installed() (string, bool, error) { return d.installed, d.whole, nil }
func (d *desk) Newer(a, b string) bool           { return release.Newer(a, b) }
func (d *desk) Free(string) (int64, error)       { return d.free, nil }

func (d *desk) Install(deb string) error {
	f, err := d.Fields(deb)
	if err != nil {
		return err
	}
	d.act("install %s", f.Version)
	if err := d.fails[f.Version]; err != nil {
		d.whole = false
		return err
	}
	d.installed, d.whole = f.Version, true
	return nil
}

func (d *desk) Repack(deb string) error {
	d.act("repack %s", d.installed)
	return errors.Join(d.noBack, os.WriteFile(deb, content(Name, d.installed, "arm64"), 0o600))
}

func (d *desk) Rehearse(deb, version string) error {
	d.act("rehearse %s", version)
	return d.rehearsal
}

// Restart starts what is installed, which says how it fares.
func (d *desk) Restart() error {
	d.act("restart %s", d.installed)
	d.runs, d.pid = d.installed, d.pid+1
	f := update.Facts{ID: d.id, Version: d.runs, PID: d.pid, Lived: time.Minute, Home: d.good[d.runs]}
	data, err := json.Marshal(f)
	if err == nil {
		err = os.WriteFile(d.kiosk(update.FactsFile), data, 0o600)
	}
	return err
}

func (d *desk) Fresh() bool { return d.runs == d.installed }

func (d *desk) Running() (int, int, error) {
	if d.dies[d.runs] {
		return 0, maxRestarts, nil
	}
	return d.pid, 0, nil
}

func (d *desk) done(want ...string) {
	d.t.Helper()
	if got := strings.Join(d.did, ", "); got != strings.Join(want, ", ") {
		d.t.Errorf("root did %s, want %s", got, strings.Join(want, ", "))
	}
}

func TestAGoodReleaseStays(t *testing.T) {
	d := newDesk(t)
	d.offer("1.1")
	d.run()
	d.is(wire.Installed, "1.1", "")
	d.done("repack 1.0", "rehearse 1.1", "install 1.1", "restart 1.1")
	// The package just installed is the next way back: nothing is repacked.
	d.did, d.good["1.2"] = nil, true
	d.offer("1.2")
	d.run()
	d.is(wire.Installed, "1.2", "")
	d.done("rehearse 1.2", "install 1.2", "restart 1.2")
}

func TestABadReleaseTakesItselfBack(t *testing.T) {
	for name, c := range map[string]struct {
		bad  func(d *desk)
		says string
	}{
		"it does not reach home": {func(d *desk) { d.good["1.1"] = false }, "连不上"},
		"it dies":                {func(d *desk) { d.dies["1.1"] = true }, "反复退出"},
		"dpkg fails":             {func(d *desk) { d.fails["1.1"] = errors.New("no space") }, "装不上：no space"},
	} {
		d := newDesk(t)
		c.bad(d)
		d.offer("1.1")
		d.run()
		d.is(wire.RolledBack, "1.0", c.says)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestNothingIsInstalledThatIsNotSignedOrFits(t *testing.T) {
	good := content(Name, "1.1", "arm64")
	_, stranger, _ := ed25519.GenerateKey(nil)
	for says, lay := range map[string]func(d *desk){
		"不是用本县的发布密钥": func(d *desk) {
			m, _ := release.Sign(stranger, "1.1", "arm64", bytes.NewReader(good))
			d.ask(good, m)
		},
		"和签发的不一致": func(d *desk) { d.ask(content(Name, "6.6", "arm64"), signed(t, good, "1.1", "arm64")) },
		"不能降级":    func(d *desk) { d.offer("0.9") },
		"不是 huying-terminal": func(d *desk) {
			deb := content("huying-hub", "1.1", "arm64")
			d.ask(deb, signed(t, deb, "1.1", "arm64"))
		},
		"安装包的版本是 0.9": func(d *desk) {
			deb := content(Name, "0.9", "arm64")
			d.ask(deb, signed(t, deb, "1.1", "arm64"))
		},
		"是给 amd64 的": func(d *desk) {
			deb := content(Name, "1.1", "amd64")
			d.ask(deb, signed(t, deb, "1.1", "amd64"))
		},
		"没有安装包": func(d *desk) {
			d.ask(good, signed(t, good, "1.1", "arm64"))
			secret := filepath.Join(d.cfg.Own, "..", "secret")
			err := errors.Join(os.WriteFile(secret, good, 0o600), os.Remove(d.kiosk(update.PackageFile)), os.Symlink(secret, d.kiosk(update.PackageFile)))
			if err != nil {
				t.Fatal(err)
			}
		},
		"别人不能写": func(d *desk) {
			d.offer("1.1")
			if err := os.Chmod(d.cfg.Key, 0o664); err != nil {
				t.Fatal(err)
			}
		},
		"没有发布公钥":    func(d *desk) { d.offer("1.1"); _ = os.Remove(d.cfg.Key) },
		"磁盘空间不够":    func(d *desk) { d.offer("1.1"); d.free = 100 << 20 },
		"没有退路":      func(d *desk) { d.offer("1.1"); d.noBack = errors.New("no file") },
		"试着启动时失败":   func(d *desk) { d.offer("1.1"); d.rehearsal = errors.New("exit 1") },
		"没有装完整，请先修": func(d *desk) { d.offer("1.1"); d.whole = false },
	} {
		d := newDesk(t)
		lay(d)
		d.run()
		d.whole = true
		d.is(wire.Refused, "1.0", says)
		for _, do := range d.did {
			if strings.HasPrefix(do, "install") || strings.HasPrefix(do, "restart") {
				t.Errorf("%s: root did %s", says, do)
			}
		}
	}
}

// TestAPackageIsNotSwappedUnderRoot swaps the kiosk's file at every moment
// after it was taken: what was checked is what is installed.
func TestAPackageIsNotSwappedUnderRoot(t *testing.T) {
	d := newDesk(t)
	d.before = func(string) {
		if err := os.WriteFile(d.kiosk(update.PackageFile), content(Name, "6.6", "arm64"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.offer("1.1")
	d.run()
	d.is(wire.Installed, "1.1", "")
}

func TestNoCallIsCutByTheRestart(t *testing.T) {
	d := newDesk(t)
	asked := 0
	d.cfg.State = func(context.Context) (string, error) { asked++; return "idle", nil }
	d.offer("1.1")
	d.run()
	if asked != 1 {
		t.Errorf("the running program was asked %d times", asked)
	}
	// Somebody talks: root waits until it is stopped, and nothing is restarted.
	d = newDesk(t)
	ctx, stop := context.WithCancel(t.Context())
	d.cfg.State = func(context.Context) (string, error) { stop(); return "answered", nil }
	d.offer("1.1")
	if err := Run(ctx, d.cfg); err != nil {
		t.Fatal(err)
	}
	d.done("repack 1.0", "rehearse 1.1", "install 1.1")
	// At the next start it goes on.
	d.cfg.State = func(context.Context) (string, error) { return "idle", nil }
	d.run()
	d.is(wire.Installed, "1.1", "")
}

// TestABadReleaseIsNotKeptForACallThatReachesNobody has somebody press under a
// release that finds no line: waiting for the end of that call would be for ever.
func TestABadReleaseIsNotKeptForACallThatReachesNobody(t *testing.T) {
	d := newDesk(t)
	d.good["1.1"] = false
	d.offer("1.1")
	d.cfg.State = func(context.Context) (string, error) {
		if d.runs == "1.0" {
			return "idle", nil
		}
		return "no_line", nil
	}
	d.run()
	d.is(wire.RolledBack, "1.0", "连不上")
	d.done("repack 1.0", "rehearse 1.1", "install 1.1", "restart 1.1", "install 1.0", "restart 1.0")
	for state, want := range map[string][2]bool{"idle": {true, true}, "answered": {false, false}, "ringing": {false, true}, "ended": {false, true}} {
		if got := [2]bool{nobodyCalls(state), nobodyTalks(state)}; got != want {
			t.Errorf("%s: %v", state, got)
		}
	}
}

// cut is a power cut at a moment: nothing after it happens.
type cut struct{}

// survives runs root's part and reports whether it was not cut.
func (d *desk) survives() (whole bool) {
	d.t.Helper()
	defer func() {
		if r := recover(); r != nil && r != any(cut{}) {
			panic(r)
		}
	}()
	d.run()
	return true
}

// TestAPowerCutAtAnyMoment cuts the power before each thing that root does, in
// a good and in a bad update; the next start of the machine ends it.
func TestAPowerCutAtAnyMoment(t *testing.T) {
	for _, good := range []bool{true, false} {
		for at := 0; ; at++ {
			d := newDesk(t)
			d.good["1.1"] = good
			d.offer("1.1")
			n := 0
			d.before = func(string) {
				if n++; n > at {
					panic(cut{})
				}
			}
			if d.survives() {
				break
			}
			d.before = nil
			if err := d.Restart(); err != nil { // the machine starts what is installed
				t.Fatal(err)
			}
			if _, err := os.Stat(d.own(planFile)); errors.Is(err, os.ErrNotExist) {
				if d.installed != "1.0" { // cut before anything was decided: the hub offers it again
					t.Errorf("good %v, cut at %d: %s without a plan", good, at, d.installed)
				}
				continue
			}
			d.run()
			if good {
				d.is(wire.Installed, "1.1", "")
			} else {
				d.is(wire.RolledBack, "1.0", "连不上")
			}
			if t.Failed() {
				t.Fatalf("good %v, cut at %d: %v", good, at, d.did)
			}
		}
	}
}

func TestAReleaseUnderWhichTheMachineKeepsStartingIsBlamed(t *testing.T) {
	d := newDesk(t)
	d.offer("1.1")
	d.before = func(do string) {
		if do == "restart 1.1" {
			panic(cut{})
		}
	}
	cuts := 0
	for ; cuts < 10 && !d.survives(); cuts++ {
	}
	if cuts != maxStarts {
		t.Errorf("it was tried %d times", cuts)
	}
	d.is(wire.RolledBack, "1.0", "反复")
}

func TestARequestThatCannotBeReadDoesNotComeBack(t *testing.T) {
	d := newDesk(t)
	d.id = ""
	if err := os.WriteFile(d.kiosk(update.RequestFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run()
	d.is(wire.Refused, "1.0", "request")
	if err := os.Mkdir(d.kiosk(update.RequestFile), 0o700); err != nil {
		t.Fatal(err)
	}
	d.run()
	d.is(wire.Refused, "1.0", "request")
}

func TestTheControlFileOfWhatIsInstalled(t *testing.T) {
	got := controlOf("Package: huying-terminal\nStatus: install ok installed\nVersion: 1.0\nConffiles:\n /etc/x 0123\n /etc/y 4567\nDescription: a\n b\n")
	if want := "Package: huying-terminal\nVersion: 1.0\nDescription: a\n b\n"; got != want {
		t.Errorf("%q", got)
	}
}
