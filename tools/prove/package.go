package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// debianPackage builds the packages as they are shipped and installs one of
// them on a clean Debian with a systemd of its own.
func debianPackage(ctx context.Context) (trials, worst string, err error) {
	build := exec.CommandContext(ctx, "make", "--no-print-directory", "packages")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return "", "", fmt.Errorf("make packages: %w", err)
	}
	start := time.Now()
	proof := tests{packages: []string{"./tools/packages"}, count: 1, run: ".", args: []string{"-full"},
		trials: func(n int) string { return fmt.Sprintf("%d tests, packages for 2 architectures", n) }}
	trials, _, err = proof.show(ctx)
	return trials, fmt.Sprintf("%.0f s from the clean root to the purge", time.Since(start).Seconds()), err
}
