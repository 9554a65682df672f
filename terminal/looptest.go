package terminal

import (
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/selftest"
)

// Pulser drives a wire that works a key's line as the key does, through a
// relay or a transistor. It is how a kiosk proves the way from the key's
// terminals to itself (F99).
type Pulser interface{ Set(on bool) error }

// The paces of the test.
const (
	// loopWait is after how long without an event a pulse, or its end, is given up.
	loopWait = time.Second
	// loopSlack is how long, by the kernel's clock, a pulse takes at most to
	// arrive as a press, and its end as a release: a relay needs 20 ms, a
	// debounced key 5, a release 30 more. What takes longer is a hand's doing, for
	// a tap lasts 100 to 300 ms.
	loopSlack = 100 * time.Millisecond
)

// loopTest is a pulse under way. A press that arrives with it is the pulse's;
// if the key does not come up with the pulse, a hand is on it and the press is
// for help after all. Key and hand work one contact, so a tap that begins and
// ends within the pulse, some 50 ms each day, cannot be told from it.
type loopTest struct {
	left    []input.Key
	key     input.Key // under test; empty: none
	pressed bool      // the pulse arrived, now it is to end
	cut     bool      // somebody pressed the other key: this pulse is the last
	until   time.Time
	at      time.Time     // when it arrived
	began   time.Duration // the pulse, by the kernel's clock
	ended   time.Duration // the same
}

// tryKeys begins the test of every key that has a loop.
func (l *loop) tryKeys() {
	t := &l.care.key
	*t = loopTest{}
	for _, k := range input.Keys() {
		if l.cfg.Loops[k] != nil {
			t.left = append(t.left, k)
		}
	}
	if len(t.left) == 0 {
		l.tested(tested{selftest.KeyPath, wire.Skipped, "no loop is wired"})
		return
	}
	l.nextKey()
}

func (l *loop) nextKey() {
	t := &l.care.key
	switch {
	case t.cut: // the plan gives the test up, because somebody is there
		*t = loopTest{}
		return
	case len(t.left) == 0:
		t.key = ""
		l.tested(tested{selftest.KeyPath, wire.Passed, ""})
		return
	}
	t.key, t.left, t.pressed, t.until = t.left[0], t.left[1:], false, time.Now().Add(loopWait)
	t.began = l.care.clock()
	if err := l.cfg.Loops[t.key].Set(true); err != nil {
		l.keyFailed("the loop cannot be driven: " + err.Error())
	}
}

func (l *loop) keyFailed(why string) {
	t := &l.care.key
	_ = l.cfg.Loops[t.key].Set(false)
	l.tested(tested{selftest.KeyPath, wire.Failed, string(t.key) + ": " + why})
	*t = loopTest{}
}

// pulsed takes the events of a key that come from its pulse.
func (l *loop) pulsed(e input.Event) bool {
	t := &l.care.key
	switch {
	case t.key == "":
		return false
	case e.Key != t.key:
		t.cut = t.cut || e.Kind == input.Press
		return false
	case e.Kind == input.Press && !t.pressed:
		if e.At < t.began || e.At-t.began > loopSlack {
			l.endPulse()
			return false // a hand was first, or the pulse never came
		}
		t.pressed, t.at, t.until = true, time.Now(), time.Now().Add(loopWait)
		l.release(t.key)
		t.ended = l.care.clock()
		return true
	case e.Kind == input.Release && t.pressed:
		if e.At-t.ended > loopSlack {
			l.byHand()
			return false
		}
		l.nextKey()
		return true
	}
	return false
}

func (l *loop) release(key input.Key) {
	if err := l.cfg.Loops[key].Set(false); err != nil {
		l.log.Error("the key loop cannot be released", "key", string(key), "error", err.Error())
	}
}

// endPulse ends a test into which somebody came; the plan gives it up, because
// the kiosk is not free any more.
func (l *loop) endPulse() {
	key := l.care.key.key
	l.care.key = loopTest{}
	l.release(key)
	l.log.Info("a hand was on the key during its test", "key", string(key))
}

// byHand makes a press for help of what was taken for the pulse.
func (l *loop) byHand() {
	t := l.care.key
	l.endPulse()
	l.lamps.Pressed(t.key)
	l.pressedAt = time.Now()
	l.step(kiosk.Press{Key: keys[t.key], At: t.at, Held: true})
}

// keysLate ends a test whose key does not answer.
func (l *loop) keysLate() {
	t := &l.care.key
	switch {
	case t.key == "" || time.Now().Before(t.until):
	case t.pressed:
		l.byHand()
	default:
		l.keyFailed("a pulse did not arrive as a press")
	}
}
