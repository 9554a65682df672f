package terminal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/wire"
	"huying/terminal/panel"
	"huying/terminal/prompt"
	speech "huying/terminal/voice"
)

// mouth is a voice that notes what it is told.
type mouth struct {
	cfg  speech.Config
	mu   sync.Mutex
	did  []string
	done func(error)
}

func (m *mouth) note(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := fmt.Sprintf(format, args...); len(m.did) == 0 || m.did[len(m.did)-1] != s {
		m.did = append(m.did, s)
	}
}

// broken is a device that cannot be.
func (m *mouth) broken() error {
	if m.cfg.Capture == "none" {
		return errors.New("no program terminal-voice")
	}
	return nil
}

func (m *mouth) Start()             { m.note("start") }
func (m *mouth) Stop()              { m.note("stop") }
func (m *mouth) Hush()              { m.note("hush") }
func (m *mouth) Volume(percent int) { m.note("volume %d", percent) }
func (m *mouth) Silence()           { m.note("silence") }
func (m *mouth) Talk(url, token string, quiet bool) {
	m.note("talk %s %s %v", url, token, quiet)
}
func (m *mouth) Say(codes ...prompt.Code)   { m.note("say %v", codes) }
func (m *mouth) TestSound(done func(error)) { m.note("test sound"); m.keep(done) }
func (m *mouth) keep(done func(error))      { m.mu.Lock(); defer m.mu.Unlock(); m.done = done }
func (m *mouth) TestMedia(url, token string, done func(error)) {
	m.note("test media %s %s", url, token)
	m.keep(done)
}

// take gives what was done since the last take.
func (m *mouth) take() []string {
	synctest.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.did
	m.did = nil
	return slices.DeleteFunc(out, func(s string) bool { return s == "hush" })
}

func spoken(c *Config) { c.Voice.Device = "default" }

// TestATerminalThatSpeaks goes through a call without a page: what is said,
// when it talks, and that the page beside it only shows.
func TestATerminalThatSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := prepareWith(t, &disk{}, spoken)
		if err := v.term.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer v.term.Stop()
		v.home.up()
		v.mouth.take()
		v.press(input.Red)
		v.wait(time.Second)
		p := of[wire.Press](v.home.take())[0]
		v.home.say(wire.PressAck{Press: p.Press, Call: p.Call})
		v.home.say(wire.Claim{Call: p.Call, Site: home, Person: operator})
		g := of[wire.Grant](v.home.take())
		if len(g) != 1 {
			t.Fatal("no grant")
		}
		v.home.say(wire.Media{Call: p.Call, Epoch: g[0].Grant.Epoch, URL: "ws://127.0.0.1:1", Token: "t"})
		want := []string{"say [pressed_urgent sending]", "say [received]", "say [answerer/operator]", "talk ws://127.0.0.1:0/voice t false"}
		if got := v.mouth.take(); !slices.Equal(got, want) {
			t.Errorf("it did %q, want %q", got, want)
		}
		if p := v.page.now(); p.State != panel.Answered || p.Media != nil || p.Say != nil {
			t.Errorf("the page is to speak too: %+v", p)
		}
		v.mouth.cfg.Alive(true) // as the page would say it
		v.home.say(wire.Release{Call: p.Call, Epoch: g[0].Grant.Epoch})
		v.mouth.note("end of talk")
		v.wait(time.Second)
		v.mouth.mu.Lock()
		defer v.mouth.mu.Unlock()
		if !slices.Contains(v.mouth.did, "hush") {
			t.Errorf("after the release it did %q", v.mouth.did)
		}
	})
}

// TestTheVoiceTestsItself: in place of the page, once, and also of what was cut off.
func TestTheVoiceTestsItself(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want wire.Result
	}{
		"heard": {nil, wire.Passed}, "not heard": {errors.New("the tone is not heard"), wire.Failed}, "cut": {speech.ErrCut, wire.Skipped},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := cared(t, spoken)
			for range 60 * 20 {
				if slices.Contains(v.mouth.take(), "test sound") {
					break
				}
				v.wait(500 * time.Millisecond)
			}
			if v.page.now().Test != nil {
				t.Error("the page is asked too")
			}
			v.wait(3 * time.Second)
			if again := v.mouth.take(); slices.Contains(again, "test sound") {
				t.Errorf("%s: while it is made, once more %q", name, again)
			}
			v.mouth.done(c.err)
			v.wait(time.Second)
			if got := v.result("sound"); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			if again := v.mouth.take(); slices.Contains(again, "test sound") {
				t.Errorf("%s: once more %q", name, again)
			}
		})
	}
}

// TestAKioskWithoutItsVoiceStillCalls: what is broken is told, and the page
// speaks in its stead.
func TestAKioskWithoutItsVoiceStillCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := prepareWith(t, &disk{}, func(c *Config) { c.Voice.Device = "none" })
		if err := v.term.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer v.term.Stop()
		v.home.up()
		if !v.faulty(FaultSound + ":program") {
			t.Error("the hub is not told")
		}
		v.press(input.Red)
		if v.wait(time.Second); len(of[wire.Press](v.home.take())) == 0 || v.page.now().Say == nil {
			t.Error("without its voice the kiosk does not call, or the page does not speak")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		v := prepareWith(t, &disk{}, spoken)
		if err := v.term.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer v.term.Stop()
		v.home.up()
		v.mouth.cfg.Fault(speech.Microphone, "no such device")
		if !v.faulty(FaultSound + ":microphone") {
			t.Error("a dead microphone is not told")
		}
		v.mouth.cfg.Fault(speech.Microphone, "")
		if v.faulty(FaultSound + ":microphone") {
			t.Error("a microphone that works again is told to be dead")
		}
	})
}

func TestVoiceSettings(t *testing.T) {
	for yaml, good := range map[string]bool{
		"voice: {device: default}": true, "voice: {capture: a, playback: b, codec: pcmu, full_duplex: true}": true,
		"voice: {capture: a}": false, "voice: {device: default, codec: mp3}": false, "voice: {devise: default}": false,
	} {
		path := filepath.Join(t.TempDir(), "terminal.yaml")
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path, nil)
		if err == nil {
			full := example()
			full.Voice = c.Voice
			err = full.Validate()
		}
		if (err == nil) != good {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

func TestTheVoiceIsAsLoudAsTheHubAsks(t *testing.T) {
	m := &mouth{}
	s := &speaking{page: &shown{}, voice: m}
	for _, percent := range []int{0, 40, 40, 100} {
		s.Show(panel.View{Volume: percent})
	}
	got := slices.DeleteFunc(slices.Clone(m.did), func(what string) bool { return what == "hush" })
	if want := []string{"volume 40", "volume 100"}; !slices.Equal(got, want) {
		t.Errorf("it did %q, want %q", got, want)
	}
}
