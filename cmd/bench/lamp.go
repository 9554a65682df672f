package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// pressesToLamp is how many presses row 7 makes.
const pressesToLamp = 50

// lampLine is what the benchmark says: time for each press in ns, the worst in µs.
var lampLine = regexp.MustCompile(`BenchmarkPressToLamp\S*\s+\d+\s+([\d.]+) ns/op\s+([\d.]+) worst-µs`)

// lamp is row 7: from the event of a key to the switch of its lamp, with a
// terminal that has no line and whose disk fails. F3 allows 200 ms.
func (b *bench) lamp(ctx context.Context) error {
	n := pressesToLamp
	if b.quick {
		n = 5
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkPressToLamp$", "-benchtime", fmt.Sprintf("%dx", n), "./terminal")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	said := lampLine.FindSubmatch(out)
	if said == nil {
		return fmt.Errorf("no measurement in %s", out)
	}
	mean, err := strconv.ParseFloat(string(said[1]), 64)
	if err != nil {
		return err
	}
	worst, err := strconv.ParseFloat(string(said[2]), 64)
	if err != nil {
		return err
	}
	b.line(line{row: "press to lamp, no line and a failing disk: mean, ms", show: millis, goal: 200, alone: true}).add(mean/1e6, 0)
	b.line(line{row: "press to lamp, no line and a failing disk: worst, ms", show: millis, goal: 200, alone: true}).add(worst/1e3, 0)
	return nil
}
