package lamp

import (
	"errors"
	"sync"
	"time"
)

// The paces of a runner.
const (
	// sayAgain is how often an output is told again what it was told already: a
	// chip that was unplugged comes back dark, and nobody else notices a lamp
	// that cannot be driven any more.
	sayAgain = time.Second
	// tooLong is how long Set may take before the output counts as failed. A
	// GPIO line takes microseconds, a frame on a slow serial port some 10 ms.
	tooLong = 2 * time.Second
	// stopWait bounds how long Stop waits for an output that hangs.
	stopWait = time.Second
)

// ErrHangs is told of an output whose Set does not return.
var ErrHangs = errors.New("lamp: the output does not answer")

// Output is a lamp or a buzzer that can be on or off.
type Output interface{ Set(on bool) error }

// play is a pattern and when it began.
type play struct {
	p     Pattern
	began time.Time
}

// Runner drives one output. Its methods never wait for the output, Stop aside.
type Runner struct {
	out     Output
	told    func(error)
	changed chan struct{}
	stop    chan struct{}
	gone    chan struct{}
	once    sync.Once

	mu      sync.Mutex // guards what follows
	base    play
	over    play // played once on top of base, then forgotten
	started bool
	failing bool
}

// NewRunner returns a runner that shows nothing yet. told hears an error when
// the output begins to fail and nil when it works again; it may be nil, and
// is called from goroutines of the runner.
func NewRunner(out Output, told func(error)) *Runner {
	if told == nil {
		told = func(error) {}
	}
	return &Runner{out: out, told: told, changed: make(chan struct{}, 1), stop: make(chan struct{}), gone: make(chan struct{})}
}

// Start begins to drive the output and returns at once.
func (r *Runner) Start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.started {
		r.started = true
		go r.run()
	}
}

// Stop switches the output off and returns when that is done, or after 1 s if
// the output hangs. It may be called again, and without Start.
func (r *Runner) Stop() {
	r.mu.Lock()
	started := r.started
	r.mu.Unlock()
	r.once.Do(func() { close(r.stop) })
	if !started {
		return
	}
	late := time.NewTimer(stopWait)
	defer late.Stop()
	select {
	case <-r.gone:
	case <-late.C:
	}
}

// Show begins a pattern; the one that is shown already goes on undisturbed.
func (r *Runner) Show(p Pattern) {
	r.mu.Lock()
	same := r.base.p.Equal(p)
	if !same {
		r.base = play{p, time.Now()}
	}
	r.mu.Unlock()
	if !same {
		r.wake()
	}
}

// Flash plays a pattern once on top of what is shown, which keeps its time.
// Off ends an earlier Flash.
func (r *Runner) Flash(p Pattern) {
	r.mu.Lock()
	r.over = play{p, time.Now()}
	r.mu.Unlock()
	r.wake()
}

// Wink answers a press: something is seen at once, and the lamp is lit within
// 200 ms, whatever it showed.
func (r *Runner) Wink() {
	if lit, _ := r.due(time.Now()); lit {
		r.Flash(winkLit)
	} else {
		r.Flash(winkDark)
	}
}

func (r *Runner) wake() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *Runner) run() {
	defer close(r.gone)
	t := time.NewTimer(0)
	defer t.Stop()
	var was, failed bool
	var said time.Time
	for {
		now := time.Now()
		on, wait := r.due(now)
		if on != was || failed || said.IsZero() || now.Sub(said) >= sayAgain {
			failed, was, said = !r.set(on), on, now
		}
		t.Reset(min(wait, sayAgain) - time.Since(now))
		select {
		case <-r.stop:
			r.set(false)
			return
		case <-r.changed:
		case <-t.C:
		}
	}
}

// due says what the output is to do now and how long from now that holds.
func (r *Runner) due(now time.Time) (on bool, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since := now.Sub(r.over.began); since < r.over.p.Lasts() {
		on, next := r.over.p.At(since)
		return on, min(next, r.over.p.Lasts()) - since
	}
	since := now.Sub(r.base.began)
	on, next := r.base.p.At(since)
	if next == Never {
		return on, Never
	}
	return on, next - since
}

// set drives the output and tells of it when it begins or ceases to fail.
func (r *Runner) set(on bool) bool {
	watch := time.AfterFunc(tooLong, func() { r.tell(ErrHangs) })
	err := r.out.Set(on)
	watch.Stop()
	r.tell(err)
	return err == nil
}

func (r *Runner) tell(err error) {
	r.mu.Lock()
	news := r.failing != (err != nil)
	r.failing = err != nil
	r.mu.Unlock()
	if news {
		r.told(err)
	}
}
