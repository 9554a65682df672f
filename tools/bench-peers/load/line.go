package load

import (
	"slices"
	"time"
)

// Line is the one line of JSON that a peer prints. Times are microseconds.
type Line struct {
	Name string `json:"name"`
	Mode string `json:"mode"`
	// N counts presses that were both acknowledged and rung.
	N int `json:"n"`
	// Seconds runs from the first press to the last acknowledgement or ring.
	Seconds float64 `json:"seconds"`
	// Rate is N / Seconds.
	Rate float64 `json:"rate"`
	// P50, P99 and Max are press to ring.
	P50 float64 `json:"p50_us"`
	P99 float64 `json:"p99_us"`
	Max float64 `json:"max_us"`
	// AckP50, AckP99 and AckMax are press to the broker's acknowledgement.
	AckP50 float64 `json:"ack_p50_us"`
	AckP99 float64 `json:"ack_p99_us"`
	AckMax float64 `json:"ack_max_us"`
	// Repeated counts payloads that rang a second time; they are not in N.
	Repeated int `json:"repeated"`
	// PacerP99 is how late the open loop itself pressed: when it is large the
	// machine was busy and the run is not worth comparing.
	PacerP99 float64 `json:"pacer_p99_us"`
	// ServerCPU and ClientCPU are seconds of processor time over the whole
	// run, warm-up included: they tell which side was the bottleneck.
	ServerCPU float64 `json:"server_cpu_s"`
	ClientCPU float64 `json:"client_cpu_s"`
}

// Percentile returns the value at fraction p (0 to 1) of an ascending slice by
// the nearest-rank rule: the smallest value that at least p of them do not
// exceed. An empty slice gives 0.
func Percentile(ascending []time.Duration, p float64) time.Duration {
	if len(ascending) == 0 {
		return 0
	}
	rank := int(p * float64(len(ascending)))
	if float64(rank) < p*float64(len(ascending)) {
		rank++
	}
	return ascending[min(max(rank, 1), len(ascending))-1]
}

func threeOf(samples []time.Duration) (p50, p99, most float64) {
	slices.Sort(samples)
	return micros(Percentile(samples, 0.5)), micros(Percentile(samples, 0.99)), micros(Percentile(samples, 1))
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
