package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"huying/firmware-bridge/gpioline"
	"huying/firmware-bridge/survey"
	"huying/terminal"
	"huying/terminal/hardware"
	"huying/terminal/hardware/probe"
)

type probeCommand struct {
	List       bool          `help:"只列出芯片、引脚、串口和输入设备"`
	Blink      bool          `help:"依次点亮设置里的灯，让蜂鸣器响一声"`
	Drive      []string      `placeholder:"芯片:引脚" help:"让这个引脚闪三下，用来找灯"`
	ActiveHigh bool          `help:"按键按下时接电源（默认接地）"`
	Board      string        `placeholder:"串口" help:"设置里没有写的单片机，如 /dev/serial/by-id/…"`
	For        time.Duration `placeholder:"30s" help:"到时自己结束"`
}

// Run shows what there is to whoever wires the kiosk. Settings that cannot be
// read are no obstacle: they may be what is being written.
func (p probeCommand) Run(ctx context.Context, c *commands) error {
	o := probe.Options{List: p.List, Blink: p.Blink, ActiveHigh: p.ActiveHigh, Root: survey.System()}
	cfg, err := terminal.Load(c.file(), os.Environ())
	if err != nil {
		fmt.Fprintln(os.Stderr, "设置没有读成，当作没有："+err.Error())
	}
	if o.Settings = cfg.Hardware(); p.Board != "" {
		o.Settings.MCU.Port = p.Board
	}
	for _, found := range o.Settings.Check() {
		fmt.Fprintln(os.Stderr, "设置里的按键和灯有误，当作没有："+(&terminal.FieldError{Field: found.Field, Remedy: found.Remedy}).Error())
		o.Settings = hardware.Settings{}
	}
	for _, d := range p.Drive {
		chip, line, ok := strings.Cut(d, ":")
		if !ok {
			return fmt.Errorf("--drive 应写成 芯片:引脚，如 pinctrl-bcm2711:GPIO22，而不是 %q", d)
		}
		o.Drive = append(o.Drive, gpioline.Line{Chip: chip, Name: line})
	}
	if p.For > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, p.For)
		defer stop()
	}
	return probe.Run(ctx, os.Stdout, o)
}
