package hardware_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/terminal/hardware"
)

// everything is a kiosk none of whose devices are there.
func everything() hardware.Settings {
	return hardware.Settings{
		GPIO:  hardware.GPIO{Chip: "no-such-chip", Red: "R", Green: "G", RedLoop: "RL"},
		MCU:   hardware.MCU{Port: "/dev/serial/by-id/none"},
		Evdev: []hardware.Evdev{{Device: "/dev/input/by-id/none", Red: "KEY_ENTER", Green: "57"}, {Device: "/dev/input/by-id/pedal", Red: "28"}},
		Lamps: hardware.Lamps{Red: "LR", Green: "LG", Buzzer: "B"},
	}
}

func TestNothingThatIsAbsentKeepsAKioskFromStarting(t *testing.T) {
	h, err := hardware.Open(everything())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{
		"red no-such-chip": true, "green no-such-chip": true, "red /dev/serial/by-id/none": true, "green /dev/serial/by-id/none": true,
		"red /dev/input/by-id/none": true, "green /dev/input/by-id/none": true, "red /dev/input/by-id/pedal": true,
	}
	late := time.After(10 * time.Second)
	for len(want) > 0 {
		select {
		case e := <-h.Events():
			device, _, _ := strings.Cut(e.Detail, ": ")
			if name := string(e.Key) + " " + device; e.Kind != input.Fault || !want[name] {
				t.Fatalf("unexpected: %v", e)
			} else {
				delete(want, name)
			}
		case <-late:
			t.Fatalf("within 10 s nothing of %v", want)
		}
	}
	var names []string
	for _, f := range h.Fixtures() {
		names = append(names, string(f.Name)+" "+f.At)
		err := f.Out.Set(true)
		if onLine := strings.HasPrefix(f.At, "no-such-chip:"); (err != nil) != onLine {
			t.Errorf("%s: %v", f.At, err)
		}
	}
	slices.Sort(names)
	port := everything().MCU.Port
	if got := strings.Join(names, ", "); got != "buzzer "+port+", buzzer no-such-chip:B, green "+port+
		", green no-such-chip:LG, line "+port+", red "+port+", red no-such-chip:LR" {
		t.Errorf("fixtures: %s", got)
	}
	if loops := h.Loops(); len(loops) != 1 || loops[input.Red] == nil {
		t.Errorf("loops: %v", loops)
	}
	if err := errors.Join(h.Close(), h.Close()); err != nil {
		t.Error(err)
	}
	if _, open := <-h.Events(); open {
		t.Error("an event after the end")
	}
}

func TestNothingWiredIsNothing(t *testing.T) {
	h, err := hardware.Open(hardware.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	l := lamp.NewLamps(h.Fixtures(), nil)
	l.Start()
	l.Show(lamp.Scene{Red: lamp.Placed})
	l.Pressed(input.Red)
	l.Stop()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func TestSettingsThatCanNeverWorkAreNamed(t *testing.T) {
	if found := everything().Check(); len(found) != 0 {
		t.Fatalf("good settings: %v", found)
	}
	for field, spoil := range map[string]func(*hardware.Settings){
		"gpio":            func(s *hardware.Settings) { s.GPIO.RedLoop = s.GPIO.Green },
		"mcu.port":        func(s *hardware.Settings) { s.MCU.Port = "/dev/ttyACM1" },
		"lamps":           func(s *hardware.Settings) { s.Lamps.Red = s.GPIO.RedLoop },
		"lamps.chip":      func(s *hardware.Settings) { s.GPIO = hardware.GPIO{} },
		"evdev[1]":        func(s *hardware.Settings) { s.Evdev[1].Red = "" },
		"evdev[0]":        func(s *hardware.Settings) { s.Evdev[0].Green = "28" },
		"evdev[1].device": func(s *hardware.Settings) { s.Evdev[1].Device = s.Evdev[0].Device },
		"evdev[0].device": func(s *hardware.Settings) { s.Evdev[0].Device = "/dev/input/event3" },
		"evdev[0].red":    func(s *hardware.Settings) { s.Evdev[0].Red = "0" },
	} {
		s := everything()
		spoil(&s)
		_, err := hardware.Open(s)
		var p *hardware.Problem
		if !errors.As(err, &p) || p.Field != field || len(s.Check()) != 1 {
			t.Errorf("%s spoiled gives %v and %d problems", field, err, len(s.Check()))
		}
	}
}

// periph stays inside firmware-bridge, so its constant is written out.
func TestPullUpIsPeriphs(t *testing.T) {
	if hardware.PullUp != gpio.PullUp {
		t.Errorf("gpio.PullUp is %d", gpio.PullUp)
	}
}
