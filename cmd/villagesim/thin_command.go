package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"huying/cmd/villagesim/thin"
)

// thinLine shows how much of a talk arrives over thin lines.
type thinLine struct {
	Bin   string        `default:"bin" help:"Folder of the programs hub and terminal."`
	Hold  time.Duration `default:"25s" help:"How long the line stays thin in each talk."`
	Rate  int64         `help:"Talks on lines of this rate alone, in kbit/s; they are shown and not judged."`
	Early bool          `help:"The line is thin from the first word; such talks are shown and not judged."`
	Seed  uint64        `default:"1" help:"Of the line's chances."`
	Trace bool          `help:"Tell each second how it goes."`
	Keep  string        `help:"Folder that keeps logs and data."`
}

// Run prints a line for each talk, and as its last the sum: talks, then the worst.
func (b thinLine) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := thin.Build(ctx, thin.Options{Bin: b.Bin, Keep: b.Keep, Seed: b.Seed})
	if s != nil {
		defer func() { _ = s.Stop() }()
	}
	if err != nil {
		return err
	}
	var results []thin.Result
	for _, t := range b.plan() {
		r, err := s.Try(ctx, t, func(line string) {
			if b.Trace {
				fmt.Println(line)
			}
		})
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		fmt.Println(r)
		results = append(results, r)
	}
	if b.Rate != 0 || b.Early {
		return nil
	}
	v := thin.Judge(results)
	fmt.Printf("%d talks of %v on lines of 300, 100 and 64 kbit/s, with the rule and without\t%.0f %% of a voice missing (%s); without the rule %.1f times as much on 64 kbit/s\n",
		v.Talks, b.Hold, 100*v.Missing(), v.Worst.Trial.Name, v.Gain)
	return v.Broken
}

func (b thinLine) plan() []thin.Trial {
	if b.Rate == 0 {
		plan := thin.Plan(b.Hold)
		for i := range plan {
			plan[i].Early = b.Early
		}
		return plan
	}
	t := thin.Trial{Name: fmt.Sprintf("%d kbit/s", b.Rate), Line: thin.ThinLine(b.Rate * 1000), Hold: b.Hold, Early: b.Early}
	off := t
	off.Blind, t.Heal = true, true
	return []thin.Trial{off, t}
}
