package main

import (
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

// linePresses is how many presses are made under each condition of the lines.
const linePresses = "100"

// badLines runs a county of real programs on bad lines, shows what became of
// the presses under each condition, and gives the sum.
func badLines(ctx context.Context) (trials, worst string, err error) {
	bin, err := os.MkdirTemp("", "huying-prove-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(bin)
	build := exec.CommandContext(ctx, "go", "build", "-o", bin+string(filepath.Separator), "./cmd/hub", "./cmd/terminal", "./cmd/villagesim")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", "", err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "villagesim"), "line", "--bin", bin, "--presses", linePresses)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	last := len(lines) - 1
	fmt.Println(strings.Join(lines[:last], "\n"))
	trials, worst, ok := strings.Cut(lines[last], "\t")
	if !ok {
		err = errors.Join(errors.New("the trials did not come to their end"), err)
	}
	return trials, worst, err
}
