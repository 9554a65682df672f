package terminal

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal/panel"
	"huying/terminal/power"
	"huying/terminal/selftest"
)

// cared is a kiosk on a real folder, with both lines up, whose first round of
// tests is due.
func cared(t *testing.T, change func(*Config)) *village {
	dir := t.TempDir()
	v := prepareWith(t, &disk{}, func(c *Config) {
		c.DataDir = dir
		c.Power = func() (power.State, bool) { return power.State{}, false }
		change(c)
	})
	if err := v.term.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.term.Stop)
	v.home.up()
	v.last.up()
	return v
}

// asked waits until the page is asked for a test.
func (v *village) asked(name selftest.Name) *panel.Test {
	v.t.Helper()
	for range 60 * 20 {
		if x := v.page.now().Test; x != nil && x.Name == string(name) {
			return x
		}
		v.wait(500 * time.Millisecond)
	}
	v.t.Fatalf("the page is never asked for %s", name)
	return nil
}

// until waits in small steps for what the kiosk does by itself.
func (v *village) until(true func() bool) {
	v.t.Helper()
	for range 60_000 {
		if true() {
			return
		}
		v.wait(10 * time.Millisecond)
	}
	v.t.Fatal("it never comes")
}

// result is what the latest HEALTH says of a test.
func (v *village) result(name selftest.Name) wire.Result {
	v.t.Helper()
	synctest.Wait()
	h := of[wire.Health](v.last.take())
	if len(h) == 0 {
		v.t.Fatal("the county was told nothing")
	}
	for _, x := range h[len(h)-1].Tests {
		if x.Name == string(name) {
			return x.Result
		}
	}
	return ""
}

func TestTheDailyRoundGoesTheWayOfAPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		v.page.beats()
		v.asked(selftest.Sound)
		if !v.page.cfg.Tested("sound", "passed", "") {
			t.Fatal("the page's word was not taken")
		}
		v.wait(time.Second)
		p := of[wire.Press](v.home.take())
		if len(p) == 0 || p[0].Purpose != call.ForSelfTest || len(of[wire.Press](v.last.sent)) != 0 {
			t.Fatalf("home was sent %+v", p)
		}
		v.home.say(wire.PressAck{Press: p[0].Press, Call: p[0].Call})
		v.home.say(wire.Media{Call: p[0].Call, Epoch: 1, URL: "ws://127.0.0.1:1/rtc", Token: "t"})
		if m := v.asked(selftest.Media).Media; m == nil || m.Token != "t" {
			t.Errorf("the page is to try %+v", m)
		}
		v.page.cfg.Tested("media", "failed", "no candidate")
		want := map[selftest.Name]wire.Result{selftest.Disk: wire.Passed, selftest.KeyPath: wire.Skipped, selftest.Sound: wire.Passed,
			selftest.Link: wire.Passed, selftest.Press: wire.Passed, selftest.Media: wire.Failed}
		h := of[wire.Health](v.home.take())
		for _, x := range h[len(h)-1].Tests {
			if want[selftest.Name(x.Name)] != x.Result {
				t.Errorf("%s %s: %s", x.Name, x.Result, x.Detail)
			}
			delete(want, selftest.Name(x.Name))
		}
		if len(want) > 0 {
			t.Errorf("nothing is said of %v", want)
		}
		if f := v.page.now().Faults; len(f) != 1 || f[0] != (panel.Fault{Code: FaultTest, Part: "media"}) {
			t.Errorf("the page shows %+v", f)
		}
		if v.page.now().State != panel.Idle {
			t.Error("a self-test is shown as a call")
		}
	})
}

// A kiosk of two keys and two lamps has nothing that could play a tone.
func TestWithoutPageAndVoiceNothingIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		var p []wire.Press
		v.until(func() bool { p = append(p, of[wire.Press](v.home.take())...); return len(p) > 0 })
		v.home.say(wire.PressAck{Press: p[0].Press, Call: p[0].Call})
		v.wait(healthEvery + idleTick)
		h := of[wire.Health](v.home.take())
		got := map[string]wire.Result{}
		for _, x := range h[len(h)-1].Tests {
			got[x.Name] = x.Result
		}
		if got["sound"] != wire.Skipped || got["media"] != wire.Skipped || got["press"] != wire.Passed {
			t.Errorf("%v", got)
		}
		if f := v.page.now().Faults; len(f) > 0 {
			t.Errorf("it complains of %+v", f)
		}
	})
}

