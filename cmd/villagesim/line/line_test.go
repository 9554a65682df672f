package line_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"huying/cmd/villagesim/line"
	"huying/cmd/villagesim/line/netspace"
)

var (
	kiosks = flag.Int("kiosks", 4, "kiosks of the county")
	each   = flag.Int("each", 1, "presses of each kiosk under each condition")
	keep   = flag.String("keep", "", "folder that keeps the logs and data")
	only   = flag.String("only", "", "one condition")
)

// build makes the real programs of this tree.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "huying/cmd/hub", "huying/cmd/terminal")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// TestNoPressIsLostOnBadLines is the promise, on real programs: whatever the
// lines do, each press rings, once, and is everywhere the same call.
func TestNoPressIsLostOnBadLines(t *testing.T) {
	if err := netspace.Why(); err != nil {
		t.Skipf("SKIPPED, THE LINES ARE NOT TESTED: no namespaces on this machine: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	c, err := line.Start(ctx, line.Options{Bin: build(t), Kiosks: *kiosks, Seed: 1, Keep: *keep})
	if c != nil {
		defer func() {
			if err := c.Stop(); err != nil {
				t.Error(err)
			}
		}()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range line.Conditions() {
		if *only != "" && *only != how.Name {
			continue
		}
		t.Run(how.Name, func(t *testing.T) {
			began := time.Now()
			out, err := c.Try(ctx, how, *each)
			t.Logf("%v (%v)", out, time.Since(began).Round(time.Second))
			if err != nil {
				t.Error(err)
			}
		})
	}
	p, err := c.Verify(ctx)
	t.Logf("%+v", p)
	if err != nil {
		t.Error(err)
	}
}
