package voice

import (
	"math"
	"math/cmplx"
	"sync"
	"time"
)

const (
	// window is how many samples are looked at for level and frequency, a power
	// of two: 0.17 s at 48 kHz, a bin of 5.9 Hz, refined to below 1 Hz.
	window = 8192
	// silence is the level below which sound counts as none, dBFS.
	silence = -60.0
)

// Hearing is what has been heard from one participant since the join.
type Hearing struct {
	From    string  // identity
	Codec   string  // MIME type
	Packets int     // RTP packets received
	Faults  int     // packets that did not decode
	Seconds float64 // length of the decoded sound
	// Level is the RMS of the last window in dB of full scale, where a sine of
	// full scale is -3.01; -Inf if nothing was decoded.
	Level float64
	// Loudest is the RMS of the loudest packet so far, as Level; it is what to
	// ask of a speaker who pauses, such as a browser's fake microphone.
	Loudest float64
	// Hz is the strongest frequency of the last window, 0 while there is less
	// than a window or only silence.
	Hz float64
	// FirstAfter is the time from the call of Join to the first packet that was
	// louder than silence, 0 if there was none yet.
	FirstAfter time.Duration
}

// ear listens to one participant. Its tracks may come one after another.
type ear struct {
	mu      sync.Mutex
	hearing Hearing
	rate    int
	recent  []float64 // the last window samples, a ring
	at      int       // the next place in recent
	filled  bool
	loudest float64 // mean square of the loudest packet
}

// hear takes one packet's samples. since is the time from Join.
func (e *ear) hear(samples []float32, rate int, since time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.recent == nil || rate != e.rate {
		e.rate, e.recent, e.at, e.filled = rate, make([]float64, window), 0, false
	}
	energy := 0.0
	for _, s := range samples {
		v := float64(s)
		energy += v * v
		e.recent[e.at] = v
		e.at = (e.at + 1) % window
		e.filled = e.filled || e.at == 0
	}
	e.hearing.Packets++
	e.hearing.Seconds += float64(len(samples)) / float64(rate)
	e.loudest = max(e.loudest, energy/float64(max(1, len(samples))))
	if e.hearing.FirstAfter == 0 && decibel(energy, len(samples)) > silence {
		e.hearing.FirstAfter = since
	}
}

// fault counts a packet that did not decode.
func (e *ear) fault() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hearing.Packets++
	e.hearing.Faults++
}

// heard reports whether packets packets came and one of them was loud. A nil
// ear has heard nothing.
func (e *ear) heard(packets int) bool {
	if e == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hearing.Packets >= packets && e.hearing.FirstAfter > 0
}

// tell sums up what was heard so far.
func (e *ear) tell() Hearing {
	if e == nil {
		return Hearing{Level: math.Inf(-1), Loudest: math.Inf(-1)}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.hearing
	last := e.recent[:e.at:e.at]
	if e.filled {
		last = append(append(make([]float64, 0, window), e.recent[e.at:]...), last...)
	}
	energy := 0.0
	for _, v := range last {
		energy += v * v
	}
	h.Level, h.Loudest = decibel(energy, len(last)), decibel(e.loudest, 1)
	if e.filled && h.Level > silence {
		h.Hz = strongest(last, e.rate)
	}
	return h
}

func decibel(energy float64, samples int) float64 {
	if samples == 0 || energy == 0 {
		return math.Inf(-1)
	}
	return 10 * math.Log10(energy/float64(samples))
}

// strongest gives the frequency with the most energy in samples, whose number
// is a power of two: Hann window, FFT, parabola through the three highest bins.
func strongest(samples []float64, rate int) float64 {
	n := len(samples)
	spectrum := make([]complex128, n)
	for i, v := range samples {
		spectrum[i] = complex(v*(0.5-0.5*math.Cos(2*math.Pi*float64(i)/float64(n))), 0)
	}
	fft(spectrum)
	best := 2
	power := func(i int) float64 { return math.Log(cmplx.Abs(spectrum[i]) + 1e-12) }
	for i := best; i < n/2-1; i++ {
		if cmplx.Abs(spectrum[i]) > cmplx.Abs(spectrum[best]) {
			best = i
		}
	}
	left, mid, right := power(best-1), power(best), power(best+1)
	shift := 0.0
	if bend := left - 2*mid + right; bend != 0 {
		shift = 0.5 * (left - right) / bend
	}
	return (float64(best) + shift) * float64(rate) / float64(n)
}

// fft transforms x, whose length is a power of two, in place (Cooley-Tukey).
func fft(x []complex128) {
	if len(x) == 1 {
		return
	}
	even, odd := make([]complex128, len(x)/2), make([]complex128, len(x)/2)
	for i := range even {
		even[i], odd[i] = x[2*i], x[2*i+1]
	}
	fft(even)
	fft(odd)
	for k := range even {
		turned := cmplx.Rect(1, -2*math.Pi*float64(k)/float64(len(x))) * odd[k]
		x[k], x[k+len(even)] = even[k]+turned, even[k]-turned
	}
}
