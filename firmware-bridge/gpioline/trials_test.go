package gpioline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
	"huying/tools/gpiokernel/trial"
)

// trialOf is one trial: what a hand does with n presses, what reads the keys,
// and perhaps what was broken on purpose, so that the trial must fail.
type trialOf struct {
	name   string
	mutant string
	open   func(*stand) input.Input
	do     func(s *stand, n int)
}

const ms = time.Millisecond

var trials = []trialOf{
	{"bounce", "", plain, human},
	{"taps", "", plain, taps},
	{"dirty", "", plain, dirty},
	{"spikes", "", plain, interference},
	{"stall", "", stalling(nil, nil), stalls},
	{"reader", "", plain, deafness},
	{"stuck", "", plain, stuck},
	{"held", "", nil, held},
	{"unplug", "", pluggable, replug},
	{"busy", "", nil, busy},
	{"wire", "", changeOver, wires},
	{"lamps", "", nil, lamps},
	{"pinwatch", "", watched, human},
	{"kill", "", nil, killed(kept)},
	{"replaced", "", nil, replaced},
	{"kill", "no file descriptor store", nil, killed(unkept)},
	{"kill", "presses safe before they are stored", nil, killed(hasty)},
	{"kill", "presses told again and not looked up", nil, killed(oblivious)},
	{"spikes", "no debounce in the kernel", mutated(undebounced, nil), interference},
	{"stall", "the kernel's own FIFO of 16", stalling(smallFIFO, nil), stalls},
	{"stall", "timers before the drain", stalling(nil, lateDrain), stalls},
}

// stand is where a trial is made.
type stand struct {
	hand

	stall   atomic.Int64 // until when the readers of lines stand still
	deaf    atomic.Int64 // until when the reader of events does
	wakes   atomic.Int64 // when the reader of the line wakes next if nothing happens
	wg      sync.WaitGroup
	mu      sync.Mutex // guards what follows
	got     []arrival
	made    int
	kills   int           // of the program that reads
	counted int           // where no events tell
	slowest time.Duration // likewise
	wrong   []string
}

// arrival is an event and when it was in our hands.
type arrival struct {
	input.Event
	at time.Duration
}

func try(board *simChip, t trialOf, presses int) trial.Result {
	start := input.Monotonic()
	s := &stand{hand: hand{chip: board, rng: rand.New(rand.NewPCG(1, 2)), at: start}}
	board.set(red.offset, red.activeLow)
	board.set(green.offset, green.activeLow)
	if t.open == nil {
		t.do(s, presses)
	} else {
		s.session(t.open, func() { t.do(s, presses) })
	}
	r := s.judge()
	r.Name, r.Mutant, r.Virtual = t.name, t.mutant, input.Monotonic()-start
	return r
}

// session reads the keys while something is done.
func (s *stand) session(open func(*stand) input.Input, do func()) {
	in := open(s)
	s.listen(in)
	s.at = max(s.at, input.Monotonic()) + 200*ms
	sleepUntil(s.at)
	do()
	s.at = max(s.at, time.Duration(s.stall.Load()), time.Duration(s.deaf.Load())) + time.Second
	sleepUntil(s.at)
	if err := in.Close(); err != nil {
		s.complain("close: %v", err)
	}
	s.wg.Wait()
}

func (s *stand) listen(in input.Input) {
	s.wg.Go(func() {
		for e := range in.Events() {
			sleepUntil(time.Duration(s.deaf.Load()))
			s.mu.Lock()
			s.got = append(s.got, arrival{e, input.Monotonic()})
			s.mu.Unlock()
		}
	})
}

func (s *stand) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// judge matches what came with what should have: each event with the first
// expected one of its key and kind whose time it has.
func (s *stand) judge() trial.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	var r trial.Result
	for _, a := range s.got {
		i := slices.IndexFunc(s.expect, func(e expected) bool {
			return e.key == a.Key && e.kind == a.Kind && e.from <= a.At && a.At <= e.to
		})
		if i < 0 {
			r.Extra++
			s.wrong = append(s.wrong, fmt.Sprintf("extra %v", a.Event))
			continue
		}
		if a.Kind == input.Press {
			r.Counted++
			r.Worst = max(r.Worst, a.at-s.expect[i].from)
		}
		s.expect = slices.Delete(s.expect, i, i+1)
	}
	for _, e := range s.expect {
		s.wrong = append(s.wrong, fmt.Sprintf("missing %s %s in %s to %s", e.key, e.kind, e.from, e.to))
	}
	r.Made, r.Missing, r.Counted, r.Worst = s.made, len(s.expect), r.Counted+s.counted, max(r.Worst, s.slowest)
	r.Kills = s.kills
	for _, w := range s.wrong[:min(4, len(s.wrong))] {
		r.Detail += w + "; "
	}
	return r
}

// plain opens both keys as a kiosk does.
func plain(s *stand) input.Input { return mutated(nil, nil)(s) }

// mutated opens both keys with another request or another way of reading.
func mutated(ask func(*uapi.LineRequest), read func(source) source) func(*stand) input.Input {
	return func(s *stand) input.Input { return s.watch(ask, read, red, green) }
}

func (s *stand) watch(ask func(*uapi.LineRequest), read func(source) source, keys ...finger) input.Input {
	k, err := newKeys()
	must(err)
	for _, f := range keys {
		k.watch(f.key, func() (source, error) {
			src, err := openKeyAs(s.line(f), k.Wake(), ask)
			if err == nil && read != nil {
				src = read(src)
			}
			return src, err
		})
	}
	return k
}

func openKeyAs(l KeyLine, wake int, change func(*uapi.LineRequest)) (source, error) {
	if change == nil {
		return openKey(l, wake)
	}
	fd, _, err := ask(l.Line, func(offset int) uapi.LineRequest {
		r := inputRequest(offset, l.Pull, l.ActiveLow, Debounce)
		change(&r)
		return r
	})
	if err != nil {
		return nil, err
	}
	return newFdSource(fd, wake, kernelLevel), nil
}

// What mutants change.
func undebounced(r *uapi.LineRequest) {
	r.Config.NumAttrs, r.Config.Attrs[0] = 0, uapi.LineConfigAttribute{}
}
func smallFIFO(r *uapi.LineRequest) { r.EventBufferSize = 0 } // the kernel's own choice is 16
func lateDrain(src source) source   { return &late{source: src} }

// late finds nothing to read the first time after each wait, so that timers
// decide before the edges that wait are known.
type late struct {
	source
	skip bool // the next Read finds nothing
	did  bool // the last Read was one of those: never two in a row
}

func (l *late) Wait(timeout time.Duration) error {
	l.skip = !l.did
	return l.source.Wait(timeout)
}

func (l *late) Read(buf []uapi.LineEvent) (int, error) {
	l.did, l.skip = l.skip, false
	if l.did {
		return 0, nil
	}
	return l.source.Read(buf)
}

// stalling opens both keys in a process that stands still when s.stall says so.
func stalling(ask func(*uapi.LineRequest), read func(source) source) func(*stand) input.Input {
	return func(s *stand) input.Input {
		return mutated(ask, func(src source) source {
			src = &stalled{src, s}
			if read != nil {
				src = read(src)
			}
			return src
		})(s)
	}
}

type stalled struct {
	source
	stand *stand
}

func (s *stalled) Wait(timeout time.Duration) error {
	err := s.source.Wait(timeout)
	sleepUntil(time.Duration(s.stand.stall.Load()))
	return err
}
