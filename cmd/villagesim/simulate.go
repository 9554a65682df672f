package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"huying/internal/sim"
)

// simulate lives the worlds of a range of seeds. It ends with one line:
// seeds, virtual days, presses, violations.
type simulate struct {
	From   uint64 `default:"1" help:"First seed."`
	Seeds  int    `default:"1000" help:"How many seeds."`
	Mutant string `help:"Seed this bug, to see it caught: ${mutants}."`
	Trace  bool   `help:"Print every event and frame, one seed after another."`
	Procs  int    `help:"Worlds at a time; 0: one for each processor."`
}

// Validate refuses ranges that would check nothing.
func (s *simulate) Validate() error {
	if s.Seeds < 1 {
		return fmt.Errorf("-seeds must be 1 or more")
	}
	if s.Mutant != "" && !slices.Contains(sim.Mutants, sim.Mutant(s.Mutant)) {
		return fmt.Errorf("-mutant must be one of %s", mutantNames())
	}
	return nil
}

// Run fails if an invariant broke, mutant or not, and says how to replay it.
func (s *simulate) Run() error {
	start := time.Now()
	total := s.live()
	fmt.Print(total.Explain())
	fmt.Printf("%s (%.1f s)\n", total.Line(), time.Since(start).Seconds())
	if n := len(total.Failed); n > 0 {
		return fmt.Errorf("%d of the worlds broke a promise", n)
	}
	return nil
}

func (s *simulate) live() sim.Total {
	if s.Trace {
		return sim.Traced(s.From, s.Seeds, sim.Mutant(s.Mutant), os.Stdout)
	}
	procs := s.Procs
	if procs < 1 {
		procs = runtime.NumCPU()
	}
	return sim.Many(s.From, s.Seeds, sim.Mutant(s.Mutant), procs)
}

func mutantNames() string {
	names := make([]string, 0, len(sim.Mutants))
	for _, m := range sim.Mutants {
		names = append(names, string(m))
	}
	return strings.Join(names, ", ")
}
