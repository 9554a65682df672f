package room

import (
	"math"
	"testing"

	"huying/terminal/voice/codec"
	"huying/terminal/voice/jitter"
)

func tone(frames int) [][]int16 {
	out := make([][]int16, frames)
	for n := range out {
		out[n] = make([]int16, codec.Frame)
		for i := range out[n] {
			out[n][i] = int16(10000 * math.Sin(2*math.Pi*500*float64(n*codec.Frame+i)/codec.Rate))
		}
	}
	return out
}

// TestDuckIsDownWhileTheOthersSpeak, stays down over the echo's way, comes back
// smoothly, and never makes a step.
func TestDuckIsDownWhileTheOthersSpeak(t *testing.T) {
	var d duck
	gain := func(far float64) float64 {
		frame := make([]int16, codec.Frame)
		for i := range frame {
			frame[i] = 10000
		}
		d.apply(frame, far)
		for i := 1; i < len(frame); i++ {
			if step := math.Abs(float64(frame[i]) - float64(frame[i-1])); step > 60 {
				t.Fatalf("a step of %.0f", step)
			}
		}
		return float64(frame[len(frame)-1]) / 10000
	}
	if g := gain(silent); g != 1 {
		t.Errorf("in silence the gain is %.2f", g)
	}
	gain(-20)
	if g := gain(-20); math.Abs(g-duckTo) > 0.01 {
		t.Errorf("while others speak it is %.2f, want %.2f", g, duckTo)
	}
	for range duckHold - 1 {
		if g := gain(silent); math.Abs(g-duckTo) > 0.01 {
			t.Fatalf("within the hold it is %.2f", g)
		}
	}
	was := duckTo
	for range 6 {
		g := gain(silent)
		if g < was {
			t.Errorf("opening, it falls from %.2f to %.2f", was, g)
		}
		was = g
	}
	if was != 1 {
		t.Errorf("afterwards it is %.2f", was)
	}
}

// packets encodes a tone.
func packets(t *testing.T, frames int) []jitter.Packet {
	t.Helper()
	enc, err := codec.NewEncoder(codec.NamePCMU)
	if err != nil {
		t.Fatal(err)
	}
	var out []jitter.Packet
	for n, frame := range tone(frames) {
		data, err := enc.Encode(frame)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, jitter.Packet{Seq: uint16(n), TS: uint32(n * 160), Payload: data})
	}
	return out
}

func newStream(t *testing.T) *stream {
	t.Helper()
	dec, err := codec.NewDecoder(codec.MIMEPCMU)
	if err != nil {
		t.Fatal(err)
	}
	return &stream{dec: dec}
}

func loudness(sum []int32) float64 {
	frame := make([]int16, len(sum))
	for i, v := range sum {
		frame[i] = int16(v)
	}
	return level(frame)
}

// TestALostPacketIsNotAHole: it is covered by the one before; a long gap fades
// into silence and does not drone on.
func TestALostPacketIsNotAHole(t *testing.T) {
	s := newStream(t)
	for n, p := range packets(t, 30) {
		if n != 10 && n < 20 {
			s.push(p)
		}
	}
	var levels []float64
	for range 30 {
		sum := make([]int32, codec.Frame)
		s.add(sum)
		levels = append(levels, loudness(sum))
	}
	if levels[10] < levels[9]-8 || levels[10] > levels[9] {
		t.Errorf("the lost packet is at %.1f dB, the one before at %.1f", levels[10], levels[9])
	}
	if levels[11] < levels[9]-1 {
		t.Errorf("the packet after a loss is at %.1f dB", levels[11])
	}
	if last := levels[20+len(fade)]; last != silent {
		t.Errorf("after the end it goes on at %.1f dB", last)
	}
	if lost, _ := s.lost(); lost != 1 {
		t.Errorf("%d lost, want 1", lost)
	}
}

// TestVoicesAndPromptAreMixed without overflow, the prompt on top.
func TestVoicesAndPromptAreMixed(t *testing.T) {
	s := newSpeaker()
	for range 6 { // six shouting voices
		one := newStream(t)
		for _, p := range packets(t, 4) {
			one.push(p)
		}
		s.add(one)
	}
	sum, out := make([]int32, codec.Frame), make([]int16, codec.Frame)
	s.mix(sum, out)
	low, high := int16(0), int16(0)
	for _, v := range out {
		low, high = min(low, v), max(high, v)
	}
	if low != math.MinInt16 || high != math.MaxInt16 {
		t.Errorf("six voices reach from %d to %d", low, high)
	}
	loud := level(out)
	s.say(make([]int16, codec.Frame))
	s.mix(sum, out)
	if level(out) > loud-3 {
		t.Errorf("under a prompt the voices are at %.1f dB, before at %.1f", level(out), loud)
	}
	others, _, _, heard, _ := s.take()
	if others != 6 || heard != loud {
		t.Errorf("told of %d voices at %.1f dB", others, heard)
	}
}
