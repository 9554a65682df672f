package voice

import (
	"context"
	"time"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

func (v *Voice) run() {
	defer v.retry.Stop()
	defer v.hung.Stop()
	for {
		select {
		case <-v.stop:
			v.finish()
			return
		case f := <-v.mail:
			f()
		case r := <-v.reports():
			v.hear(r)
		case err := <-v.exited():
			v.gone(err)
		case err := <-v.played():
			v.player = nil
			if err != nil {
				v.log.Warn("a prompt could not be played", "error", err.Error())
			}
			v.settle()
		case <-v.retry.C:
			v.settle()
		case <-v.hung.C:
			if v.program != nil {
				v.log.Error("the voice program hangs")
				v.program.kill()
			}
		}
	}
}

func (v *Voice) reports() <-chan order.Report {
	if v.program == nil {
		return nil
	}
	return v.program.reports
}

func (v *Voice) exited() <-chan error {
	if v.program == nil {
		return nil
	}
	return v.program.exited
}

func (v *Voice) played() <-chan error {
	if v.player == nil {
		return nil
	}
	return v.player.over
}

// settle begins what waits for the sound card, if nobody has it: a talk first.
func (v *Voice) settle() {
	if v.program != nil || v.player != nil {
		return
	}
	if v.want != nil {
		v.begin()
		return
	}
	if code := v.pending; code != "" {
		v.pending = ""
		v.player = play(v.card, v.lib, code)
	}
}

func (v *Voice) begin() {
	p, err := start(v.cfg.Program, order.Order{
		URL: v.want.url, Token: v.want.token, Capture: v.cfg.Capture, Playback: v.cfg.Playback,
		Codec: v.cfg.Codec, FullDuplex: v.cfg.FullDuplex, Prompts: v.cfg.Prompts,
	})
	if err != nil {
		v.again(err)
		return
	}
	v.program, v.ending = p, false
	v.hung.Reset(silentFor)
	if v.pending != "" {
		p.say(v.pending)
		v.pending = ""
	}
}

// end tells the program to leave. It is killed if it does not.
func (v *Voice) end() {
	if v.program != nil && !v.ending {
		v.ending = true
		v.program.end()
	}
}

func (v *Voice) hear(r order.Report) {
	v.hung.Reset(silentFor)
	v.cfg.Report(r)
	if v.ending || v.want == nil {
		return
	}
	switch r.State {
	case order.Joined:
		v.pause = 0
		v.cfg.Alive(true)
	case order.Cut:
		v.cfg.Alive(false)
	case order.Left:
		v.log.Warn("the talk was left", "why", r.Why)
	}
}

// gone follows the end of the program, expected or not.
func (v *Voice) gone(err error) {
	expected := v.ending
	v.program, v.ending = nil, false
	v.hung.Stop()
	if v.want != nil && !expected {
		v.again(err)
		return
	}
	v.settle()
}

// again tries a talk once more after a pause.
func (v *Voice) again(err error) {
	v.cfg.Alive(false)
	v.pause = max(retryFirst, min(2*v.pause, retryMost))
	v.log.Warn("no voice; trying again", "error", text(err), "pause", v.pause.String())
	v.retry.Reset(v.pause)
}

func (v *Voice) silence() {
	if v.player != nil {
		v.player.cancel()
	}
}

func (v *Voice) finish() {
	v.silence()
	v.end()
	if v.player != nil {
		<-v.player.over
	}
	for v.program != nil {
		select {
		case <-v.program.reports:
		case <-v.program.exited:
			v.program = nil
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// player plays one prompt.
type player struct {
	cancel context.CancelFunc
	over   chan error // gets one
}

// Tries of a prompt: the card may still be held by a talk that is ending.
const (
	playTries = 4
	playAgain = 250 * time.Millisecond
)

func play(card sound.Sound, lib *prompt.Library, code prompt.Code) *player {
	ctx, cancel := context.WithCancel(context.Background())
	p := &player{cancel, make(chan error, 1)}
	go func() {
		defer cancel()
		samples, err := lib.Sound(code)
		for try := 0; err == nil; try++ {
			err = playOnce(ctx, card, prompt.Samples16(samples))
			if err == nil || ctx.Err() != nil {
				p.over <- nil
				return
			}
			if try+1 < playTries {
				err = nil
				select {
				case <-time.After(playAgain):
				case <-ctx.Done():
				}
			}
		}
		p.over <- err
	}()
	return p
}

func playOnce(ctx context.Context, card sound.Sound, samples []int16) error {
	out, err := card.Play(ctx)
	if err != nil {
		return err
	}
	octets := make([]byte, 2*len(samples))
	sound.Octets(samples, octets)
	if _, err := out.Write(octets); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
