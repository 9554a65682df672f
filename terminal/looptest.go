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

// loopWait is how long a pulse may take to arrive as a press, and to end. A
// debounced key needs 5 ms, a release 30 ms more.
const loopWait = time.Second

// loopTest is a pulse under way. A press that arrives during it is the
// pulse's; if the key does not come up with the pulse, a hand is on it and the
// press is for help after all.
type loopTest struct {
	left    []input.Key
	key     input.Key // under test; empty: none
	pressed bool      // the pulse arrived, now it is to end
	until   time.Time
	at      time.Time // when it arrived
}

// tryKeys begins the test of every key that has a loop.
func (l *loop) tryKeys() {
	t := &l.care.key
	t.left = nil
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
	if len(t.left) == 0 {
		t.key = ""
		l.tested(tested{selftest.KeyPath, wire.Passed, ""})
		return
	}
	t.key, t.left, t.pressed, t.until = t.left[0], t.left[1:], false, time.Now().Add(loopWait)
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
	if t.key == "" || e.Key != t.key {
		return false
	}
	switch {
	case e.Kind == input.Press && !t.pressed:
		t.pressed, t.at, t.until = true, time.Now(), time.Now().Add(loopWait)
		if err := l.cfg.Loops[t.key].Set(false); err != nil {
			l.log.Error("the key loop cannot be released", "key", string(t.key), "error", err.Error())
		}
		return true
	case e.Kind == input.Release && t.pressed:
		l.nextKey()
		return true
	}
	return false
}

// keysLate ends a test whose key does not answer.
func (l *loop) keysLate() {
	t := &l.care.key
	if t.key == "" || time.Now().Before(t.until) {
		return
	}
	if !t.pressed {
		l.keyFailed("a pulse did not arrive as a press")
		return
	}
	key, at := t.key, t.at
	l.keyFailed("a hand was on the key")
	l.step(kiosk.Press{Key: keys[key], At: at, Held: true})
}
