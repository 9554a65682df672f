package hardware

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"huying/firmware-bridge/evdev"
)

// Settings say what is wired where. Zero parts are not there.
type Settings struct {
	GPIO  GPIO
	MCU   MCU
	Evdev []Evdev
	Lamps Lamps
}

// GPIO says to which lines the keys are wired, by what is printed on the
// board: the chip's label and the lines' names.
type GPIO struct {
	Chip  string `koanf:"chip"`
	Red   string `koanf:"red"`
	Green string `koanf:"green"`
	// ActiveHigh is for keys that connect their line to the supply; ordinary
	// ones connect it to ground.
	ActiveHigh bool `koanf:"active_high"`
	// RedRest and GreenRest name lines of second contacts that are closed while
	// the key is up, with which a cut wire is seen; empty: there is none.
	RedRest   string `koanf:"red_rest"`
	GreenRest string `koanf:"green_rest"`
	// RedLoop and GreenLoop name lines that work a key through a relay or a
	// transistor, for the daily self-test; empty: none is wired.
	RedLoop   string `koanf:"red_loop"`
	GreenLoop string `koanf:"green_loop"`
}

// MCU says where a microcontroller with keys and lamps is plugged in.
type MCU struct {
	Port string `koanf:"port"` // best a link below /dev/serial/by-id
}

// Evdev says which keys of an input device are the kiosk's.
type Evdev struct {
	Device string `koanf:"device"` // a link below /dev/input/by-id or by-path
	Red    string `koanf:"red"`    // number or name of a key code; empty: this device has no red key
	Green  string `koanf:"green"`
}

// Lamps says to which GPIO lines lamps and buzzer are wired, each of which may
// be missing. Those of a microcontroller are driven in any case.
type Lamps struct {
	Chip   string `koanf:"chip"` // empty: that of the keys
	Red    string `koanf:"red"`
	Green  string `koanf:"green"`
	Line   string `koanf:"line"` // lit while somebody can be reached
	Buzzer string `koanf:"buzzer"`
	// ActiveLow is for lamps that are lit while their line is low.
	ActiveLow bool `koanf:"active_low"`
}

// Problem is a setting that can never work; Remedy is for people, in Chinese.
type Problem struct{ Field, Remedy string }

func (p *Problem) Error() string { return p.Field + ": " + p.Remedy }

// numbered is a device whose number depends on the order in which devices come.
var numbered = regexp.MustCompile(`^/dev/(input/event|ttyUSB|ttyACM)\d+$`)

// Check lists everything that can never work.
func (s Settings) Check() []*Problem {
	out := append(s.GPIO.check(), s.Lamps.check(s.GPIO)...)
	if p := s.MCU.Port; p != "" && !path.IsAbs(p) {
		out = append(out, &Problem{"mcu.port", "应写完整路径，如 /dev/serial/by-id/usb-…；用“terminal probe”查看。"})
	} else if numbered.MatchString(p) {
		out = append(out, &Problem{"mcu.port", "编号会变，请写 /dev/serial/by-id/ 或 by-path/ 下的名字；用“terminal probe”查看。"})
	}
	used := map[string]bool{}
	for i, e := range s.Evdev {
		out = append(out, e.check(fmt.Sprintf("evdev[%d]", i))...)
		if used[e.Device] {
			out = append(out, &Problem{fmt.Sprintf("evdev[%d].device", i), "同一个设备写了两次，请合成一项。"})
		}
		used[e.Device] = true
	}
	return out
}

func (g GPIO) check() []*Problem {
	if g == (GPIO{}) {
		return nil
	}
	if g.Chip == "" || g.Red == "" || g.Green == "" || g.Red == g.Green {
		return []*Problem{{"gpio", "chip、red、green 都要写，且 red 与 green 不能是同一条线。"}}
	}
	return apart("gpio", g.lines())
}

// lines are all that the keys take.
func (g GPIO) lines() []string {
	return []string{g.Red, g.Green, g.RedRest, g.GreenRest, g.RedLoop, g.GreenLoop}
}

// apart refuses lines that are named twice, or have another use already.
func apart(field string, lines []string, taken ...string) []*Problem {
	used := map[string]bool{}
	for _, l := range taken {
		used[l] = true
	}
	for _, l := range lines {
		if l != "" && used[l] {
			return []*Problem{{field, "线 " + l + " 写了两次：一条线只能有一个用处。"}}
		}
		used[l] = true
	}
	return nil
}

// chip is the chip of the lamps.
func (l Lamps) chip(keys GPIO) string {
	if l.Chip == "" {
		return keys.Chip
	}
	return l.Chip
}

func (l Lamps) check(keys GPIO) []*Problem {
	switch lines := l.Red + l.Green + l.Line + l.Buzzer; {
	case l == (Lamps{}):
		return nil
	case lines == "":
		return []*Problem{{"lamps", "red、green、line、buzzer 至少要写一个；没有灯时请删去 lamps。"}}
	case l.chip(keys) == "":
		return []*Problem{{"lamps.chip", "没有写明灯接在哪个芯片上。"}}
	}
	var taken []string
	if l.chip(keys) == keys.Chip {
		taken = keys.lines()
	}
	return apart("lamps", []string{l.Red, l.Green, l.Line, l.Buzzer}, taken...)
}

func (e Evdev) check(field string) (out []*Problem) {
	switch {
	case !path.IsAbs(e.Device) || strings.HasSuffix(e.Device, "/"):
		out = append(out, &Problem{field + ".device", "应写完整路径，如 /dev/input/by-id/usb-…-event-kbd；用“terminal probe”查看。"})
	case numbered.MatchString(e.Device):
		out = append(out, &Problem{field + ".device", "编号会变，请写 /dev/input/by-id/ 或 by-path/ 下的名字；用“terminal probe”查看。"})
	}
	if e.Red == "" && e.Green == "" {
		out = append(out, &Problem{field, "red、green 至少要写一个。"})
	}
	codes := map[evdev.Code]bool{}
	for name, s := range map[string]string{"red": e.Red, "green": e.Green} {
		if s == "" {
			continue
		}
		c, err := evdev.ParseCode(s)
		if err != nil {
			out = append(out, &Problem{field + "." + name, "应是按键代码，如 28 或 KEY_ENTER；用“terminal probe”按一下就能看到。"})
			continue
		}
		if codes[c] {
			out = append(out, &Problem{field, "red 与 green 不能是同一个键。"})
		}
		codes[c] = true
	}
	return out
}
