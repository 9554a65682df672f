// Package probe speaks with whoever wires a kiosk: it lists what the machine
// has, says what touched keys are called, and writes down the settings. All its
// text is Chinese.
package probe

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"huying/firmware-bridge/survey"
	"huying/terminal/hardware"
)

// Findings are what a machine has.
type Findings struct {
	Chips   []survey.Chip
	Ports   []survey.Port
	Devices []survey.Device
}

// Find looks at a machine.
func Find(root survey.Root) Findings {
	return Findings{Chips: survey.Chips(root), Ports: survey.Ports(root), Devices: survey.Devices(root)}
}

// Write lists everything. The error is that of w.
func (f Findings) Write(w io.Writer) error {
	var b strings.Builder
	f.chips(&b)
	f.ports(&b)
	f.devices(&b)
	f.remedy(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Findings) chips(b *strings.Builder) {
	heading(b, "GPIO 芯片和引脚", len(f.Chips))
	for _, c := range f.Chips {
		if c.Err != nil {
			fmt.Fprintf(b, "  %s：%s\n", c.Path, why(c.Err))
			continue
		}
		fmt.Fprintf(b, "  %s（%s，%d 个引脚）\n", c.Label, c.Path, len(c.Lines))
		if !c.Named() && len(c.Lines) > 0 {
			b.WriteString("    引脚没有名字：设置里写它在芯片里的位置，要加引号，如 \"#17\"\n")
		}
		for _, l := range c.Lines {
			if l.Name != "" || !c.Named() {
				fmt.Fprintf(b, "    %-16s %s\n", l.Called(), state(l))
			}
		}
	}
}

func state(l survey.Line) string {
	direction := "输入"
	if l.Output {
		direction = "输出"
	}
	if l.Used {
		return direction + "，正在被“" + cmp.Or(l.Consumer, "内核") + "”使用"
	}
	return direction + "，空闲"
}

func (f Findings) ports(b *strings.Builder) {
	heading(b, "串口", len(f.Ports))
	for _, p := range f.Ports {
		fmt.Fprintf(b, "  %s  %s", p.Stable(), p.Product)
		tail(b, p.Path, p.Links, p.Err)
	}
}

func (f Findings) devices(b *strings.Builder) {
	heading(b, "输入设备（USB 按钮、键盘、脚踏）", len(f.Devices))
	for _, d := range f.Devices {
		fmt.Fprintf(b, "  %s  %s，%d 个键", d.Stable(), cmp.Or(d.Name, "没有名字"), d.Keys)
		tail(b, d.Path, d.Links, d.Err)
	}
}

// tail ends the row of a device.
func tail(b *strings.Builder, path string, links []string, err error) {
	if len(links) > 0 {
		fmt.Fprintf(b, "（现在是 %s）", path)
	}
	if err != nil {
		b.WriteString("：" + why(err))
	}
	b.WriteString("\n")
}

func heading(b *strings.Builder, title string, n int) {
	fmt.Fprintf(b, "\n【%s】", title)
	if n == 0 {
		b.WriteString("没有找到")
	}
	b.WriteString("\n")
}

// why says an error in the words of whoever stands in front of it.
func why(err error) string {
	var d *survey.DeniedError
	switch {
	case !errors.As(err, &d):
		return "用不了（" + err.Error() + "）"
	case d.Group == "":
		return "没有权限，只有 root 能用"
	}
	return "没有权限，要在 " + d.Group + " 组里"
}

// Groups are the groups that this user lacks, and whether root is needed for
// something as well.
func (f Findings) Groups() (groups []string, root bool) {
	var all []error
	for _, c := range f.Chips {
		all = append(all, c.Err)
	}
	for _, p := range f.Ports {
		all = append(all, p.Err)
	}
	for _, d := range f.Devices {
		all = append(all, d.Err)
	}
	for _, err := range all {
		var d *survey.DeniedError
		switch {
		case !errors.As(err, &d):
		case d.Group == "":
			root = true
		case !slices.Contains(groups, d.Group):
			groups = append(groups, d.Group)
		}
	}
	slices.Sort(groups)
	return groups, root
}

func (f Findings) remedy(b *strings.Builder) {
	groups, root := f.Groups()
	if len(groups) > 0 {
		fmt.Fprintf(b, "\n缺少权限。请运行 sudo usermod -aG %s $USER 后重新登录，或者用 sudo 运行。\n", strings.Join(groups, ","))
	}
	if root {
		b.WriteString("\n有的设备只有 root 能用：请先安装 huying-terminal 软件包（带 udev 规则），或者用 sudo 运行。\n")
	}
}

// Without leaves out what the settings name already: that is read by its own
// driver, and may be taken only once.
func (f Findings) Without(s hardware.Settings) Findings {
	taken := map[string]bool{}
	for _, l := range []string{s.GPIO.Red, s.GPIO.Green, s.GPIO.RedLoop, s.GPIO.GreenLoop} {
		taken[s.GPIO.Chip+":"+l] = true
	}
	for _, l := range []string{s.Lamps.Red, s.Lamps.Green, s.Lamps.Line, s.Lamps.Buzzer} {
		taken[cmp.Or(s.Lamps.Chip, s.GPIO.Chip)+":"+l] = true
	}
	for _, e := range s.Evdev {
		taken[e.Device] = true
	}
	out := Findings{Ports: f.Ports}
	for _, c := range f.Chips {
		c.Lines = slices.DeleteFunc(slices.Clone(c.Lines), func(l survey.Line) bool { return taken[c.Label+":"+l.Called()] })
		out.Chips = append(out.Chips, c)
	}
	for _, d := range f.Devices {
		if !taken[d.Path] && !slices.ContainsFunc(d.Links, func(l string) bool { return taken[l] }) {
			out.Devices = append(out.Devices, d)
		}
	}
	return out
}
