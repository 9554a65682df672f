package terminal

import (
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	allowed "huying/internal/settings"
	"huying/internal/wire"
	"huying/terminal/journal"
	"huying/terminal/link"
	"huying/terminal/panel"
	afar "huying/terminal/settings"
)

// told is a village whose settings are kept in a folder, and every line that
// it ever made.
type toldVillage struct {
	*village
	dir   string
	mu    sync.Mutex
	lines []*wireEnd
	urls  []string
}

// line is the n-th line that was made, count how many there are.
func (v *toldVillage) line(n int) *wireEnd { v.mu.Lock(); defer v.mu.Unlock(); return v.lines[n] }
func (v *toldVillage) count() int          { v.mu.Lock(); defer v.mu.Unlock(); return len(v.lines) }
func (v *toldVillage) to(n int) string     { v.mu.Lock(); defer v.mu.Unlock(); return v.urls[n] }

func openTold(t *testing.T, dir string) *toldVillage {
	v := &toldVillage{village: &village{t: t, disk: &disk{}, page: &shown{}, queue: input.NewQueue()}, dir: dir}
	cfg := example()
	cfg.DataDir, cfg.Inputs = dir, []input.Input{queued{v.queue}}
	p := realParts()
	p.open = func(string, *slog.Logger) (store, []journal.Record, error) {
		return v.disk, slices.Clone(v.disk.recs), nil
	}
	p.dial = func(c link.Config) (line, error) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.lines = append(v.lines, &wireEnd{site: c.Site, events: c.Events})
		v.urls = append(v.urls, c.URL)
		return v.lines[len(v.lines)-1], nil
	}
	p.page = func(c panel.Config) (page, error) { v.page.cfg = c; return v.page, nil }
	p.sign = unsigned{}
	var err error
	if v.term, err = build(cfg, p); err != nil {
		t.Fatal(err)
	}
	v.home, v.last = v.lines[0], v.lines[1]
	if err := v.term.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return v
}

func (v *toldVillage) tell(e *wireEnd, rev uint32, s allowed.Values) {
	raw, err := json.Marshal(s)
	if err != nil {
		v.t.Fatal(err)
	}
	e.say(wire.Config{Rev: rev, Settings: raw})
}

// reported is what the latest HEALTH says of the settings.
func (v *toldVillage) reported(e *wireEnd) wire.ConfigState {
	v.t.Helper()
	h := of[wire.Health](e.take())
	if len(h) == 0 || h[len(h)-1].Config == nil {
		v.t.Fatal("no HEALTH speaks of settings")
	}
	return *h[len(h)-1].Config
}

func TestSettingsFromAfarWaitForTheEndOfACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openTold(t, t.TempDir())
		defer v.term.Stop()
		v.home.up()
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.PressAck{Press: id, Call: id})
		want := allowed.Values{Phones: []allowed.Phone{{Label: "派出所", Number: "0794-0000002"}}, MediaOrigins: []string{"wss://voice.example"}, Volume: 40}
		v.tell(v.home, 3, want)
		v.wait(time.Minute)
		if p := v.page.now().Phones; p[0].Label != "值班室" {
			t.Fatalf("applied during a call: %+v", p)
		}
		closing := call.Closing{Person: operator, Site: home, Disposition: "solved", At: time.Now(), Through: id.Mark}
		v.home.say(wire.State{Call: id, Rev: 9, Code: wire.CodeClosed, Closing: &closing})
		v.wait(2 * time.Minute)
		if p := v.page.now().Phones; p[0].Label != "派出所" {
			t.Fatalf("after the call the page shows %+v", p)
		}
		if !slices.Contains(v.page.cfg.Connect(), "wss://voice.example") {
			t.Error("the page may not talk to the new voice server")
		}
		if c := v.reported(v.home); c != (wire.ConfigState{Rev: 3}) {
			t.Errorf("reported %+v", c)
		}
		if v.count() != 2 {
			t.Error("a line was made anew although no address changed")
		}
		if s, err := afar.Load(filepath.Join(v.dir, afar.File)); err != nil || s.InForce.Rev != 3 || s.Trial {
			t.Errorf("kept %+v, %v", s, err)
		}
	})
}

func TestAWrongAddressIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		v := openTold(t, dir)
		v.home.up()
		v.last.up()
		v.tell(v.last, 4, allowed.Values{Volume: 50}) // only home may tell
		if s, err := afar.Load(filepath.Join(dir, afar.File)); err != nil || s.InForce.Rev != 0 || v.page.now().Volume != 0 {
			t.Fatalf("the county's settings were taken: %+v, %v", s, err)
		}
		v.tell(v.home, 5, allowed.Values{HomeURL: "wss://nowhere.example"})
		v.wait(10 * time.Second)
		if v.count() != 3 || v.to(2) != "wss://nowhere.example" || !v.line(2).isStarted() {
			t.Fatalf("%d lines", v.count())
		}
		v.home.events.Down(v.home.site, v.home.conn, "closed") // the old line ends late
		if v.wait(afar.Patience - 20*time.Second); v.count() != 3 {
			t.Fatal("taken back too early")
		}
		v.wait(time.Minute)
		if v.count() != 4 || v.to(3) != "ws://127.0.0.1:1" {
			t.Fatalf("%d lines", v.count())
		}
		v.line(3).up()
		v.wait(time.Minute)
		if c := v.reported(v.line(3)); c.Rev != 0 || c.Tried != 5 || !strings.Contains(c.Error, "连不上") {
			t.Errorf("reported %+v", c)
		}
		v.tell(v.line(3), 5, allowed.Values{HomeURL: "wss://nowhere.example"})
		v.wait(time.Minute)
		if v.count() != 4 {
			t.Error("tried again")
		}
		v.tell(v.line(3), 6, allowed.Values{HomeURL: "wss://good.example"})
		v.wait(10 * time.Second)
		v.line(4).up()
		v.wait(afar.Patience)
		if c := v.reported(v.line(4)); c != (wire.ConfigState{Rev: 6}) {
			t.Errorf("reported %+v", c)
		}
		v.press(input.Red)
		v.pressed(v.line(4).take()) // over the new line
		v.term.Stop()
		again := openTold(t, dir)
		defer again.term.Stop()
		if again.to(0) != "wss://good.example" {
			t.Errorf("after a restart the home line goes to %s", again.to(0))
		}
	})
}

func TestSettingsThatDoNotFitThisKioskAreRefused(t *testing.T) {
	c := example()
	c.Home.URL = "wss://hub.example"
	if err := c.fits(allowed.Values{HomeURL: "ws://hub.example"}); err == nil {
		t.Error("a line may lose its encryption")
	}
	if err := c.fits(allowed.Values{HomeURL: "https://hub.example:8443", LastURL: "ws://127.0.0.1:3"}); err != nil {
		t.Error(err)
	}
	c.Last = Site{}
	if err := c.fits(allowed.Values{LastURL: "wss://x.example"}); err == nil {
		t.Error("a last resort that is not there has an address")
	}
}

func TestACloneIsAFaultUntilTheNextWelcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openTold(t, t.TempDir())
		defer v.term.Stop()
		v.home.up()
		v.home.say(wire.Refuse{Code: "clone", Message: "another living kiosk has this one's identity"})
		if !v.faulty(FaultClone) {
			t.Fatal("nobody is told of the clone")
		}
		v.press(input.Red)
		v.pressed(v.home.take()) // and it rings
		v.last.down()
		v.last.up()
		v.wait(healthEvery + idleTick)
		if !v.faulty(FaultClone) {
			t.Fatal("the county's welcome hides what home said")
		}
		v.home.down()
		v.home.up()
		if v.faulty(FaultClone) {
			t.Fatal("the fault stays although the hub does not say so any more")
		}
	})
}

func TestEveryFileSettingCanBeToldOrNot(t *testing.T) {
	// What can be told must reach the terminal: a new name in internal/settings needs a line in told.
	v, err := allowed.Parse([]byte(`{"phones":[{"label":"a","number":"1"}],"volume":50,"media_origins":["wss://a.example"],"home_url":"wss://b.example","last_url":"wss://c.example"}`))
	if err != nil || len(allowed.Names()) != 5 {
		t.Fatal(err, allowed.Names())
	}
	c := example().told(v)
	if c.Told.Volume != 50 || c.Phones[0].Label != "a" || c.MediaOrigins[0] != "wss://a.example" ||
		c.Home.URL != "wss://b.example" || c.Last.URL != "wss://c.example" {
		t.Fatalf("told %+v", c)
	}
}
