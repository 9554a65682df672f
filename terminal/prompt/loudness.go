package prompt

import "math"

// How loud a prompt has to be: -18 LUFS within 2 LU, as AES TD1008 (2021,
// table 1) recommends for speech that is streamed, measured as in
// ITU-R BS.1770-4. A call's voice comes out of the same loudspeaker at about
// the same level, because browsers level it; broadcasting's -23 LUFS (EBU R128)
// would be drowned by it.
const (
	Target    = -18.0 // LUFS
	Tolerance = 2.0   // LU
	// MaxPeak in dB of full scale, EBU R128's highest permitted peak. Samples are
	// looked at and not the curve between them, which may be some tenths higher.
	MaxPeak = -1.0
	// MaxLead is the longest silence before the first word, in seconds: it would
	// make the kiosk seem to be slow.
	MaxLead = 0.4
)

// Measure is what can be said of a prompt's sound.
type Measure struct {
	Seconds  float64
	Loudness float64 // LUFS, gated; -Inf for silence
	Peak     float64 // dB of full scale
	Lead     float64 // seconds until the first sound
}

// Levels under which a sample counts as silence before the first word: 40 dB
// below the prompt's own peak.
const leadBelow = 0.01

// Measured measures mono samples at Rate.
func Measured(samples []float32) Measure {
	peak := 0.0
	for _, v := range samples {
		peak = max(peak, math.Abs(float64(v)))
	}
	lead := 0
	for lead < len(samples) && math.Abs(float64(samples[lead])) <= peak*leadBelow {
		lead++
	}
	return Measure{
		Seconds: float64(len(samples)) / Rate, Loudness: integrated(samples),
		Peak: 20 * math.Log10(peak), Lead: float64(lead) / Rate,
	}
}

// biquad is a filter of second order in direct form I.
type biquad struct {
	b0, b1, b2, a1, a2 float64
	x1, x2, y1, y2     float64
}

func (q *biquad) next(x float64) float64 {
	y := q.b0*x + q.b1*q.x1 + q.b2*q.x2 - q.a1*q.y1 - q.a2*q.y2
	q.x1, q.x2, q.y1, q.y2 = x, q.x1, y, q.y1
	return y
}

// The K weighting at 48 kHz, ITU-R BS.1770-4, tables 1 and 2.
func weighting() (shelf, highPass biquad) {
	return biquad{b0: 1.53512485958697, b1: -2.69169618940638, b2: 1.19839281085285,
			a1: -1.69065929318241, a2: 0.73248077421585},
		biquad{b0: 1, b1: -2, b2: 1, a1: -1.99004745483398, a2: 0.99007225036621}
}

// The gates of BS.1770-4: blocks of 400 ms, each 100 ms; what is below -70
// LUFS, and then what is 10 LU below the rest, does not count.
const (
	block        = Rate * 4 / 10
	hop          = Rate / 10
	absoluteGate = -70.0
	relativeGate = -10.0
)

// integrated is the gated loudness in LUFS. What is shorter than a block is one.
func integrated(samples []float32) float64 {
	shelf, highPass := weighting()
	sums := make([]float64, len(samples)+1) // of squares, so that a block is a difference
	for i, v := range samples {
		y := highPass.next(shelf.next(float64(v)))
		sums[i+1] = sums[i] + y*y
	}
	var blocks []float64
	for at := 0; at == 0 || at+block <= len(samples); at += hop {
		end := min(at+block, len(samples))
		if end > at {
			blocks = append(blocks, (sums[end]-sums[at])/float64(end-at))
		}
	}
	rest := loudnessOf(above(blocks, absoluteGate))
	return loudnessOf(above(blocks, max(absoluteGate, rest+relativeGate)))
}

func above(blocks []float64, gate float64) (out []float64) {
	for _, b := range blocks {
		if loudnessOf([]float64{b}) > gate {
			out = append(out, b)
		}
	}
	return out
}

func loudnessOf(blocks []float64) float64 {
	sum := 0.0
	for _, b := range blocks {
		sum += b
	}
	if sum <= 0 {
		return math.Inf(-1)
	}
	return -0.691 + 10*math.Log10(sum/float64(len(blocks)))
}
