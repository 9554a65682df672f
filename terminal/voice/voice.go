// Package voice is how a kiosk without a screen speaks: prompts through the
// sound card, and talks through the voice program (cmd/terminal-voice), which
// is started for each talk and ended after it.
//
// The sound card has one owner at a time: this package while no talk is on, and
// the voice program during one. A prompt that is still playing when a talk
// begins is cut off, because somebody is speaking; prompts of the talk itself
// are mixed into it by the program.
package voice

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

// Figures of the voice.
const (
	// retryFirst and retryMost bound the pause before a talk that broke is begun
	// again; it doubles from one to the other.
	retryFirst = 250 * time.Millisecond
	retryMost  = 4 * time.Second
	// endWait is how long the program may take to leave before it is killed.
	endWait = 3 * time.Second
	// tellWait bounds a write to a program that hangs.
	tellWait = time.Second
	// silentFor is after how long without a report the program counts as hung. It
	// reports each second, but for a join, which takes at most 10 s.
	silentFor = 15 * time.Second
	// ailing is how many reports in a row a part of the card must fail in to be a
	// fault: at the beginning of a talk it may still be held by a prompt.
	ailing = 3
)

// programName is looked for beside the terminal's own program.
const programName = "terminal-voice"

// Config is what a voice must know.
type Config struct {
	Program           string // the voice program; empty: terminal-voice beside this one
	Capture, Playback string // devices, see package sound; empty: ALSA's default
	Codec             string // see package codec; empty: Opus
	FullDuplex        bool   // the card cancels echo: do not turn the microphone down
	Prompts           string // folder of the county's own recordings
	// Alive hears, at each change and each second, whether a talk that is wanted
	// is joined; Report hears what the program tells; Fault hears what is wrong
	// with a part of the sound card, empty when it works again. All are called by
	// one goroutine, must return soon and may be nil.
	Alive  func(bool)
	Report func(order.Report)
	Fault  func(part Part, why string)
	Log    *slog.Logger // nil: slog.Default
}

// Part is a part of the sound card.
type Part string

// The parts that can fail.
const (
	Microphone  Part = "microphone"
	Loudspeaker Part = "loudspeaker"
)

// Voice speaks and talks. Its methods return at once.
type Voice struct {
	cfg  Config
	log  *slog.Logger
	card sound.Sound
	lib  *prompt.Library
	mu   sync.Mutex
	mail []func()
	wake chan struct{}
	stop chan struct{}
	once sync.Once
	done sync.WaitGroup

	// What follows belongs to the loop.
	volume  int // percent; 0: full
	want    *talk
	program *program
	ending  bool           // the program was told to end
	pending []prompt.Code  // to be said when the card is free
	trial   func() *player // a self-test for when it is
	player  *player
	retry   *time.Timer
	hung    *time.Timer
	pause   time.Duration
	ails    map[Part]int    // reports in a row in which a part failed
	faulty  map[Part]string // what Fault was told
}

// talk is what to join.
type talk struct {
	url, token string
	quiet      bool
}

// New makes a voice that is not yet started. It fails on devices that cannot be
// and when the voice program is not there.
func New(cfg Config) (*Voice, error) {
	card, err := sound.Open(cfg.Capture, cfg.Playback)
	if err != nil {
		return nil, err
	}
	if cfg.Program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cfg.Program = filepath.Join(filepath.Dir(self), programName)
	}
	if info, err := os.Stat(cfg.Program); err != nil || info.IsDir() {
		return nil, errors.Join(fmt.Errorf("voice: no program %s", cfg.Program), err)
	}
	if cfg.Alive == nil {
		cfg.Alive = func(bool) {}
	}
	if cfg.Report == nil {
		cfg.Report = func(order.Report) {}
	}
	if cfg.Fault == nil {
		cfg.Fault = func(Part, string) {}
	}
	v := &Voice{cfg: cfg, log: cmp.Or(cfg.Log, slog.Default()), card: card, lib: prompt.NewLibrary(cfg.Prompts),
		wake: make(chan struct{}, 1), stop: make(chan struct{}),
		ails: map[Part]int{}, faulty: map[Part]string{},
		retry: time.NewTimer(time.Hour), hung: time.NewTimer(time.Hour)}
	v.retry.Stop()
	v.hung.Stop()
	return v, nil
}

// Start begins to take orders.
func (v *Voice) Start() { v.done.Go(v.run) }

// Stop falls silent, ends a talk and waits. It may be called again.
func (v *Voice) Stop() {
	v.once.Do(func() { close(v.stop) })
	v.done.Wait()
}

// Talk joins a room, or goes on if it is the one that is joined. A talk that
// breaks is begun again until Hush. In a quiet one nothing is played.
func (v *Voice) Talk(url, token string, quiet bool) {
	v.do(func() {
		next := talk{url, token, quiet}
		if v.want != nil && *v.want == next {
			return
		}
		v.want, v.pause, v.trial = &next, 0, nil
		v.pending = v.greeting()
		v.retry.Stop()
		v.silence()
		v.end()
		v.settle()
	})
}

// greeting is what of the present prompts must be heard in the talk that
// begins: who answers. Where to talk is often learnt a moment after it.
func (v *Voice) greeting() []prompt.Code {
	for _, code := range append([]prompt.Code{v.player.saying()}, v.pending...) {
		if prompt.Answers(code) {
			return []prompt.Code{code}
		}
	}
	return nil
}

// Volume sets how loud prompts and the next talk are, in percent; 0 is full.
func (v *Voice) Volume(percent int) { v.do(func() { v.volume = percent }) }

// Hush ends the talk.
func (v *Voice) Hush() {
	v.do(func() {
		v.want = nil
		v.retry.Stop()
		v.end()
	})
}

// Say plays prompts, one after another. One that has begun is heard to its end,
// so that "key pressed" is not swallowed by what comes a moment later; those
// that still waited behind it are not played, because what was is no longer true.
func (v *Voice) Say(codes ...prompt.Code) {
	v.do(func() {
		if v.program != nil && !v.ending {
			v.program.say(codes)
			return
		}
		v.pending = codes
		if v.player != nil && v.player.trial {
			v.player.cancel()
		}
		v.settle()
	})
}

// Silence ends a prompt that is playing and forgets what waits: a quiet call
// begins, or a key is down. It does not end a talk.
func (v *Voice) Silence() {
	v.do(func() {
		v.pending = nil
		v.silence()
		if v.program != nil && !v.ending {
			v.program.say([]prompt.Code{})
		}
	})
}

// TestSound plays a tone and listens for it. done gets what is wrong, nil if
// nothing is. It waits until the card is free; a talk or a prompt ends it.
func (v *Voice) TestSound(done func(error)) {
	v.try(func() *player { return tryTone(v.card, done) })
}

// TestMedia joins a room and leaves it again.
func (v *Voice) TestMedia(url, token string, done func(error)) {
	v.try(func() *player { return tryJoin(v.cfg.Program, order.Order{URL: url, Token: token, Try: true}, done) })
}

func (v *Voice) try(trial func() *player) {
	v.do(func() {
		v.trial = trial
		v.settle()
	})
}

// do has the loop do something. It never waits, because the loop may just be
// telling its own caller something.
func (v *Voice) do(f func()) {
	v.mu.Lock()
	v.mail = append(v.mail, f)
	v.mu.Unlock()
	select {
	case v.wake <- struct{}{}:
	default:
	}
}