// Day and night are those of the village, whatever zone the board has.
func TestTheHourIsTheVillages(t *testing.T) {
	for at, want := range map[string]int{"2026-11-22T00:30:00Z": 8, "2026-11-22T12:00:00Z": 20, "2026-11-22T23:59:00-05:00": 12, "1970-01-01T03:00:00Z": -1} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := hour(when); got != want {
			t.Errorf("%s is hour %d, want %d", at, got, want)
		}
	}
}

func TestAPressEndsTheSelfTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		v.page.beats()
		v.asked(selftest.Sound)
		v.press(input.Red)
		if v.wait(time.Second); v.page.now().Test != nil {
			t.Error("the page still tests itself")
		}
	})
}

func TestADeadPageFailsItsTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		v.page.beats()
		v.asked(selftest.Sound)
		v.wait(selftest.DefaultTimes().Patience + time.Second)
		if r := v.result(selftest.Sound); r != wire.Failed {
			t.Errorf("the test %s", r)
		}
	})
}

// wired is a loop that works the key's line.
type wired struct {
	queue  *input.Queue
	key    input.Key
	stays  bool          // a hand is on the key
	tap    time.Duration // a hand comes with the pulse and stays so long
	clock  atomic.Pointer[func() time.Duration]
	began  atomic.Bool // there was a pulse
	broken bool
	cut    bool // the wire is
}

func (w *wired) Set(on bool) error {
	w.began.Store(w.began.Load() || on)
	switch {
	case w.broken:
		return errors.New("no such line")
	case w.cut:
		return nil
	case on:
		w.queue.Push(input.Event{Key: w.key, Kind: input.Press, Reason: input.ByEdge, At: (*w.clock.Load())()})
	case !w.stays && w.key != "":
		time.AfterFunc(w.tap, func() { w.queue.Push(input.Event{Key: w.key, Kind: input.Release, At: (*w.clock.Load())()}) })
	}
	return nil
}

func TestTheKeysAreTriedThroughTheirLoops(t *testing.T) {
	for _, tc := range []struct {
		name  string
		red   *wired
		want  wire.Result
		calls int
	}{
		{"whole", &wired{}, wire.Passed, 0},
		{"the wire is cut", &wired{cut: true}, wire.Failed, 0},
		{"the loop cannot be driven", &wired{broken: true}, wire.Failed, 0},
		{"a relay is slow", &wired{tap: 60 * time.Millisecond}, wire.Passed, 0},
		{"a hand is on the key", &wired{stays: true}, "", 1},
		{"a hand taps during the pulse", &wired{tap: 150 * time.Millisecond}, "", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				red, green := tc.red, &wired{key: input.Green}
				red.key = input.Red
				v := cared(t, func(c *Config) {
					red.queue = c.Inputs[0].(queued).Queue
					green.queue = red.queue
					c.Loops = map[input.Key]Pulser{input.Red: red, input.Green: green}
				})
				red.clock.Store(&v.term.loop.care.clock)
				green.clock.Store(&v.term.loop.care.clock)
				v.wait(7 * time.Minute)
				if r := v.result(selftest.KeyPath); r != tc.want {
					t.Errorf("the test %s", r)
				}
				calls := 0
				for _, p := range of[wire.Press](v.home.take()) {
					if p.Purpose.Calls() {
						calls = 1
					}
				}
				if calls != tc.calls {
					t.Errorf("%d calls", calls)
				}
			})
		})
	}
}

