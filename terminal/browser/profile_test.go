package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

func TestTracesOfACrashAreWipedAway(t *testing.T) {
	p := profile{t.TempDir()}
	settings := filepath.Join(p.data(), "Default", "Preferences")
	write(t, settings, `{"profile":{"exit_type":"Crashed","name":"x"},"other":[1]}`)
	write(t, filepath.Join(p.temp(), "left"), "")
	if err := os.Symlink("another-host-1", filepath.Join(p.data(), "SingletonLock")); err != nil {
		t.Fatal(err)
	}
	if err := p.tidy(); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(settings)
	var got struct {
		Profile struct {
			Exit string `json:"exit_type"`
			Name string `json:"name"`
		} `json:"profile"`
		Other []int `json:"other"`
	}
	if err := json.Unmarshal(text, &got); err != nil || got.Profile.Exit != "Normal" || got.Profile.Name != "x" || len(got.Other) != 1 {
		t.Errorf("the settings are %s (%v)", text, err)
	}
	if exists(filepath.Join(p.data(), "SingletonLock")) || exists(filepath.Join(p.temp(), "left")) {
		t.Error("a lock or a temporary file is left")
	}
}

func TestSettingsThatCannotBeReadAreThrownAway(t *testing.T) {
	for name, text := range map[string]string{"Default/Preferences": "\x00\x00", "Local State": `{"a":`} {
		p := profile{t.TempDir()}
		write(t, filepath.Join(p.data(), name), text)
		write(t, filepath.Join(p.data(), "other"), "")
		if err := p.tidy(); err != nil {
			t.Fatal(err)
		}
		if exists(filepath.Join(p.data(), "other")) || !exists(p.data()) {
			t.Errorf("with a broken %s the profile stays", name)
		}
	}
}

func TestTheWatchJudgesThePage(t *testing.T) {
	times := Times{Born: 60 * time.Second, Quiet: 20 * time.Second}
	type word struct {
		at  int // seconds after the start of the browser
		say heard
	}
	mute := heard{answered: true}
	quiet := func(s int) heard {
		return heard{answered: true, spoke: true, quiet: time.Duration(s) * time.Second}
	}
	for name, c := range map[string]struct {
		words []word
		want  string
	}{
		"it never comes":                     {[]word{{59, mute}, {60, mute}}, "the page never came"},
		"another browser's page spoke":       {[]word{{60, quiet(61)}}, "the page never came"},
		"it comes late":                      {[]word{{59, mute}, {61, quiet(3)}, {70, quiet(5)}}, ""},
		"it falls silent":                    {[]word{{10, quiet(1)}, {30, quiet(20)}}, "the page fell silent"},
		"no terminal, no word":               {[]word{{10, quiet(1)}, {30, heard{}}, {300, heard{}}}, ""},
		"the terminal comes back":            {[]word{{100, quiet(1)}, {102, heard{}}, {104, mute}, {150, mute}}, ""},
		"the terminal comes back, no page":   {[]word{{100, quiet(1)}, {102, heard{}}, {104, mute}, {162, mute}}, "the page never came"},
		"the terminal restarts in a blink":   {[]word{{100, quiet(1)}, {102, mute}, {105, quiet(0)}, {110, quiet(4)}}, ""},
		"it speaks and falls silent at last": {[]word{{100, quiet(1)}, {102, heard{}}, {105, quiet(1)}, {125, quiet(20)}}, "the page fell silent"},
	} {
		began := time.Unix(0, 0)
		v := newVigil(times, began)
		got := ""
		for i, w := range c.words {
			got = v.judge(began.Add(time.Duration(w.at)*time.Second), w.say)
			if got != "" && i < len(c.words)-1 {
				t.Errorf("%s: %s already at %d s", name, got, w.at)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
