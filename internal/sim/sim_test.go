package sim

import (
	"flag"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ordinarySeeds are lived in every run of the tests: about half a minute of
// two cores.
var ordinarySeeds = 20_000

var (
	seeds = flag.Int("seeds", 0, "how many worlds to live; 0: the ordinary number")
	from  = flag.Uint64("from", 1, "seed of the first world")
)

func howMany() int {
	switch {
	case *seeds > 0:
		return *seeds
	case testing.Short():
		return min(ordinarySeeds, 500)
	}
	return ordinarySeeds
}

// enough worlds for everything to have happened at least once.
const enough = 10_000

func TestCountiesLive(t *testing.T) {
	start := time.Now()
	total := Many(*from, howMany(), NoMutant, runtime.NumCPU())
	if len(total.Failed) > 0 {
		t.Fatal(total.Explain())
	}
	t.Logf("%s; %.0f seeds/s", total.Line(), float64(total.Seeds)/time.Since(start).Seconds())
	t.Logf("what happened: %s", total.Tally.String())
	if missing := total.Tally.Missing(); len(missing) > 0 && total.Seeds >= enough {
		t.Errorf("in %d worlds there were no %v: the simulator does not exercise what it claims to", total.Seeds, missing)
	}
}

// One seed is one history, whatever else runs; with values handed over and
// with everything sent and stored as JSON.
func TestOneSeedOneHistory(t *testing.T) {
	for _, seed := range []uint64{7, realEvery, 5 * realEvery} {
		var a, b strings.Builder
		ra := Run(Options{Seed: seed, Trace: &a})
		rb := Run(Options{Seed: seed, Trace: &b})
		rc := Run(Options{Seed: seed})
		if a.String() != b.String() || a.Len() == 0 {
			t.Fatalf("seed %d gave two histories", seed)
		}
		for _, r := range []Result{rb, rc} {
			if r.Events != ra.Events || r.Virtual != ra.Virtual || r.Tally != ra.Tally {
				t.Fatalf("seed %d gave %+v and %+v", seed, ra, r)
			}
		}
	}
	if Run(Options{Seed: 8}).Events == Run(Options{Seed: 9}).Events {
		t.Error("two seeds gave histories of the same length: suspicious")
	}
}

// Each mutant breaks one rule, and the invariant that guards this rule is
// what must catch it: a catch by accident would not last.
func TestMutantsAreCaught(t *testing.T) {
	caught := map[Mutant]struct {
		by   string // invariant, or "end": something was left over after the calm
		text string // part of what it says
	}{
		AckBeforeCommit:       {"I2", "no site has a press of its call on disk"},
		EscalationMoves:       {"I7", "was rung for"},
		OneAckSilencesAll:     {"I7", "reaches it and does not ring"},
		KioskNeverEscalates:   {"I7", "reaches it and does not ring"},
		GrantWithoutEpoch:     {"I8", "granted to"},
		LostDedupe:            {"I1", "calls at"},
		ReleaseWithoutEpoch:   {"I8", "the talk of"},
		KioskForgetsGrants:    {"I8", "granted to"},
		OrphansSilent:         {"I6", "no living site has rung it"},
		UplinkAckBeforeCommit: {"wire", "facts_lost"},
		LessonsRing:           {"I1", "was not for help and is in"},
		HeldForgotten:         {"I1", "is in 0 calls"},
		RingingClaimed:        {"ringing", "shows ringing"},
	}
	for _, m := range Mutants {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			want, ok := caught[m]
			if !ok {
				t.Fatal("no invariant is named for this mutant")
			}
			var last Result
			for from := uint64(1); from <= 5000; from = last.Seed + 1 {
				total := Many(from, int(5001-from), m, 1)
				if len(total.Failed) == 0 {
					break
				}
				last = total.Failed[0]
				for _, v := range last.Violations {
					if v.Invariant == want.by && strings.Contains(v.Text, want.text) {
						t.Logf("seed %d after %v: %s", last.Seed, last.At, v)
						return
					}
				}
			}
			t.Errorf("it survived 5000 worlds, or was last caught by %v in seed %d; want %s %q", last.Violations, last.Seed, want.by, want.text)
		})
	}
}

// A failure says how to see it again; cmd/villagesim proves that this works.
func TestAFailureSaysHowToReplayIt(t *testing.T) {
	total := Many(1, 200, GrantWithoutEpoch, 1)
	if len(total.Failed) == 0 {
		t.Fatal("the mutant survived")
	}
	if !strings.Contains(total.Explain(), "-trace -mutant grant-without-epoch") {
		t.Errorf("it explains %q", total.Explain())
	}
	if !strings.HasPrefix(total.Line(), "seeds ") || !strings.HasSuffix(total.Line(), "violations 1") {
		t.Errorf("it sums up %q", total.Line())
	}
}
