package probe

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/firmware-bridge/evdev"
	"huying/firmware-bridge/input"
	"huying/firmware-bridge/survey"
	"huying/terminal"
	"huying/terminal/hardware"
)

var denied = &survey.DeniedError{Path: "/dev/input/event1", Group: "input"}

func findings() Findings {
	return Findings{
		Chips: []survey.Chip{
			{Path: "/dev/gpiochip0", Label: "pinctrl-bcm2711", Lines: []survey.Line{
				{Offset: 0, Name: "GPIO17"}, {Offset: 1, Name: "LED", Used: true, Output: true, Consumer: "ACT"}, {Offset: 2}, {Offset: 3, Name: "GPIO22"},
			}},
			{Path: "/dev/gpiochip1", Err: &survey.DeniedError{Path: "/dev/gpiochip1", Group: "gpio"}},
			{Path: "/dev/gpiochip2", Label: "expander", Lines: []survey.Line{{}}},
		},
		Ports: []survey.Port{{Path: "/dev/ttyACM0", Links: []string{"/dev/serial/by-id/usb-huying"}, Product: "Arduino Uno", Err: &survey.DeniedError{Group: "dialout"}}},
		Devices: []survey.Device{
			{Path: "/dev/input/event0", Links: []string{"/dev/input/by-id/usb-pedal"}, Name: "Pedal", Keys: 2},
			{Path: "/dev/input/event1", Keys: 1, Err: denied},
			{Path: "/dev/input/event2", Name: "odd", Keys: 1, Err: &survey.DeniedError{Path: "/dev/input/event2"}},
		},
	}
}

