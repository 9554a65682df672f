package codec

import (
	"math"
	"testing"
)

// TestToneSurvives encodes a sine and measures what comes back.
func TestToneSurvives(t *testing.T) {
	for _, name := range []string{"", NameOpus, NamePCMU} {
		enc, err := NewEncoder(name)
		if err != nil {
			t.Fatal(err)
		}
		dec, err := NewDecoder(enc.MIME())
		if err != nil {
			t.Fatal(err)
		}
		for _, hz := range []float64{200, 440, 1000, 2000} { // PCMU's plain filters take 2.5 dB at 2 kHz
			var back []int16
			octets := 0
			for n := range 50 {
				frame := make([]int16, Frame)
				for i := range frame {
					frame[i] = int16(10000 * math.Sin(2*math.Pi*hz*float64(n*Frame+i)/Rate))
				}
				packet, err := enc.Encode(frame)
				if err != nil {
					t.Fatal(err)
				}
				octets += len(packet)
				samples, err := dec.Decode(packet)
				if err != nil || len(samples) != Frame {
					t.Fatalf("%q: %d samples, %v", name, len(samples), err)
				}
				back = append(back, samples...)
			}
			re, im, sum := 0.0, 0.0, 0.0
			for i, v := range back[len(back)/2:] {
				a := 2 * math.Pi * hz * float64(i) / Rate
				re, im, sum = re+float64(v)*math.Cos(a), im+float64(v)*math.Sin(a), sum+float64(v)*float64(v)
			}
			n := float64(len(back) / 2)
			if part := 2 * (re*re + im*im) / n / sum; part < 0.93 {
				t.Errorf("%q: of %.0f Hz %.0f %% come back", name, hz, 100*part)
			}
			if amplitude := math.Sqrt(2 * sum / n); math.Abs(amplitude-10000) > 3000 {
				t.Errorf("%q: %.0f Hz has amplitude %.0f, said 10000", name, hz, amplitude)
			}
			if rate := octets * 8; enc.MIME() == MIMEOpus && rate > 2*bitrate {
				t.Errorf("Opus takes %d bit/s, asked for %d", rate, bitrate)
			}
		}
	}
}

func TestUnknownCodecs(t *testing.T) {
	if _, err := NewEncoder("mp3"); err == nil {
		t.Error("mp3 is encoded")
	}
	if _, err := NewDecoder("video/VP8"); err == nil {
		t.Error("pictures are decoded")
	}
}

// FuzzDecode: whatever comes from the line must not bring the kiosk down.
func FuzzDecode(f *testing.F) {
	enc, err := NewEncoder(NameOpus)
	if err != nil {
		f.Fatal(err)
	}
	packet, err := enc.Encode(make([]int16, Frame))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packet)
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, mime := range []string{MIMEOpus, MIMEPCMU} {
			dec, err := NewDecoder(mime)
			if err != nil {
				t.Fatal(err)
			}
			if samples, err := dec.Decode(data); err == nil && len(samples) > 6*maxBytes*ratio {
				t.Errorf("%d samples of %d octets", len(samples), len(data))
			}
		}
	})
}

// TestMuLawAgreesWithG711 checks code words that ITU-T G.711 table 2a fixes,
// and that decoding is the nearest step.
func TestMuLawAgreesWithG711(t *testing.T) {
	for sample, code := range map[int]byte{0: 0xff, math.MaxInt16: 0x80, math.MinInt16: 0x00} {
		if got := MuLaw(sample); got != code {
			t.Errorf("%d encodes to %#x, want %#x", sample, got, code)
		}
	}
	for sample := -32000; sample <= 32000; sample += 37 {
		back := float64(MuLinear(MuLaw(sample)))
		if step := math.Abs(float64(sample))/16 + 8; math.Abs(back-float64(sample)) > step {
			t.Fatalf("%d comes back as %.0f, more than %.0f off", sample, back, step)
		}
	}
}
