package probe

import (
	"fmt"
	"strings"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/survey"
)

// Lesson learns which key is which: the first one pressed is red, the second
// green.
type Lesson struct {
	learnt map[input.Key]survey.Touch
	count  map[string]int
	muted  map[string]bool
}

// tooMany presses of one line before the red and the green key are known make
// it a line that floats: nobody presses the same key so often.
const tooMany = 20

// NewLesson knows nothing yet.
func NewLesson() *Lesson {
	return &Lesson{learnt: map[input.Key]survey.Touch{}, count: map[string]int{}, muted: map[string]bool{}}
}

// Chinese names.
var names = map[input.Key]string{input.Red: "红键", input.Green: "绿键"}

// Take hears of a touch and gives the row to print, empty for none; done is
// true once, when both keys are known.
func (l *Lesson) Take(t survey.Touch) (row string, done bool) {
	at := place(t)
	if l.muted[at] {
		return "", false
	}
	if t.Pressed {
		l.count[at]++
	}
	if l.count[at] > tooMany {
		l.muted[at] = true
		for k, known := range l.learnt { // it was no key
			if place(known) == at {
				delete(l.learnt, k)
			}
		}
		return at + "  一直在变，多半没有接线，不再显示", false
	}
	what := "松开"
	if t.Pressed {
		what = "按下"
	}
	row = at + "  " + what
	k, fresh := l.key(t)
	if k != "" {
		row += "  → " + names[k]
	}
	return row, fresh && len(l.learnt) == 2
}

// key is which key a touch is of; fresh if that was just learnt.
func (l *Lesson) key(t survey.Touch) (k input.Key, fresh bool) {
	for k, known := range l.learnt {
		if place(known) == place(t) {
			return k, false
		}
	}
	if !t.Pressed {
		return "", false
	}
	for _, k := range input.Keys() {
		if _, ok := l.learnt[k]; !ok {
			l.learnt[k] = t
			return k, true
		}
	}
	return "", false
}

// Next is what to ask of the person at the keys.
func (l *Lesson) Next() string {
	for _, k := range input.Keys() {
		if _, ok := l.learnt[k]; !ok {
			return "请按一下" + names[k] + "……"
		}
	}
	return "两个键都认出来了。"
}

func place(t survey.Touch) string {
	if t.Device != "" {
		return t.Device + " 的 " + t.Code.String()
	}
	return t.Chip + " 的 " + t.Line
}

// Settings writes down what was learnt, as YAML to be copied.
func (l *Lesson) Settings(activeHigh bool) string {
	red, green := l.learnt[input.Red], l.learnt[input.Green]
	var b strings.Builder
	switch {
	case red.Chip != "" && red.Chip == green.Chip:
		fmt.Fprintf(&b, "gpio: { chip: %q, red: %q, green: %q, active_high: %t }\n", red.Chip, red.Line, green.Line, activeHigh)
	case red.Device != "" && red.Device == green.Device:
		fmt.Fprintf(&b, "evdev:\n  - { device: %q, red: %s, green: %s }\n", red.Device, red.Code, green.Code)
	case red.Device != "" && green.Device != "":
		fmt.Fprintf(&b, "evdev:\n  - { device: %q, red: %s }\n  - { device: %q, green: %s }\n", red.Device, red.Code, green.Device, green.Code)
	default:
		return "# 红键和绿键不在同一个芯片上，也不都是输入设备：请改接到一起。\n"
	}
	for _, t := range []survey.Touch{red, green} {
		if t.Device != "" && !t.Lasting {
			fmt.Fprintf(&b, "# %s 的编号会变，不能写进设置：请先用 udev 规则给它固定的名字，如 SYMLINK+=\"input/by-id/huying-keys\"。\n", t.Device)
			break
		}
	}
	return b.String()
}
