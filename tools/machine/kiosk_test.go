package machine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/tools/machine"
	"huying/tools/machine/drive"
	"huying/tools/machine/errand"
)

// The lines of the board, in the order of its chip.
var board = []string{"KEY_RED", "KEY_GREEN", "LAMP_RED", "LAMP_GREEN", "LAMP_LINE", "BUZZER"}

const chip = "huying-board"

// box is the machine in its case: what a trial does with it fails the trial.
type box struct {
	t     *testing.T
	parts machine.Parts
	drive *drive.Drive
	*machine.Machine
	booted time.Duration // how long the last boot took
}

// on switches it on and wires the board, as the soldering iron has.
func (b *box) on() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), bootPatience)
	defer cancel()
	began := time.Now()
	m, err := machine.Boot(ctx, b.parts)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Machine, b.booted = m, time.Since(began)
	b.t.Logf("booted in %v", b.booted.Round(10*time.Millisecond))
}

// off takes the power away, from the disk too.
func (b *box) off() {
	if b.Machine != nil {
		b.Cut()
		b.drive.Cut(rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
		b.Machine = nil
	}
}

// try runs a script in the machine.
func (b *box) try(script string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := b.Do(ctx, errand.Errand{Args: []string{"bash", "-euo", "pipefail", "-c", script}})
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("exit status %d", r.Code)
	}
	return strings.TrimSpace(r.Out), err
}

func (b *box) sh(script string) string {
	b.t.Helper()
	out, err := b.try(script)
	if err != nil {
		b.t.Fatalf("%s: %v\n%s\n%s", script, err, out, b.journal())
	}
	return out
}

// write leaves a file in the machine.
func (b *box) write(path, text string) {
	b.t.Helper()
	r, err := b.Do(context.Background(), errand.Errand{Args: []string{"tee", path}, Stdin: text})
	if err != nil || r.Code != 0 {
		b.t.Fatalf("%s: %v %s", path, err, r.Out)
	}
}

func (b *box) journal() string {
	out, _ := b.try("journalctl --no-pager -b -o short-monotonic | tail -n 60")
	return "the end of its journal:\n" + out
}

// plugBoard makes the chip with its lines appear.
func (b *box) plugBoard() {
	b.t.Helper()
	script := "modprobe huying_gpio; mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config\n" +
		"cd /sys/kernel/config/gpio-sim; mkdir -p board/bank0; cd board\n" +
		fmt.Sprintf("echo %d > bank0/num_lines; echo %s > bank0/label\n", len(board), chip)
	for i, name := range board {
		script += fmt.Sprintf("mkdir bank0/line%d; echo %s > bank0/line%d/name\n", i, name, i)
	}
	b.sh(script)
	b.live(true)
}

// live plugs the wired board in or out.
func (b *box) live(in bool) {
	b.t.Helper()
	if !in {
		b.sh("echo 0 > /sys/kernel/config/gpio-sim/board/live")
		return
	}
	b.sh("echo 1 > /sys/kernel/config/gpio-sim/board/live; cd /sys/kernel/config/gpio-sim/board\n" +
		"ln -sfn /sys/devices/platform/$(cat dev_name)/$(cat bank0/chip_name) /run/board; udevadm settle")
}

func file(line, name string) string {
	for i, l := range board {
		if l == line {
			return fmt.Sprintf("/run/board/sim_gpio%d/%s", i, name)
		}
	}
	panic(line)
}

// press is a finger on a key of the board, so often.
func (b *box) press(line string, times int) {
	b.t.Helper()
	b.finger(errand.Press{File: file(line, "pull"), Times: times, Ticks: 12})
}

// tap is a press that is over when the finger leaves.
func (b *box) tap(line string) {
	b.t.Helper()
	b.finger(errand.Press{File: file(line, "pull"), Times: 1, Ticks: 15, Brief: true})
}

func (b *box) finger(p errand.Press) {
	b.t.Helper()
	p.Down, p.Up = "pull-down", "pull-up" // the key connects its line to ground
	r, err := b.Do(context.Background(), errand.Errand{Press: &p})
	if err != nil || r.Code != 0 {
		b.t.Fatalf("pressing %s: %v %s", p.File, err, r.Out)
	}
}

// lit measures the voltage of a lamp's line.
func (b *box) lit(line string) bool {
	b.t.Helper()
	return b.sh("cat "+file(line, "value")) == "1"
}

// patience bounds each wait for a real thing, bootPatience a boot: 15 s on a
// processor of its own, which it seldom has.
const (
	patience     = 2 * time.Minute
	bootPatience = 6 * time.Minute
)

// until polls a real thing that has no other way to tell.
func until(t *testing.T, what string, good func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = good(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %v: %v", what, patience, err)
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(cmd.Path), err, out)
	}
	return string(out)
}
