package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// wallRounds is how often everything is tried; ROUNDS says otherwise.
const wallRounds = "3"

// Words of the tests of tools/screen.
var (
	wallTook   = regexp.MustCompile(`took: (.+): ([0-9.]+m?s|[0-9]+m[0-9.]+s)\n`)
	wallPassed = regexp.MustCompile(`(?m)^ *--- PASS`)
	wallSkips  = regexp.MustCompile(`SKIPPED: .*`)
)

// onTheWall starts the screen as it hangs on the wall, kills and breaks what
// can be, and says how long the glass was without its page at worst.
func onTheWall(ctx context.Context) (trials, worst string, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-v", "-shuffle=on", "-parallel=2", "-timeout", "60m",
		"-count="+cmp.Or(os.Getenv("ROUNDS"), wallRounds), "./tools/screen")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var longest time.Duration
	what := "nothing was measured"
	for _, m := range wallTook.FindAllSubmatch(out, -1) {
		if d, bad := time.ParseDuration(string(m[2])); bad == nil && d > longest {
			longest, what = d, fmt.Sprintf("%v %s", d, m[1])
		}
	}
	if skipped := wallSkips.Find(out); skipped != nil {
		err = errors.Join(err, errors.New(string(skipped)))
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return fmt.Sprintf("%d starts, deaths and breakages", len(wallPassed.FindAll(out, -1))), what, err
}