func TestFindingsAreListedForAnElectrician(t *testing.T) {
	var b strings.Builder
	if err := findings().Write(&b); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/findings.txt")
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestNothingFoundIsSaid(t *testing.T) {
	var b strings.Builder
	if err := (Findings{}).Write(&b); err != nil || strings.Count(b.String(), "没有找到") != 3 || strings.Contains(b.String(), "权限") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// What the settings name is read by its own driver, which must get it.
func TestWithoutWhatIsWiredAlready(t *testing.T) {
	f := findings().Without(hardware.Settings{
		GPIO:  hardware.GPIO{Chip: "pinctrl-bcm2711", Red: "GPIO17"},
		Lamps: hardware.Lamps{Red: "GPIO22"},
		Evdev: []hardware.Evdev{{Device: "/dev/input/by-id/usb-pedal"}},
	})
	if got := f.Chips[0].Lines; len(got) != 2 || got[0].Name != "LED" || got[1].Name != "" {
		t.Errorf("lines %+v", got)
	}
	if len(f.Devices) != 2 || f.Devices[0].Path != "/dev/input/event1" {
		t.Errorf("devices %+v", f.Devices)
	}
	if whole := findings(); len(whole.Chips[0].Lines) != 4 {
		t.Error("the original lost lines")
	}
}

func line(name string, pressed bool) survey.Touch {
	return survey.Touch{Chip: "board", Line: name, Pressed: pressed}
}

func TestTheFirstKeyIsRedTheSecondGreen(t *testing.T) {
	l := NewLesson()
	var rows []string
	dones := 0
	if got := l.Next(); got != "请按一下红键……" {
		t.Error(got)
	}
	for _, touch := range []survey.Touch{
		line("GPIO5", false), // a release of what nobody pressed says nothing
		line("GPIO17", true), line("GPIO17", false), line("GPIO17", true), line("GPIO17", false),
		line("GPIO27", true), line("GPIO27", false), line("GPIO22", true), line("GPIO17", true),
	} {
		row, done := l.Take(touch)
		rows = append(rows, row)
		if done {
			dones++
		}
	}
	want := "board 的 GPIO5  松开|board 的 GPIO17  按下  → 红键|board 的 GPIO17  松开  → 红键|board 的 GPIO17  按下  → 红键|board 的 GPIO17  松开  → 红键|" +
		"board 的 GPIO27  按下  → 绿键|board 的 GPIO27  松开  → 绿键|board 的 GPIO22  按下|board 的 GPIO17  按下  → 红键"
	if got := strings.Join(rows, "|"); got != want || dones != 1 {
		t.Errorf("done %d times: %s", dones, got)
	}
	if got := l.Settings(false); got != "gpio: { chip: \"board\", red: \"GPIO17\", green: \"GPIO27\", active_high: false }\n" {
		t.Error(got)
	}
}

func TestALineThatFloatsIsNoKey(t *testing.T) {
	l := NewLesson()
	rows := 0
	for i := range 200 {
		if row, _ := l.Take(line("GPIO9", i%2 == 0)); row != "" {
			rows++
		}
	}
	if rows > 2*tooMany+2 || l.Next() != "请按一下红键……" {
		t.Errorf("%d rows, then %s", rows, l.Next())
	}
	if row, _ := l.Take(line("GPIO17", true)); !strings.Contains(row, "红键") {
		t.Error(row)
	}
}

// What is printed must be what the terminal reads.
func TestSettingsCanBeCopied(t *testing.T) {
	key := func(device string, code evdev.Code, lasting bool) survey.Touch {
		return survey.Touch{Device: device, Code: code, Lasting: lasting, Pressed: true}
	}
	for name, c := range map[string]struct {
		red, green survey.Touch
		devices    int
		chip       string
		note       string
	}{
		"lines":          {red: line("A", true), green: line("B", true), chip: "board"},
		"one device":     {red: key("/dev/input/by-id/x", 28, true), green: key("/dev/input/by-id/x", 700, true), devices: 1},
		"two devices":    {red: key("/dev/input/by-id/x", 28, true), green: key("/dev/input/by-id/y", 28, true), devices: 2},
		"no link":        {red: key("/dev/input/event3", 28, false), green: key("/dev/input/event3", 57, false), devices: 1, note: "udev"},
		"line and pedal": {red: line("A", true), green: key("/dev/input/by-id/x", 28, true), note: "改接"},
		"two chips":      {red: line("A", true), green: survey.Touch{Chip: "other", Line: "B", Pressed: true}, note: "改接"},
	} {
		l := NewLesson()
		l.Take(c.red)
		if _, done := l.Take(c.green); !done {
			t.Fatalf("%s: not done", name)
		}
		text := l.Settings(true)
		path := filepath.Join(t.TempDir(), "terminal.yaml")
		if err := os.WriteFile(path, []byte("kiosk: k-1\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := terminal.Load(path, nil)
		if err != nil {
			t.Errorf("%s: %v in %s", name, err, text)
		}
		got := cfg.Hardware()
		if got.GPIO.Chip != c.chip || len(got.Evdev) != c.devices || strings.Contains(text, "#") != (c.note != "") || !strings.Contains(text, c.note) {
			t.Errorf("%s: %s", name, text)
		}
		if found := got.Check(); (len(found) > 0) != (name == "no link") {
			t.Errorf("%s: the terminal refuses it: %v", name, found)
		}
	}
}

func TestEventsAreSaidInChinese(t *testing.T) {
	for _, k := range []input.Kind{input.Press, input.Release, input.Stuck, input.Unstuck, input.Overrun, input.Fault, input.Restored} {
		row := Event(input.Event{Key: input.Green, Kind: k, N: 3, Detail: "gone"})
		if !strings.HasPrefix(row, "绿键  ") || len(row) < len("绿键  xx") || strings.Contains(row, string(k)) {
			t.Errorf("%s: %q", k, row)
		}
	}
}

func TestWhy(t *testing.T) {
	for want, err := range map[string]error{
		"在 input 组里": denied, "只有 root": &survey.DeniedError{}, "boom": errors.New("boom"),
	} {
		if got := why(err); !strings.Contains(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
