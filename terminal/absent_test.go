package terminal_test

import (
	"testing"

	"huying/internal/wire"
	"huying/terminal/hardware"
)

// A kiosk none of whose devices are plugged in starts, says what is missing,
// and takes presses from wherever they come.
func TestAbsentHardwareIsReportedAndStopsNothing(t *testing.T) {
	k := build(t)
	k.cfg.GPIO = hardware.GPIO{Chip: "no-such-chip", Red: "R", Green: "G"}
	k.cfg.MCU = hardware.MCU{Port: "/dev/serial/by-id/none"}
	k.cfg.Evdev = []hardware.Evdev{{Device: "/dev/input/by-id/none", Red: "KEY_ENTER"}}
	k.cfg.Lamps = hardware.Lamps{Green: "L"}
	k.start()
	hub, _ := k.home.Accept()
	missing := map[string]bool{"key_unreadable:red": true, "key_unreadable:green": true, "lamp_failed:green": true}
	for len(missing) > 0 {
		for _, f := range hub.Until(wire.THealth).(wire.Health).Faults {
			delete(missing, f.Code+":"+f.Part)
			if f.Code == "lamp_failed" && f.Part != "green" {
				t.Errorf("a lamp of a board that is away is reported beside its keys: %+v", f)
			}
		}
	}
	k.key("urgent", true)
	hub.Until(wire.TPress)
}
