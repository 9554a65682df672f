package sim

import (
	"flag"
	"runtime"
	"strings"
	"testing"
)

var seeds = flag.Int("seeds", 500, "how many worlds to live")

func TestCountiesLive(t *testing.T) {
	total := Many(1, *seeds, NoMutant, runtime.NumCPU())
	if len(total.Failed) > 0 {
		t.Fatal(total.Explain())
	}
	t.Log(total.Line())
}

func TestOneSeedOneHistory(t *testing.T) {
	var a, b strings.Builder
	Run(Options{Seed: 7, Trace: &a})
	Run(Options{Seed: 7, Trace: &b})
	if a.String() != b.String() || a.Len() == 0 {
		t.Fatal("the same seed gave two histories")
	}
}

func TestMutantsAreCaught(t *testing.T) {
	for _, m := range Mutants {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			if total := Many(1, 400, m, 1); len(total.Failed) == 0 {
				t.Fatalf("%s survived 400 worlds", m)
			}
		})
	}
}
