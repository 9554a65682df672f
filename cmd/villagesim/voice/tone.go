package voice

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4/pkg/media"
)

const (
	// loopSeconds is how much tone is encoded: the first second warms the
	// encoder up, the second is played round and round. A whole number of Hz
	// fits into it without a seam.
	loopSeconds = 2
	// toneAmplitude is half of full scale: -9.03 dBFS RMS as Level counts.
	toneAmplitude = 0.5
	minTone       = 100  // Hz; below, voice codecs cut
	maxTone       = 3400 // Hz; the telephone band, so that PCMU carries it too
)

// tone is a sine that plays for ever. It is encoded once, because encoding 50
// times a second in each of a hundred simulated villages would measure the
// encoder and not the hub.
type tone struct {
	lksdk.BaseSampleProvider
	packets [][]byte
	next    int
}

func newTone(hz int, codec Codec) (*tone, error) {
	if hz < minTone || hz > maxTone {
		return nil, fmt.Errorf("tone of %d Hz: must be %d to %d", hz, minTone, maxTone)
	}
	rate := int(codec.Capability().ClockRate)
	packets, err := codec.Encode(sine(hz, rate, loopSeconds*1000/frameMS))
	if err != nil {
		return nil, err
	}
	if len(packets) != loopSeconds*1000/frameMS {
		return nil, errors.New("the codec did not make one packet of each frame")
	}
	return &tone{packets: packets[1000/frameMS:]}, nil
}

// sine gives frames of frameMS of a sine.
func sine(hz, rate, frames int) [][]int16 {
	size := rate * frameMS / 1000
	out := make([][]int16, frames)
	for i := range out {
		out[i] = make([]int16, size)
		for j := range out[i] {
			phase := 2 * math.Pi * float64(hz) * float64(i*size+j) / float64(rate)
			out[i][j] = int16(toneAmplitude * math.MaxInt16 * math.Sin(phase))
		}
	}
	return out
}

// NextSample gives the next 20 ms; the caller keeps the time.
func (t *tone) NextSample(context.Context) (media.Sample, error) {
	packet := t.packets[t.next]
	t.next = (t.next + 1) % len(t.packets)
	return media.Sample{Data: packet, Duration: frameMS * time.Millisecond}, nil
}
