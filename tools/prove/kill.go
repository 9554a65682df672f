package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// killRounds is how often hub and kiosk die at each failpoint.
const killRounds = "2"

// kill runs the tests that kill real programs, all of them, and says how late
// a press rang at worst.
func kill(ctx context.Context) (trials, worst string, err error) {
	dir, err := os.MkdirTemp("", "huying-prove-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	report := filepath.Join(dir, "report.json")
	_, _, err = tests{packages: []string{"./cmd/villagesim/kill"}, run: ".", count: 1,
		args:   []string{"-all", "-rounds", killRounds, "-report", report},
		trials: func(int) string { return "" }}.show(ctx)
	var f struct {
		Trials  int    `json:"trials"`
		Presses int    `json:"presses"`
		Worst   int    `json:"worst_ms"`
		WorstAt string `json:"worst_at"`
	}
	b, readErr := os.ReadFile(report)
	if readErr == nil {
		readErr = json.Unmarshal(b, &f)
	}
	trials = fmt.Sprintf("%d deaths, %d presses", f.Trials, f.Presses)
	if err == nil {
		trials += ", 3 seeded bugs caught"
	}
	worst = fmt.Sprintf("a ring %d ms late (%s)", f.Worst, f.WorstAt)
	return trials, worst, errors.Join(err, readErr)
}
