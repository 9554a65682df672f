package terminal

import (
	"bytes"
	"crypto/ed25519"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
)

// TestHomeAloneOffersReleases also shows that HEALTH tells what came of it.
func TestHomeAloneOffersReleases(t *testing.T) {
	_, private, _ := ed25519.GenerateKey(nil)
	m, err := release.Sign(private, "9.0", runtime.GOARCH, bytes.NewReader([]byte("package")))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		v := openTold(t, t.TempDir())
		defer v.term.Stop()
		v.home.up()
		v.last.up()
		health := func() wire.Health {
			t.Helper()
			h := of[wire.Health](v.home.take())
			if len(h) == 0 {
				t.Fatal("no HEALTH")
			}
			return h[len(h)-1]
		}
		if h := health(); h.Arch != runtime.GOARCH || h.Update != nil {
			t.Errorf("at first %+v", h)
		}
		v.last.say(wire.Update{Release: &m})
		v.wait(time.Minute)
		if r := v.term.update.Report(); r != nil {
			t.Errorf("the county's offer was taken: %+v", r)
		}
		v.home.say(wire.Update{Release: &m})
		v.wait(5 * time.Second)
		if h := health(); h.Update == nil || h.Update.Version != "9.0" || h.Update.Phase != wire.Refused ||
			!strings.Contains(h.Update.Error, "没有发布公钥") {
			t.Errorf("told %+v", h.Update)
		}
	})
}

func TestSettingsOfUpdatesAreChecked(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"release_key":   func(c *Config) { c.ReleaseKey = "release.pub" },
		"update_settle": func(c *Config) { c.UpdateSettle = 5 }, // nanoseconds: a unit was forgotten
		"update_rate":   func(c *Config) { c.UpdateRate = -1 },
	} {
		c := example()
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
