package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	lines "huying/cmd/villagesim/line"
	"huying/cmd/villagesim/line/netspace"
)

const (
	lineKiosks  = 10
	linePresses = 100 // under each condition
	// idleFor is how long the terminals are left alone: two heartbeats.
	idleFor = 60 * time.Second
)

// badLines is row 6: real kiosks on bad lines, and what a terminal takes of its
// machine. It is measured once, for it lasts minutes and is mostly waiting.
func (b *bench) badLines(ctx context.Context) error {
	if b.n > 1 {
		return nil
	}
	bin := filepath.Join(b.place.dir, "programs")
	if err := b.programs(ctx, bin); err != nil {
		return err
	}
	if err := netspace.Why(); err != nil {
		fmt.Fprintf(os.Stderr, "bench: NO BAD LINES ON THIS MACHINE, row 6 is left out: %v\n", err)
		return nil
	}
	c, err := lines.Start(ctx, lines.Options{Bin: bin, Kiosks: lineKiosks, Seed: 1})
	if c != nil {
		defer func() { _ = c.Stop() }()
	}
	if err != nil {
		return err
	}
	idle, err := c.Idle(ctx, b.length(idleFor))
	if err != nil {
		return err
	}
	b.line(line{row: "idle terminal, resident memory, MB", show: megabytes, goal: 30, alone: true}).add(float64(idle.Memory)/1e6, 0)
	b.line(line{row: "idle terminal, % of a processor", show: percent, goal: 0.5, alone: true}).add(idle.CPU*100, 0)
	each := linePresses / lineKiosks
	if b.quick {
		each = 1
	}
	var well lines.Outcome
	for _, how := range lines.Conditions() {
		out, err := c.Try(ctx, how, each)
		if err != nil {
			return err
		}
		b.say(out)
		if how.Name == "well" {
			well = out
			continue
		}
		for _, p := range []int{50, 99} {
			row := fmt.Sprintf("press to ring p%d, %s", p, how.About)
			b.line(line{row: row, against: "the same county on good lines", show: took}).
				add(out.Percentile(float64(p)/100).Seconds(), well.Percentile(float64(p)/100).Seconds())
		}
	}
	_, err = c.Verify(ctx)
	return err
}

// programs builds what is installed, and tells how large it is.
func (b *bench) programs(ctx context.Context, bin string) error {
	for _, p := range []struct {
		name, arch string
		packages   []string
	}{
		{"", "amd64", []string{"./cmd/hub", "./cmd/terminal"}},
		{"arm64", "arm64", []string{"./cmd/terminal"}},
	} {
		into := filepath.Join(bin, p.name) + string(filepath.Separator)
		cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-ldflags", "-s -w", "-o", into}, p.packages...)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+p.arch)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %v for %s: %w: %s", p.packages, p.arch, err, bytes.TrimSpace(out))
		}
	}
	for _, p := range [][2]string{{"terminal, amd64", "terminal"}, {"terminal, arm64", "arm64/terminal"}, {"hub, amd64", "hub"}} {
		name, file := p[0], p[1]
		st, err := os.Stat(filepath.Join(bin, file))
		if err != nil {
			return errors.Join(errors.New("not built"), err)
		}
		b.line(line{row: "size of " + name + ", stripped", show: megabytes, alone: true}).add(float64(st.Size())/1e6, 0)
	}
	return nil
}
