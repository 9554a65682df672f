package probe

import (
	"context"
	"fmt"
	"io"
	"time"

	"huying/firmware-bridge/gpioline"
	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/firmware-bridge/survey"
	"huying/terminal/hardware"
)

// Options say what to do.
type Options struct {
	Settings   hardware.Settings // what is wired already, as far as anybody wrote it down
	List       bool              // list and no more
	Blink      bool              // light every lamp of the settings, one after another
	Drive      []gpioline.Line   // blink these lines
	ActiveHigh bool              // unknown keys connect their line to the supply
	Root       survey.Root
}

// The times of a blink: long enough to walk around the kiosk, short enough not
// to annoy the village.
const (
	lampTime   = 2 * time.Second
	buzzerTime = 300 * time.Millisecond
	boardWait  = 3 * time.Second // until a microcontroller that was just opened can be heard
)

// Run does it and writes what there is to know to w, until the context ends.
// An error is one of the settings, or of w.
func Run(ctx context.Context, w io.Writer, o Options) error {
	found := Find(o.Root)
	if err := found.Write(w); err != nil || o.List {
		return err
	}
	hw, err := hardware.Open(o.Settings)
	if err != nil {
		return err
	}
	defer hw.Close()
	say := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	switch {
	case len(o.Drive) > 0:
		return drive(ctx, say, o.Drive)
	case o.Blink:
		return blink(ctx, say, hw, o.Settings)
	}
	watch(ctx, say, hw, found.Without(o.Settings), o)
	return nil
}

type sayer func(format string, args ...any)

// watch shows what every key does.
func watch(ctx context.Context, say sayer, hw *hardware.Hardware, free Findings, o Options) {
	watcher, failed := survey.Watch(free.Chips, free.Devices, o.ActiveHigh)
	defer watcher.Close()
	say("\n【看按键】")
	for _, err := range failed {
		say("  %s", why(err))
	}
	lesson := NewLesson()
	known := len(o.Settings.Evdev) > 0 || o.Settings.GPIO != (hardware.GPIO{}) || o.Settings.MCU != (hardware.MCU{})
	if known {
		say("设置里已有的按键，按下会写“设置里的…”。")
	}
	if watcher.Count() > 0 {
		say("正在看 %d 个空闲的引脚和设备。%s", watcher.Count(), lesson.Next())
	} else if !known {
		say("没有可以看的引脚或设备。终端正在运行的话请先停下：systemctl stop huying-terminal")
	}
	say("按 Ctrl-C 结束。\n")
	touches := watcher.Touches()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-hw.Events():
			say("%s  %s", clock(), Event(e))
		case t, open := <-touches:
			if !open {
				touches = nil
				continue
			}
			row, done := lesson.Take(t)
			if row != "" {
				say("%s  %s", clock(), row)
			}
			if done {
				say("\n%s写进 /etc/huying/terminal.yaml：\n\n%s", lesson.Next(), lesson.Settings(o.ActiveHigh))
			}
		}
	}
}

func clock() string { return time.Now().Format("15:04:05.000") }

// blink lights the lamps of the settings in turn.
func blink(ctx context.Context, say sayer, hw *hardware.Hardware, s hardware.Settings) error {
	if len(hw.Fixtures()) == 0 {
		say("\n设置里没有灯：请写 lamps 或 mcu，或者用 --drive 芯片:引脚 来试。")
		return nil
	}
	if s.MCU != (hardware.MCU{}) {
		meet(ctx, say, hw)
	}
	say("\n【试灯】")
	for _, f := range hw.Fixtures() {
		d := lampTime
		if f.Name == lamp.Buzzer {
			d = buzzerTime
		}
		say("%s 亮（响） %s", Fixture(f), outcome(f.Out.Set(true)))
		if !rest(ctx, d) {
			_ = f.Out.Set(false)
			return nil
		}
		if err := f.Out.Set(false); err != nil {
			say("%s 灭不了：%s", Fixture(f), err)
		}
		rest(ctx, lampTime/4)
	}
	return nil
}

// meet waits until a microcontroller had the time to answer, and says so if it
// cannot be reached.
func meet(ctx context.Context, say sayer, hw *hardware.Hardware) {
	late := time.NewTimer(boardWait)
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-late.C:
			return
		case e := <-hw.Events():
			if e.Kind == input.Fault || e.Kind == input.Restored {
				say("  %s", Event(e))
			}
		}
	}
}

// drive blinks lines that no settings name, to find out which lamp it is.
func drive(ctx context.Context, say sayer, lines []gpioline.Line) error {
	say("\n【试引脚】")
	for _, l := range lines {
		out, err := gpioline.OpenOut(l, false)
		if err != nil {
			return err
		}
		say("%s 闪三下 %s", l, outcome(out.Err()))
		for i := 0; i < 6 && out.Err() == nil; i++ {
			_ = out.Set(i%2 == 0) // kept for Err
			if !rest(ctx, lampTime/4) {
				break
			}
		}
		_ = out.Set(false)
		if err := out.Close(); err != nil {
			say("%s：%s", l, err)
		}
	}
	return nil
}

func outcome(err error) string {
	if err != nil {
		return "不行：" + err.Error()
	}
	return "……"
}

// rest waits, false if the context ends before.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
