package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// line is one line of the table: one of our figures beside one anchor, over
// all repeats. A ratio is taken inside each repeat, where both met the same
// machine, and the median of the ratios is shown.
type line struct {
	row     string
	ours    []float64
	against string
	anchor  []float64
	show    func(float64) string
	goal    float64 // of the ratio; 0: shown, without a goal
	atLeast bool    // the ratio must be at least the goal, otherwise at most
	alone   bool    // our figure itself is a ratio; there is no anchor
}

func (l *line) add(ours, anchor float64) {
	l.ours, l.anchor = append(l.ours, ours), append(l.anchor, anchor)
}

func (l *line) ratio() float64 {
	if l.alone {
		return median(l.ours)
	}
	ratios := make([]float64, len(l.ours))
	for i := range l.ours {
		ratios[i] = l.ours[i] / l.anchor[i]
	}
	return median(ratios)
}

func (l *line) met() bool {
	if l.atLeast {
		return l.ratio() >= l.goal
	}
	return l.ratio() <= l.goal
}

// median is the lower of the two middle ones when their number is even.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[(len(s)-1)/2]
}

func spread(v []float64, show func(float64) string) string {
	if len(v) == 0 {
		return "-"
	}
	if len(v) == 1 {
		return show(v[0])
	}
	return fmt.Sprintf("%s (%s-%s)", show(median(v)), show(slices.Min(v)), show(slices.Max(v)))
}

func took(v float64) string {
	return time.Duration(v * float64(time.Second)).Round(10 * time.Microsecond).String()
}

func rate(v float64) string { return fmt.Sprintf("%.0f/s", v) }

func millis(v float64) string { return fmt.Sprintf("%.3f ms", v) }

func megabytes(v float64) string { return fmt.Sprintf("%.1f MB", v) }

func percent(v float64) string { return fmt.Sprintf("%.2f %%", v) }

func plain(v float64) string { return fmt.Sprintf("%.2f", v) }

// print writes the table and reports how many goals were missed.
func print(w io.Writer, lines []*line) (missed int) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\tours (least-most)\tanchor in the same run\tits figure\tratio\tgoal\t")
	for _, l := range lines {
		if len(l.ours) == 0 {
			continue
		}
		goal, verdict := "-", ""
		if l.goal > 0 {
			sign := "<="
			if l.atLeast {
				sign = ">="
			}
			goal, verdict = fmt.Sprintf("%s %g x", sign, l.goal), "met"
			if !l.met() {
				verdict = "MISSED"
				missed++
			}
			if l.alone {
				goal = strings.TrimSuffix(goal, " x")
			}
		}
		against, ratio := spread(l.anchor, l.show), fmt.Sprintf("%.2f x", l.ratio())
		if l.alone {
			against, ratio = "", ""
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.row, spread(l.ours, l.show), l.against, against, ratio, goal, verdict)
	}
	_ = t.Flush()
	return missed
}
