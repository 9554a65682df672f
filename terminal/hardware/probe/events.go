package probe

import (
	"fmt"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
)

var kinds = map[input.Kind]string{
	input.Press: "按下", input.Release: "松开", input.Stuck: "卡住了（按着超过 10 秒）", input.Unstuck: "不卡了",
	input.Restored: "恢复了",
}

// Event is the row for an event of a key that the settings name.
func Event(e input.Event) string {
	switch e.Kind {
	case input.Overrun:
		return fmt.Sprintf("%s  漏掉了 %d 个事件", names[e.Key], e.N)
	case input.Fault:
		return fmt.Sprintf("%s  读不到：%s", names[e.Key], e.Detail)
	}
	return names[e.Key] + "  " + kinds[e.Kind] + "  （设置里的" + names[e.Key] + "）"
}

var lamps = map[lamp.Name]string{lamp.Red: "红键灯", lamp.Green: "绿键灯", lamp.Line: "线路灯", lamp.Buzzer: "蜂鸣器"}

// Fixture is the name of a lamp for people.
func Fixture(f lamp.Fixture) string { return lamps[f.Name] + "（" + f.At + "）" }
