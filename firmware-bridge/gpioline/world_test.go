package gpioline

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
)

// world is a key, a kernel and a clock, all virtual: raw edges of the contact
// go through the kernel's debounce into its event FIFO, and a watcher that is
// run by the world's own clock reads them.
type world struct {
	rng    *rand.Rand
	now    time.Duration
	until  time.Duration // the watcher is stopped then
	raw    []rawEdge     // as drawn
	events []uapi.LineEvent
	level0 bool // the level before the first event

	next    int           // first event not yet read
	base    uint32        // events before this session
	stall   time.Duration // how late the reader is at worst when it wakes
	goneAt  time.Duration // chip unplugged, 0 never
	backAt  time.Duration
	opens   int
	waits   int
	latency time.Duration // from the debounce work to the FIFO

	got []input.Event
}

type rawEdge struct {
	active bool
	at     time.Duration
}

var errUnplugged = errors.New("unplugged")

// debounce does what drivers/gpio/gpiolib-cdev.c does in software: each edge
// restarts a timer, and only a level that outlasts it becomes an event.
func (w *world) debounce() {
	level := w.level0
	for i, e := range w.raw {
		at := e.at + Debounce
		if i+1 < len(w.raw) && w.raw[i+1].at <= at || e.active == level {
			continue
		}
		level = e.active
		ev := uapi.LineEvent{Timestamp: uint64(at), ID: uapi.LineEventFallingEdge}
		if level {
			ev.ID = uapi.LineEventRisingEdge
		}
		w.events = append(w.events, ev)
	}
}

func (w *world) run() {
	w.debounce()
	watcher := newWatcher(input.Red, w.open, func() time.Duration { return w.now }, w.rest,
		func(e input.Event) { w.got = append(w.got, e) })
	watcher.run()
}

func (w *world) rest(d time.Duration) bool {
	w.now += d
	return w.now < w.until
}

func (w *world) plugged() bool { return w.goneAt == 0 || w.now < w.goneAt || w.now >= w.backAt }

func (w *world) open() (source, error) {
	w.opens++
	if w.opens > 10000 {
		panic("the watcher spins")
	}
	if !w.plugged() {
		return nil, errUnplugged
	}
	// A new request begins with an empty FIFO and number 1.
	for w.next < len(w.events) && w.visible(w.next) {
		w.next++
	}
	w.base = uint32(w.next)
	return w, nil
}

func (w *world) visible(i int) bool {
	return time.Duration(w.events[i].Timestamp)+w.latency <= w.now
}

func (w *world) Wait(timeout time.Duration) error {
	w.waits++
	if !w.plugged() {
		return errUnplugged
	}
	wake := w.now + timeout
	if w.next < len(w.events) {
		wake = min(wake, time.Duration(w.events[w.next].Timestamp)+w.latency)
	}
	if w.goneAt > w.now {
		wake = min(wake, w.goneAt)
	}
	w.now = max(w.now, wake)
	if w.stall > 0 && w.rng.IntN(8) == 0 {
		w.now += time.Duration(w.rng.Int64N(int64(w.stall)))
	}
	return nil
}

func (w *world) Read(buf []uapi.LineEvent) (int, error) {
	if !w.plugged() {
		return 0, errUnplugged
	}
	last := w.next
	for last < len(w.events) && w.visible(last) {
		last++
	}
	w.next = max(w.next, last-EventBuffer) // the oldest are dropped
	n := 0
	for ; n < len(buf) && w.next < last; n++ {
		buf[n] = w.events[w.next]
		w.next++
		buf[n].LineSeqno = uint32(w.next) - w.base
	}
	return n, nil
}

func (w *world) Level() (bool, error) {
	if !w.plugged() {
		return false, errUnplugged
	}
	i, _ := slices.BinarySearchFunc(w.events, w.now+1, func(e uapi.LineEvent, at time.Duration) int {
		return int(time.Duration(e.Timestamp) - at)
	})
	if i == 0 {
		return w.level0, nil
	}
	return w.events[i-1].ID == uapi.LineEventRisingEdge, nil
}

func (w *world) Close() error { return nil }

// hand draws presses: bounce, hold, bounce, pause, and spikes in the pauses.
func (w *world) hand(presses int, hold, pause time.Duration) {
	at := w.now + time.Second
	between := func(from, to time.Duration) time.Duration { return from + time.Duration(w.rng.Int64N(int64(to-from))) }
	move := func(to bool) {
		w.raw = append(w.raw, rawEdge{to, at})
		for range w.rng.IntN(6) {
			at += between(time.Microsecond, 2*time.Millisecond)
			w.raw = append(w.raw, rawEdge{!to, at})
			at += between(time.Microsecond, 2*time.Millisecond)
			w.raw = append(w.raw, rawEdge{to, at})
		}
	}
	for range presses {
		if w.rng.IntN(3) == 0 {
			w.raw = append(w.raw, rawEdge{true, at}, rawEdge{false, at + between(time.Microsecond, Debounce)})
			at += between(60*time.Millisecond, pause)
		}
		move(true)
		at += between(20*time.Millisecond, hold)
		move(false)
		at += between(60*time.Millisecond, pause)
	}
	w.until = at + time.Minute
}

func (w *world) count() map[input.Kind]int {
	n := map[input.Kind]int{}
	for _, e := range w.got {
		n[e.Kind]++
	}
	return n
}
