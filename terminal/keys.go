package terminal

import (
	"fmt"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/screen"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/terminal/panel"
)

// screenKey takes the page's own keys.
func screenKey(keys *screen.Keys) func(string, bool) error {
	return func(name string, down bool) error {
		k, ok := map[string]input.Key{panel.Urgent: input.Red, panel.Enquiry: input.Green}[name]
		if !ok {
			return fmt.Errorf("terminal: no key %q", name)
		}
		if down {
			return keys.Press(k)
		}
		return keys.Release(k)
	}
}

// keys gives the real keys their meaning.
var keys = map[input.Key]call.Key{input.Red: call.Urgent, input.Green: call.Enquiry}

// key takes one event of a key.
func (l *loop) key(e input.Event) {
	if l.pulsed(e) {
		e.Safe()
		l.settle()
		return
	}
	name := ":" + string(e.Key)
	switch e.Kind {
	case input.Press:
		l.pressed(e)
	case input.Release:
		l.pressedAt = time.Now()
		l.step(kiosk.Release{Key: keys[e.Key]})
	case input.Stuck:
		l.fault(FaultKeyStuck+name, true, "held for too long")
	case input.Unstuck:
		l.fault(FaultKeyStuck+name, false, "")
	case input.Fault:
		l.fault(FaultKeyFault+name, true, e.Detail)
	case input.Restored:
		l.fault(FaultKeyFault+name, false, "")
	case input.Overrun:
		l.overrun(e)
	}
	l.settle()
}
