package voice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

// player has the sound card for one prompt or one self-test.
type player struct {
	cancel context.CancelFunc
	over   chan error // gets one
	trial  bool       // a self-test: gives way to everything
	code   prompt.Code
}

// saying is the prompt that is being played; empty for none.
func (p *player) saying() prompt.Code {
	if p == nil {
		return ""
	}
	return p.code
}

// ErrCut is the outcome of a self-test that gave way.
var ErrCut = errors.New("cut off by a call")

// Tries of a prompt: the card may still be held by a talk that is ending.
const (
	playTries = 4
	playAgain = 250 * time.Millisecond
)

func work(f func(context.Context) error) *player {
	ctx, cancel := context.WithCancel(context.Background())
	p := &player{cancel: cancel, over: make(chan error, 1)}
	go func() {
		defer cancel()
		p.over <- f(ctx)
	}()
	return p
}

// play says one prompt. To be cut off is no error.
func play(card sound.Sound, lib *prompt.Library, code prompt.Code) *player {
	p := work(func(ctx context.Context) error {
		samples, err := lib.Sound(code)
		if err != nil {
			return err
		}
		octets := make([]byte, 2*len(samples))
		sound.Octets(prompt.Samples16(samples), octets)
		for try := 1; ; try++ {
			err := playOnce(ctx, card, octets)
			if err == nil || ctx.Err() != nil {
				return nil
			}
			if try == playTries {
				return fmt.Errorf("%s: %w", code, err)
			}
			select {
			case <-time.After(playAgain):
			case <-ctx.Done():
			}
		}
	})
	p.code = code
	return p
}

func playOnce(ctx context.Context, card sound.Sound, octets []byte) error {
	out, err := card.Play(ctx)
	if err != nil {
		return err
	}
	_, err = out.Write(octets)
	return errors.Join(err, out.Close())
}

// The self-test's tone. It has to stand out of the noise of the place by
// toneOver and not be the noise of the microphone itself, which is below
// toneLeast.
const (
	toneHz      = 1000
	toneLevel   = 0.25 // of full scale
	toneSeconds = 1.0
	toneOver    = 10.0  // dB
	toneLeast   = -65.0 // dBFS
)

// tryTone measures how much of the tone the microphone takes before and while
// it is played.
func tryTone(card sound.Sound, done func(error)) *player {
	p := work(func(ctx context.Context) error {
		err := hearTone(ctx, card)
		if ctx.Err() != nil {
			err = ErrCut
		}
		done(err)
		return nil
	})
	p.trial = true
	return p
}

func hearTone(ctx context.Context, card sound.Sound) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, err := card.Capture(ctx)
	if err != nil {
		return fmt.Errorf("microphone: %w", err)
	}
	defer in.Close()
	before, err := toneIn(in)
	if err != nil {
		return fmt.Errorf("microphone: %w", err)
	}
	tone := make([]int16, int(toneSeconds*sound.Rate))
	for i := range tone {
		tone[i] = int16(toneLevel * math.MaxInt16 * math.Sin(2*math.Pi*toneHz*float64(i)/sound.Rate))
	}
	octets := make([]byte, 2*len(tone))
	sound.Octets(tone, octets)
	played := make(chan error, 1)
	go func() { played <- playOnce(ctx, card, octets) }()
	best := before
	for {
		now, err := toneIn(in)
		if err != nil {
			return fmt.Errorf("microphone: %w", err)
		}
		best = max(best, now)
		select {
		case err := <-played:
			if err != nil {
				return fmt.Errorf("loudspeaker: %w", err)
			}
			if best < max(before+toneOver, toneLeast) {
				return fmt.Errorf("the tone is not heard: %.0f dB before, %.0f dB while it was played", before, best)
			}
			return nil
		default:
		}
	}
}

// toneIn measures the tone in the next 0.2 s, in dB of full scale (Goertzel).
func toneIn(in io.Reader) (float64, error) {
	samples := make([]int16, sound.Rate/5)
	octets := make([]byte, 2*len(samples))
	if _, err := io.ReadFull(in, octets); err != nil {
		return 0, err
	}
	sound.Samples(octets, samples)
	re, im := 0.0, 0.0
	for i, v := range samples {
		a := 2 * math.Pi * toneHz * float64(i) / sound.Rate
		re, im = re+float64(v)*math.Cos(a), im+float64(v)*math.Sin(a)
	}
	amplitude := 2 * math.Hypot(re, im) / float64(len(samples)) / math.MaxInt16
	return 20 * math.Log10(amplitude+1e-5), nil
}

// tryJoin has the voice program join a room and leave it.
func tryJoin(path string, o order.Order, done func(error)) *player {
	p := work(func(ctx context.Context) error {
		done(join(ctx, path, o))
		return nil
	})
	p.trial = true
	return p
}

func join(ctx context.Context, path string, o order.Order) error {
	p, err := start(path, o)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, p.end)
	defer stop()
	late := time.AfterFunc(silentFor, p.kill)
	defer late.Stop()
	joined, why := false, ""
	for {
		select {
		case r := <-p.reports:
			joined = joined || r.State == order.Joined
			if r.Why != "" {
				why = r.Why
			}
		case err := <-p.exited:
			switch {
			case ctx.Err() != nil:
				return ErrCut
			case joined:
				return nil
			}
			return errors.Join(errors.New("the voice server was not joined: "+why), err)
		}
	}
}
