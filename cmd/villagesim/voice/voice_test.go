package voice

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// TestToneSurvivesItsCodec sends every codec's tone straight into the ear:
// what is measured must be what was said.
func TestToneSurvivesItsCodec(t *testing.T) {
	for name, codec := range map[string]Codec{"opus": Opus{}, "pcmu": PCMU{}} {
		for _, hz := range []int{100, 440, 697, 1000, 3400} {
			t.Run(fmt.Sprint(name, hz), func(t *testing.T) {
				h := through(t, codec, hz)
				if math.Abs(h.Hz-float64(hz)) > 2 {
					t.Errorf("heard %.1f Hz, said %d", h.Hz, hz)
				}
				want := 20 * math.Log10(toneAmplitude/math.Sqrt2)
				if math.Abs(h.Level-want) > 1.5 {
					t.Errorf("heard %.2f dBFS, said %.2f", h.Level, want)
				}
				if h.Packets != 100 || h.Faults != 0 || math.Abs(h.Seconds-2) > 0.001 {
					t.Errorf("packets %d, faults %d, seconds %.3f; want 100, 0, 2", h.Packets, h.Faults, h.Seconds)
				}
			})
		}
	}
}

func through(t *testing.T, codec Codec, hz int) Hearing {
	t.Helper()
	sound, err := newTone(hz, codec)
	if err != nil {
		t.Fatal(err)
	}
	decode, rate, err := decoderFor(codec.Capability().MimeType)
	if err != nil {
		t.Fatal(err)
	}
	var e ear
	for range 100 {
		sample, err := sound.NextSample(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		samples, err := decode(sample.Data)
		if err != nil {
			t.Fatal(err)
		}
		e.hear(samples, rate, time.Second)
	}
	return e.tell()
}

func TestSilenceIsNotHeard(t *testing.T) {
	var e ear
	for range 100 {
		e.hear(make([]float32, 960), 48000, time.Second)
	}
	h := e.tell()
	if h.Hz != 0 || h.FirstAfter != 0 || !math.IsInf(h.Level, -1) || e.heard(1) {
		t.Errorf("silence was heard as %+v", h)
	}
	var none *ear
	if none.heard(0) || none.tell().Packets != 0 {
		t.Error("nobody was heard")
	}
}

func TestEarFollowsAChangeOfRate(t *testing.T) {
	var e ear
	for _, rate := range []int{48000, 8000} {
		for _, frame := range sine(500, rate, 100) {
			samples := make([]float32, len(frame))
			for i, s := range frame {
				samples[i] = float32(s) / math.MaxInt16
			}
			e.hear(samples, rate, time.Second)
		}
		if h := e.tell(); math.Abs(h.Hz-500) > 2 {
			t.Errorf("at %d samples a second: heard %.1f Hz, said 500", rate, h.Hz)
		}
	}
}

func TestLoudestOutlivesThePause(t *testing.T) {
	var e ear
	e.hear([]float32{0.5, -0.5}, 48000, time.Second)
	for range 2 * window {
		e.hear([]float32{0}, 48000, time.Second)
	}
	if h := e.tell(); math.Abs(h.Loudest+6.02) > 0.01 || !math.IsInf(h.Level, -1) {
		t.Errorf("after a pause: %+v, want loudest -6.02 and no level", h)
	}
}

func TestToneOutsideTheTelephoneBandIsRefused(t *testing.T) {
	for _, hz := range []int{-1, 99, 3401} {
		if _, err := newTone(hz, PCMU{}); err == nil {
			t.Errorf("%d Hz was accepted", hz)
		}
	}
}
