package call

import "slices"

// Seen is a set of marks kept as runs of consecutive ones. A kiosk counts its
// presses without gaps, so a set of any size is a handful of runs.
type Seen struct {
	Runs []Run `json:"runs,omitempty"`
}

// Run is From to To of one boot, both included.
type Run struct {
	Boot uint32 `json:"boot"`
	From uint32 `json:"from"`
	To   uint32 `json:"to"`
}

// Has reports whether m is in the set.
func (s *Seen) Has(m Mark) bool {
	for _, r := range s.Runs {
		if r.Boot == m.Boot && r.From <= m.Seq && m.Seq <= r.To {
			return true
		}
	}
	return false
}

// Add puts m into the set and reports whether it was new. It never writes to
// runs that a copy of the set may share.
func (s *Seen) Add(m Mark) bool {
	if s.Has(m) {
		return false
	}
	runs := make([]Run, 0, len(s.Runs)+1)
	grown := Run{m.Boot, m.Seq, m.Seq}
	for _, r := range s.Runs {
		switch {
		case r.Boot == m.Boot && r.To+1 == grown.From:
			grown.From = r.From
		case r.Boot == m.Boot && grown.To+1 == r.From:
			grown.To = r.To
		default:
			runs = append(runs, r)
		}
	}
	runs = append(runs, grown)
	slices.SortFunc(runs, func(a, b Run) int {
		if a.Boot != b.Boot {
			return int(int64(a.Boot) - int64(b.Boot))
		}
		return int(int64(a.From) - int64(b.From))
	})
	s.Runs = runs
	return true
}

// Count is the number of marks in the set.
func (s *Seen) Count() int {
	n := 0
	for _, r := range s.Runs {
		n += int(r.To-r.From) + 1
	}
	return n
}
