package gpioline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// simChip is a chip of the kernel's gpio-sim: lines whose voltage a hand can
// set and a tester can measure. See Documentation/admin-guide/gpio/gpio-sim.rst.
//
// The kernel of Debian 12 never gets back what a chip occupies that goes while
// a line of it is in use: 1024 lines of all chips that were ever unplugged so
// are all that one boot can have. What is unplugged often has few lines.
type simChip struct {
	label  string
	names  []string
	pulls  []*os.File // by offset, open while plugged in
	values []*os.File
}

// newSimChip plugs in a chip with lines of these names.
func newSimChip(label string, names ...string) *simChip {
	c := &simChip{label: label, names: names}
	files := map[string]string{"bank0/num_lines": fmt.Sprint(len(names)), "bank0/label": label}
	for i, name := range names {
		files[fmt.Sprintf("bank0/line%d/name", i)] = name
	}
	for name, text := range files {
		must(os.MkdirAll(filepath.Dir(c.config(name)), 0o755))
		must(os.WriteFile(c.config(name), []byte(text), 0o644))
	}
	c.plug()
	return c
}

func (c *simChip) config(name string) string {
	return filepath.Join("/sys/kernel/config/gpio-sim", c.label, name)
}

func (c *simChip) line(offset int) Line { return Line{Chip: c.label, Name: c.names[offset]} }

// plug makes the chip appear, every line at 0 V.
func (c *simChip) plug() {
	must(os.WriteFile(c.config("live"), []byte("1"), 0o644))
	read := func(name string) string {
		raw, err := os.ReadFile(c.config(name))
		must(err)
		return strings.TrimSpace(string(raw))
	}
	folder := filepath.Join("/sys/devices/platform", read("dev_name"), read("bank0/chip_name"))
	for i := range c.names {
		for name, files := range map[string]*[]*os.File{"pull": &c.pulls, "value": &c.values} {
			f, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf("sim_gpio%d", i), name), os.O_RDWR, 0)
			must(err)
			*files = append(*files, f)
		}
	}
}

// unplug makes the chip vanish.
func (c *simChip) unplug() {
	for _, f := range append(c.pulls, c.values...) {
		must(f.Close())
	}
	c.pulls, c.values = nil, nil
	must(os.WriteFile(c.config("live"), []byte("0"), 0o644))
}

// set puts voltage on a line that is an input, or takes it away.
func (c *simChip) set(offset int, high bool) {
	text := "pull-down"
	if high {
		text = "pull-up"
	}
	_, err := c.pulls[offset].WriteAt([]byte(text), 0)
	must(err)
}

// high measures a line.
func (c *simChip) high(offset int) bool {
	var raw [1]byte
	_, err := c.values[offset].ReadAt(raw[:], 0)
	must(err)
	return raw[0] == '1'
}

// must ends the machine when a trial's own tools do not work.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
