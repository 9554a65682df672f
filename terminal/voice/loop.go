package voice

import (
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
		case <-v.wake:
			v.mu.Lock()
			mail := v.mail
			v.mail = nil
			v.mu.Unlock()
			for _, f := range mail {
				f()
			}
		case r := <-v.reports():
			v.hear(r)
		case err := <-v.exited():
			v.gone(err)
		case err := <-v.played():
			v.finished(err)
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

// settle begins what waits for the sound card, if nobody has it: a talk first, a
// self-test last.
func (v *Voice) settle() {
	if v.program != nil || v.player != nil {
		return
	}
	if v.want != nil {
		v.begin()
		return
	}
	if len(v.pending) > 0 {
		code := v.pending[0]
		v.pending = v.pending[1:]
		v.player = play(sound.At(v.card, v.volume), v.lib, code)
	} else if v.trial != nil {
		v.player = v.trial()
		v.trial = nil
	}
}

func (v *Voice) begin() {
	p, err := start(v.cfg.Program, order.Order{
		URL: v.want.url, Token: v.want.token, Capture: v.cfg.Capture, Playback: v.cfg.Playback,
		Codec: v.cfg.Codec, FullDuplex: v.cfg.FullDuplex, Volume: v.volume, Quiet: v.want.quiet, Prompts: v.cfg.Prompts,
	})
	if err != nil {
		v.again(err)
		return
	}
	v.program, v.ending = p, false
	v.hung.Reset(silentFor)
	if len(v.pending) > 0 {
		p.say(v.pending)
		v.pending = nil
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
	if r.State == order.Joined {
		v.ail(Microphone, r.Mic, ailing)
		v.ail(Loudspeaker, r.Speaker, ailing)
	}
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

// finished follows the end of a prompt or a self-test.
func (v *Voice) finished(err error) {
	p := v.player
	v.player = nil
	if p.trial {
		return
	}
	if err != nil {
		v.log.Warn("a prompt could not be played", "error", err.Error())
	}
	v.ail(Loudspeaker, text(err), 1)
}

// ail notes whether a part of the card works, and tells of it when it has
// failed so many times in a row, and when it works again.
func (v *Voice) ail(part Part, why string, times int) {
	if why == "" {
		v.ails[part] = 0
	} else if v.ails[part]++; v.ails[part] < times {
		return
	}
	if (v.faulty[part] == "") != (why == "") {
		v.faulty[part] = why
		v.cfg.Fault(part, why)
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
