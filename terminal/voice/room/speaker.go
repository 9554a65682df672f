package room

import (
	"context"
	"io"
	"math"
	"sync"
	"time"

	"huying/terminal/voice/codec"
	"huying/terminal/voice/sound"
)

// again is how long to wait before a sound card that failed is opened anew:
// another program may still be playing out, or a plug is being pushed in.
const again = 300 * time.Millisecond

// under is by how much voices are lower while a prompt is said: 12 dB.
const under = 4

// speaker mixes the voices and the prompts and plays them. The card's pace is
// the only clock.
type speaker struct {
	mu      sync.Mutex
	streams map[*stream]struct{}
	prompt  []int16
	far     float64 // level of the frame just played
	loudest float64 // since the last report
	fault   string
}

func newSpeaker() *speaker {
	return &speaker{streams: map[*stream]struct{}{}, far: silent, loudest: silent}
}

func (s *speaker) add(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams[one] = struct{}{}
}

func (s *speaker) remove(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, one)
}

// say plays a prompt over the voices; a new one replaces one that is playing.
func (s *speaker) say(samples []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompt = samples
}

// level is how loud what is being played is, in dBFS.
func (s *speaker) level() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.far
}

// mix gives the next 20 ms.
func (s *speaker) mix(sum []int32, out []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(sum)
	for one := range s.streams {
		one.add(sum)
	}
	n := min(len(sum), len(s.prompt))
	for i, v := range s.prompt[:n] {
		sum[i] = sum[i]/under + int32(v)
	}
	s.prompt = s.prompt[n:]
	for i, v := range sum {
		out[i] = int16(max(math.MinInt16, min(math.MaxInt16, v)))
	}
	s.far = level(out)
	s.loudest = max(s.loudest, s.far)
}

func (s *speaker) failed(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = why
}

// run plays until ctx ends, through any number of failures of the card.
func (s *speaker) run(ctx context.Context, card sound.Sound) {
	for ctx.Err() == nil {
		out, err := card.Play(ctx)
		if err == nil {
			err = s.play(ctx, out)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.failed(err.Error())
		}
		pause(ctx, again)
	}
}

func (s *speaker) play(ctx context.Context, out io.WriteCloser) error {
	defer out.Close()
	sum, frame, octets := make([]int32, codec.Frame), make([]int16, codec.Frame), make([]byte, 2*codec.Frame)
	for played := 0; ctx.Err() == nil; played++ {
		s.mix(sum, frame)
		sound.Octets(frame, octets)
		if _, err := out.Write(octets); err != nil {
			return err
		}
		if played == 50 { // a second of it went through: the card works
			s.failed("")
		}
	}
	return nil
}

// take gives what a report says of the speaker and begins the next one.
func (s *speaker) take() (others, lost, delayMS int, loudest float64, fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for one := range s.streams {
		l, d := one.lost()
		lost, delayMS = lost+l, max(delayMS, d)
	}
	loudest, s.loudest = s.loudest, silent
	return len(s.streams), lost, delayMS, loudest, s.fault
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
