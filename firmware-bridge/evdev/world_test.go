package evdev

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
)

// The codes of the device that the tests use.
const (
	enter = Code(28)
	space = Code(57)
)

var both = []KeyCode{{input.Red, enter}, {input.Green, space}}

// world is a device, a kernel and a clock, all virtual. Its kernel does what
// drivers/input/evdev.c does: it keeps events in a ring of a fixed size and,
// when that is full, keeps only SYN_DROPPED and the newest.
type world struct {
	now    time.Duration
	until  time.Duration // the watcher is stopped then
	events []event       // all, in order of time
	size   int           // of the ring; 0: without bounds
	next   int           // first event that is not yet in the ring
	ring   []event
	stall  func() time.Duration // how late the reader is when it wakes; nil: never
	late   time.Duration        // from the happening to the ring; the state is there at once
	goneAt time.Duration        // device unplugged, 0 never
	backAt time.Duration
	opens  int
	got    []input.Event
}

var errUnplugged = errors.New("unplugged")

func at(d time.Duration) unix.Timeval { return unix.NsecToTimeval(int64(d)) }

// edge is a key that goes down or up, and the report that follows.
func (w *world) edge(c Code, value int32, when time.Duration) {
	w.events = append(w.events, event{at(when), evKey, uint16(c), value}, event{at(when), evSyn, 0, 0})
}

func (w *world) run(codes ...KeyCode) {
	watcher := newWatcher(codes, w.open, func() time.Duration { return w.now }, w.rest,
		func(e input.Event) { w.got = append(w.got, e) })
	watcher.run()
}

func (w *world) rest(d time.Duration) bool {
	w.now += d
	return w.now < w.until
}

func (w *world) plugged() bool { return w.goneAt == 0 || w.now < w.goneAt || w.now >= w.backAt }

func (w *world) open() (source, error) {
	if w.opens++; w.opens > 10000 {
		panic("the watcher spins")
	}
	if !w.plugged() {
		return nil, errUnplugged
	}
	w.fill()
	w.ring = nil
	return w, nil
}

// fill lets the kernel take what has happened by now.
func (w *world) fill() {
	for ; w.next < len(w.events) && w.events[w.next].at()+w.late <= w.now; w.next++ {
		e := w.events[w.next]
		if w.ring = append(w.ring, e); w.size > 0 && len(w.ring) > w.size {
			w.ring = []event{{e.Time, evSyn, synDropped, 0}, e}
		}
	}
}

func (w *world) Wait(timeout time.Duration) error {
	wake := w.now + timeout
	if w.next < len(w.events) {
		wake = min(wake, w.events[w.next].at()+w.late)
	}
	if w.goneAt > w.now {
		wake = min(wake, w.goneAt)
	}
	if len(w.ring) == 0 {
		w.now = max(w.now, wake)
	}
	if w.stall != nil {
		w.now += w.stall()
	}
	if !w.plugged() {
		return errUnplugged
	}
	return nil
}

func (w *world) Read(buf []event) (int, error) {
	if !w.plugged() {
		return 0, errUnplugged
	}
	w.fill()
	n := copy(buf, w.ring)
	w.ring = w.ring[n:]
	return n, nil
}

// Down does not throw away what waits in the ring: it is asked through another
// descriptor.
func (w *world) Down() (bits, error) {
	var b bits
	if !w.plugged() {
		return b, errUnplugged
	}
	for _, e := range w.events {
		if e.at() > w.now {
			break
		}
		if e.Type == evKey && e.Value == keyDown {
			b[e.Code/8] |= 1 << (e.Code % 8)
		} else if e.Type == evKey && e.Value == keyUp {
			b[e.Code/8] &^= 1 << (e.Code % 8)
		}
	}
	return b, nil
}

func (w *world) Close() error { return nil }

// hand draws presses of random length and pauses, keys in turn or together.
func (w *world) hand(rng *rand.Rand, presses int, codes ...Code) {
	between := func(from, to time.Duration) time.Duration { return from + time.Duration(rng.Int64N(int64(to-from))) }
	when := time.Second
	for range presses {
		c := codes[rng.IntN(len(codes))]
		w.edge(c, keyDown, when)
		held := between(20*time.Millisecond, 400*time.Millisecond)
		for r := 250 * time.Millisecond; r < held; r += 33 * time.Millisecond {
			w.edge(c, 2, when+r) // the keyboard repeats
		}
		when += held
		w.edge(c, keyUp, when)
		when += between(60*time.Millisecond, 900*time.Millisecond)
	}
	w.until = when + time.Minute
}

// told lists what was told of one key, times and details aside.
func (w *world) told(k input.Key) []string {
	var out []string
	for _, e := range w.got {
		if e.Key != k {
			continue
		}
		s := string(e.Kind)
		if e.Reason != "" {
			s += " by " + string(e.Reason)
		}
		if e.Kind == input.Overrun {
			s += fmt.Sprintf(" %d", e.N)
		}
		out = append(out, s)
	}
	return out
}

func (w *world) count(k input.Kind) int {
	n := 0
	for _, e := range w.got {
		if e.Kind == k {
			n++
		}
	}
	return n
}
