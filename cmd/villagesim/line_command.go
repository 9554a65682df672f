package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"huying/cmd/villagesim/line"
)

// badLines shows what becomes of presses on bad lines.
type badLines struct {
	Bin     string `default:"bin" help:"Folder of the programs hub and terminal."`
	Kiosks  int    `default:"10" help:"How many kiosks, each a process on a machine of its own."`
	Presses int    `default:"100" help:"How many presses under each condition, at least."`
	Only    string `help:"One condition: well, home-dead, home-dark, county-cut, flapping, lossy."`
	Seed    uint64 `default:"1" help:"Of the lines' and the villagers' chances."`
	Keep    string `help:"Folder that keeps logs and data."`
}

// Run prints a line for each condition, and as its last the sum: presses, then
// the worst.
func (b badLines) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := line.Start(ctx, line.Options{Bin: b.Bin, Kiosks: b.Kiosks, Seed: b.Seed, Keep: b.Keep})
	if c != nil {
		defer func() { _ = c.Stop() }()
	}
	if err != nil {
		return err
	}
	var worst line.Outcome
	var broken []error
	for _, how := range line.Conditions() {
		if b.Only != "" && b.Only != how.Name {
			continue
		}
		out, err := c.Try(ctx, how, (b.Presses+b.Kiosks-1)/b.Kiosks)
		fmt.Println(out)
		broken = append(broken, err)
		if out.Percentile(1) >= worst.Percentile(1) {
			worst = out
		}
	}
	p, err := c.Verify(ctx)
	broken = append(broken, err)
	fmt.Printf("%d presses, %d in journals, %d calls in both databases\tpress to ring %v (%s)\n",
		p.Pressed, p.Journaled, p.Calls, worst.Percentile(1).Round(time.Millisecond), worst.Condition)
	return errors.Join(broken...)
}
