package settings_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	allowed "huying/internal/settings"
	"huying/internal/wire"
	"huying/terminal/settings"
)

func config(rev uint32, v allowed.Values) wire.Config {
	raw, _ := json.Marshal(v)
	return wire.Config{Rev: rev, Settings: raw}
}

func good(allowed.Values) error { return nil }

func begin(t *testing.T, s settings.State) *settings.Machine {
	t.Helper()
	m, _ := settings.Start(s, 0)
	return m
}

func expect(t *testing.T, what string, got, want settings.Reason) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %s, want %s", what, got, want)
	}
}

func TestNeverDuringACallAndOnlyWithHomeInReach(t *testing.T) {
	m := begin(t, settings.State{})
	expect(t, "offered", m.Offer(config(3, allowed.Values{Volume: 50}), good), settings.Waiting)
	expect(t, "again", m.Offer(config(3, allowed.Values{Volume: 50}), good), settings.Known)
	expect(t, "in a call", m.Tick(time.Second, true, true), settings.Waiting)
	expect(t, "without home", m.Tick(2*time.Second, false, false), settings.Waiting)
	expect(t, "later", m.Offer(config(4, allowed.Values{Volume: 60}), good), settings.Waiting)
	expect(t, "idle", m.Tick(3*time.Second, false, true), settings.Applied)
	if m.InForce.Rev != 4 || m.InForce.Values.Volume != 60 || !m.Trial {
		t.Fatalf("in force: %+v", m.State)
	}
	expect(t, "too early", m.Tick(4*time.Second, false, true), settings.Nothing)
	expect(t, "settled", m.Tick(3*time.Second+settings.Settle, false, true), settings.Confirmed)
	expect(t, "late frame", m.Offer(config(3, allowed.Values{Volume: 50}), good), settings.Known)
	if m.Trial || m.InForce.Rev != 4 || *m.Report() != (wire.ConfigState{Rev: 4}) {
		t.Fatalf("after all: %+v", m.State)
	}
}

func TestWhatCannotBeUsedIsRefusedOnce(t *testing.T) {
	m := begin(t, settings.State{InForce: settings.Revision{Rev: 2}})
	expect(t, "unknown", m.Offer(wire.Config{Rev: 3, Settings: []byte(`{"data_dir":"/"}`)}, good), settings.Refused)
	if r := m.Report(); r.Rev != 2 || r.Tried != 3 || !strings.Contains(r.Error, "data_dir") {
		t.Fatalf("reported %+v", r)
	}
	expect(t, "again", m.Offer(wire.Config{Rev: 3, Settings: []byte(`{}`)}, good), settings.Known)
	long := func(allowed.Values) error { return errors.New(strings.Repeat("长", 200)) }
	expect(t, "by the kiosk", m.Offer(config(4, allowed.Values{}), long), settings.Refused)
	f := wire.Health{Config: m.Report()}
	if err := f.Validate(); err != nil || m.Report().Tried != 4 {
		t.Fatalf("the report does not fit: %v", err)
	}
	expect(t, "a good one", m.Offer(config(5, allowed.Values{}), good), settings.Waiting)
	m.Tick(0, false, true)
	if r := m.Report(); *r != (wire.ConfigState{Rev: 5}) {
		t.Fatalf("then reported %+v", r)
	}
}

func TestNoLineMeansBack(t *testing.T) {
	for name, c := range map[string]struct {
		to         allowed.Values
		home, last bool // who welcomes
		want       settings.Reason
	}{
		"home comes back":        {allowed.Values{HomeURL: "wss://b"}, true, false, settings.Confirmed},
		"home stays away":        {allowed.Values{HomeURL: "wss://b"}, false, true, settings.RolledBack},
		"the county stays away":  {allowed.Values{LastURL: "wss://b"}, true, false, settings.RolledBack},
		"the county comes back":  {allowed.Values{LastURL: "wss://b"}, false, true, settings.Confirmed},
		"both must come back":    {allowed.Values{HomeURL: "wss://b", LastURL: "wss://c"}, true, false, settings.RolledBack},
		"nobody is asked for it": {allowed.Values{Volume: 50}, false, false, settings.Confirmed},
	} {
		t.Run(name, func(t *testing.T) {
			m := begin(t, settings.State{InForce: settings.Revision{Rev: 1, Values: allowed.Values{Volume: 30}}})
			m.Offer(config(2, c.to), good)
			expect(t, "idle", m.Tick(time.Minute, false, true), settings.Applied)
			if c.home {
				m.Welcomed(true)
			}
			if c.last {
				m.Welcomed(false)
			}
			end := time.Minute + settings.Patience
			if c.want == settings.RolledBack {
				expect(t, "before the end", m.Tick(end-1, false, c.home), settings.Nothing)
				expect(t, "in a call", m.Tick(end, true, c.home), settings.Nothing)
			}
			expect(t, "at the end", m.Tick(end, false, c.want == settings.Confirmed || c.home), c.want)
			if c.want == settings.RolledBack && (m.InForce.Rev != 1 || m.InForce.Values.Volume != 30 || m.Report().Tried != 2 || m.Report().Error == "") {
				t.Fatalf("after going back: %+v", m.State)
			}
			expect(t, "offered again", m.Offer(config(2, c.to), good), settings.Known)
		})
	}
}

func TestALineThatIsDownJustAtTheEndWasUp(t *testing.T) {
	m := begin(t, settings.State{})
	m.Offer(config(2, allowed.Values{HomeURL: "wss://b"}), good)
	expect(t, "idle", m.Tick(0, false, true), settings.Applied)
	m.Welcomed(true)
	expect(t, "up for a moment", m.Tick(time.Second, false, true), settings.Nothing)
	expect(t, "down again", m.Tick(settings.Patience-1, false, false), settings.Nothing)
	expect(t, "at the end", m.Tick(settings.Patience, false, false), settings.Confirmed)
}

func TestATrialSurvivesAPowerCutButNotACrashLoop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.json")
	if s, err := settings.Load(path); err != nil || !reflect.DeepEqual(s, settings.State{}) {
		t.Fatalf("without a file: %+v, %v", s, err)
	}
	m := begin(t, settings.State{InForce: settings.Revision{Rev: 1}})
	m.Offer(config(2, allowed.Values{HomeURL: "wss://b"}), good)
	m.Tick(0, false, true)
	for start, want := range []settings.Reason{settings.Applied, settings.Applied, settings.RolledBack} {
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		var got settings.Reason
		m, got = settings.Start(s, time.Hour)
		if got != want {
			t.Fatalf("start %d: %s, want %s", start+1, got, want)
		}
		if want == settings.Applied {
			expect(t, "the clock starts anew", m.Tick(time.Hour+settings.Settle, false, true), settings.Nothing)
		}
	}
	if m.InForce.Rev != 1 || m.Report().Tried != 2 {
		t.Fatalf("after the loop: %+v", m.State)
	}
	if err := os.WriteFile(path, []byte(`{"in_force":{"rev":9,"values":{"volume":1}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := settings.Load(path); err == nil || s.InForce.Rev != 0 {
		t.Fatalf("a file that cannot be used gives %+v, %v", s, err)
	}
}
