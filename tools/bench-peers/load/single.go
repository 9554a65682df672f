package load

import "time"

// Single is the line of a peer that is no broker: took is what each press took
// to be durable, which stands for both ring and acknowledgement; late is how
// late each was begun. Both are sorted in place.
func Single(name string, took, late []time.Duration, elapsed time.Duration) Line {
	l := Line{Name: name, Mode: "pace", N: len(took), Seconds: elapsed.Seconds()}
	l.P50, l.P99, l.Max = threeOf(took)
	l.AckP50, l.AckP99, l.AckMax = l.P50, l.P99, l.Max
	_, l.PacerP99, _ = threeOf(late)
	if l.Seconds > 0 {
		l.Rate = float64(l.N) / l.Seconds
	}
	return l
}