// TestAHandBesideAPulse: events of a hand reach the loop while a pulse is on
// its way, and none of its presses may be taken for the pulse.
func TestAHandBesideAPulse(t *testing.T) {
	for _, tc := range []struct {
		name string
		key  input.Key     // what is pressed
		at   time.Duration // after the pulse began
	}{
		{"it was first", input.Red, -time.Millisecond},
		{"the wire is cut, and it taps", input.Red, 200 * time.Millisecond},
		{"it is on the other key", input.Green, time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				red := wired{key: input.Red, cut: true}
				v := cared(t, func(c *Config) {
					c.Loops = map[input.Key]Pulser{input.Red: &red}
				})
				clock := v.term.loop.care.clock
				v.until(func() bool { return red.began.Load() })
				v.wait(max(tc.at, 0))
				v.queue.Push(input.Event{Key: tc.key, Kind: input.Press, Reason: input.ByEdge, At: clock() + min(tc.at, 0)})
				v.queue.Push(input.Event{Key: tc.key, Kind: input.Release, At: clock() + 120*time.Millisecond})
				v.wait(time.Second)
				p := of[wire.Press](v.home.take())
				if len(p) == 0 || !p[len(p)-1].Purpose.Calls() {
					t.Errorf("home was sent %+v", p)
				}
			})
		})
	}
}

// TestASlowBatteryDelaysNoPress: reading it may hang for as long as it likes.
func TestASlowBatteryDelaysNoPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		var asked atomic.Int32
		v := cared(t, func(c *Config) {
			c.Power = func() (power.State, bool) { asked.Add(1); <-held; return power.State{}, false }
		})
		defer close(held)
		v.wait(10 * powerEvery)
		v.push(input.Red)
		if len(of[wire.Press](v.home.take())) == 0 {
			t.Error("the press waits for the battery")
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("%d wait for it", n)
		}
	})
}

func TestPowerIsShownAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mains atomic.Bool
		mains.Store(true)
		v := cared(t, func(c *Config) {
			c.Power = func() (power.State, bool) {
				return power.State{Mains: mains.Load(), Percent: 90, Left: time.Hour}, true
			}
		})
		v.wait(powerEvery + idleTick)
		mains.Store(false)
		v.home.take()
		v.wait(powerEvery + idleTick)
		h := of[wire.Health](v.home.take())
		if len(h) == 0 || h[len(h)-1].Power == nil || h[len(h)-1].Power.Mains || h[len(h)-1].Power.LeftMS != 3_600_000 {
			t.Fatalf("home was told %+v", h)
		}
		if p := v.page.now().Power; p == nil || p.Mains || p.Percent != 90 {
			t.Errorf("the page shows %+v", p)
		}
	})
}

func TestThePageSaysWhatItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		v.press(input.Red)
		if s := v.page.now().Say; s == nil || !slices.Contains(s.Prompts, "pressed_urgent") {
			t.Errorf("it says %+v", s)
		}
	})
}

func TestThePracticeButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(*Config) {})
		v.page.cfg.Practise()
		p := of[wire.Press](v.home.take())
		if len(p) != 1 || p[0].Purpose != call.ForPractice || v.page.now().State != panel.Practising {
			t.Fatalf("%+v, shown %s", p, v.page.now().State)
		}
		v.home.say(wire.PressAck{Press: p[0].Press, Call: p[0].Call})
		if s := v.page.now().State; s != panel.Practised {
			t.Errorf("shown %s", s)
		}
	})
}

func TestADeadPageIsAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(c *Config) { c.Screen = true })
		v.wait(pageBorn + idleTick)
		if !v.faulty(FaultPage) {
			t.Error("a page that never came is no fault")
		}
		v.page.beats()
		v.wait(idleTick)
		if v.faulty(FaultPage) {
			t.Error("the page came, and it is still a fault")
		}
		v.wait(pageQuiet + idleTick)
		if !v.faulty(FaultPage) {
			t.Error("a page that fell silent is no fault")
		}
	})
}

// TestWhoAnswersIsSaidInTheirOwnVoice, where there is a recording.
func TestWhoAnswersIsSaidInTheirOwnVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := cared(t, func(c *Config) {
			own := filepath.Join(c.promptFolder(), "answerer")
			if err := errors.Join(os.MkdirAll(own, 0o755), os.WriteFile(filepath.Join(own, "person-zhang.wav"), []byte("RIFF....WAVEfmt "), 0o644)); err != nil {
				t.Fatal(err)
			}
		})
		v.wait(idleTick)
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.Claim{Call: id, Site: home, Person: operator})
		if s := v.page.now().Say; s == nil || !slices.Contains(s.Prompts, "answerer/person-zhang") {
			t.Errorf("it says %+v", s)
		}
	})
}
