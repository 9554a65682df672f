package hardware

import (
	"slices"
	"testing"

	"periph.io/x/conn/v3/gpio"

	"huying/firmware-bridge/input"
)

// PullUp is seen by tests.
const PullUp gpio.Pull = pullUp

// A key that two devices have is well again only when both are.
func TestTroubleEndsWithItsLastDevice(t *testing.T) {
	m := newMerger()
	var told []string
	for _, e := range []struct {
		device string
		key    input.Key
		kind   input.Kind
	}{
		{"line", input.Red, input.Fault}, {"usb", input.Red, input.Fault}, {"usb", input.Green, input.Fault},
		{"line", input.Red, input.Restored}, {"usb", input.Green, input.Restored}, {"line", input.Red, input.Press},
		{"line", input.Red, input.Release}, {"usb", input.Red, input.Restored},
		{"line", input.Red, input.Stuck}, {"usb", input.Red, input.Stuck}, {"usb", input.Red, input.Unstuck}, {"line", input.Red, input.Unstuck},
		{"line", input.Red, input.Overrun},
	} {
		if got, tell := m.take(e.device, input.Event{Key: e.key, Kind: e.kind, Detail: "gone"}); tell {
			s := e.device + " " + string(got.Key) + " " + string(got.Kind)
			if got.Kind == input.Fault {
				s += " " + got.Detail
			}
			told = append(told, s)
		}
	}
	want := []string{
		"line red fault line: gone", "usb red fault usb: gone", "usb green fault usb: gone",
		"usb green restored", "line red press", "line red release", "usb red restored",
		"line red stuck", "usb red stuck", "line red unstuck", "line red overrun",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q", told)
	}
}
