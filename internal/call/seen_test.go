package call

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSeenIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Seen
		set := map[Mark]bool{}
		for _, m := range rapid.SliceOfN(drawMark(), 0, 30).Draw(t, "marks") {
			if fresh := s.Add(m); fresh == set[m] {
				t.Fatalf("Add(%v) said new: %v, but it was there: %v", m, fresh, set[m])
			}
			set[m] = true
		}
		if s.Count() != len(set) {
			t.Fatalf("%d marks counted, %d are in the set", s.Count(), len(set))
		}
		for boot := range uint32(4) {
			for seq := range uint32(8) {
				if m := (Mark{boot, seq}); s.Has(m) != set[m] {
					t.Fatalf("Has(%v) = %v in %v", m, s.Has(m), s.Runs)
				}
			}
		}
		for i := 1; i < len(s.Runs); i++ {
			a, b := s.Runs[i-1], s.Runs[i]
			if a.Boot > b.Boot || a.Boot == b.Boot && a.To+1 >= b.From {
				t.Fatalf("runs are not sorted and apart: %v", s.Runs)
			}
		}
	})
}

// A kiosk that is pressed for years costs a handful of runs (I11).
func TestSeenOfConsecutivePressesStaysSmall(t *testing.T) {
	var s Seen
	for seq := uint32(1); seq <= 10_000; seq++ {
		s.Add(Mark{1 + seq/4000, seq})
	}
	if len(s.Runs) != 3 || s.Count() != 10_000 {
		t.Fatalf("%d runs for %d marks of three boots", len(s.Runs), s.Count())
	}
}
