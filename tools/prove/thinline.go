package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// thinHold is how long a line stays thin in each talk; HOLD says otherwise.
const thinHold = "25s"

// thinLines holds talks between two real Chromiums over thin lines, with the rule
// that puts the voice first and without it, shows what was heard, and gives the sum.
// The pages are built anew: it is their rule that is on trial.
func thinLines(ctx context.Context) (trials, worst string, err error) {
	bin, err := os.MkdirTemp("", "huying-prove-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(bin)
	for _, build := range [][]string{{"make", "--no-print-directory", "bin/.pages"},
		{"go", "build", "-o", bin + string(filepath.Separator), "./cmd/hub", "./cmd/terminal", "./cmd/villagesim"}} {
		cmd := exec.CommandContext(ctx, build[0], build[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return "", "", fmt.Errorf("%s: %w", strings.Join(build, " "), err)
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "villagesim"), "thin", "--bin", bin, "--hold", cmp.Or(os.Getenv("HOLD"), thinHold))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	last := len(lines) - 1
	fmt.Println(strings.Join(lines[:last], "\n"))
	trials, worst, ok := strings.Cut(lines[last], "\t")
	if !ok {
		err = errors.Join(errors.New("the talks did not come to their end"), err)
	}
	return trials, worst, err
}
