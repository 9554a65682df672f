package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// wholeMachine installs the package on a Debian with a kernel of its own and
// presses its keys, from the electrician's first minute to the purge.
func wholeMachine(ctx context.Context) (trials, worst string, err error) {
	build := exec.CommandContext(ctx, "make", "--no-print-directory", "packages")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return "", "", fmt.Errorf("make packages: %w", err)
	}
	folder, err := os.MkdirTemp("", "huying-machine-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "figures")
	_, _, failed := tests{packages: []string{"./tools/machine"}, count: 1, run: ".", args: []string{"-full", "-figures", file},
		trials: func(int) string { return "" }}.show(ctx)
	f, err := machineFigures(file)
	trials = fmt.Sprintf("%d presses of %d in %d boots, %d power cuts", f.counted, f.made, f.boots, f.cuts)
	worst = fmt.Sprintf("%v from finger to ring, %v to boot", f.ring, f.boot)
	return trials, worst, errors.Join(failed, err)
}

// machineSum is what a kiosk's life came to.
type machineSum struct {
	made, counted, boots, cuts int // presses by hand, presses in the hub's ledger
	boot, ring                 time.Duration
}

// machineFigures reads what the trial has written. One that was skipped, or
// did not come to its end, has written nothing, and that is a fault.
func machineFigures(file string) (machineSum, error) {
	var s machineSum
	text, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("the trial was not made, or not to its end: %w", err)
	}
	var boot, ring int64 // ms
	if _, err := fmt.Sscan(string(text), &s.made, &s.counted, &s.boots, &s.cuts, &boot, &ring); err != nil {
		return s, fmt.Errorf("figures of the trial: %w", err)
	}
	if s.boot, s.ring = time.Duration(boot)*time.Millisecond, time.Duration(ring)*time.Millisecond; s.made != s.counted || s.made == 0 {
		return s, fmt.Errorf("%d presses were made, %d counted", s.made, s.counted)
	}
	return s, nil
}
