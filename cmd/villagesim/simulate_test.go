package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"huying/internal/sim"
)

// The command that a failure prints must live the same world again and see
// the same promise broken.
func TestTheReplayCommandReplays(t *testing.T) {
	total := sim.Many(1, 200, sim.GrantWithoutEpoch, 1)
	if len(total.Failed) == 0 {
		t.Fatal("the mutant survived")
	}
	_, line, ok := strings.Cut(total.Explain(), "replay: go run ./cmd/villagesim ")
	line, _, end := strings.Cut(line, "\n")
	if !ok || !end {
		t.Fatalf("no command in %q", total.Explain())
	}
	var c struct {
		Simulate simulate `cmd:""`
	}
	parser, err := kong.New(&c, kong.Vars{"mutants": mutantNames()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(doubled(strings.Fields(line))); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if !c.Simulate.Trace {
		t.Errorf("%s does not ask for a trace", line)
	}
	var trace strings.Builder
	again := sim.Traced(c.Simulate.From, c.Simulate.Seeds, sim.Mutant(c.Simulate.Mutant), &trace)
	if len(again.Failed) != 1 || again.Failed[0].At != total.Failed[0].At ||
		!slices.Equal(again.Failed[0].Violations, total.Failed[0].Violations) {
		t.Fatalf("%s gave %+v, want %+v", line, again.Failed, total.Failed[0])
	}
	if !strings.Contains(trace.String(), "VIOLATION") {
		t.Error("the trace does not show the violation")
	}
}

func TestOneHyphenOrTwo(t *testing.T) {
	for in, want := range map[string]string{
		"simulate -from 3 -trace": "simulate --from 3 --trace",
		"simulate --from=3 -h":    "simulate --from=3 -h",
		"x -from -- -from":        "x --from -- -from",
		"x -1 - -Seeds":           "x -1 - -Seeds",
	} {
		if got := strings.Join(doubled(strings.Fields(in)), " "); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestRangesThatCheckNothingAreRefused(t *testing.T) {
	for _, s := range []simulate{{Seeds: 0}, {Seeds: -1}, {Seeds: 1, Mutant: "nonsense"}} {
		if s.Validate() == nil {
			t.Errorf("%+v was accepted", s)
		}
	}
	for _, m := range sim.Mutants {
		if s := (simulate{Seeds: 1, Mutant: string(m)}); s.Validate() != nil {
			t.Errorf("%s was refused", m)
		}
	}
}
