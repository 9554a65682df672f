package gpioline

import (
	"errors"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// settled is how late an edge may be after the last bounce: the kernel counts
// its debounce in ticks of 4 ms (CONFIG_HZ=250), rounds up to two of them and
// its timer wheel adds one, which makes 8 to 12 ms of Debounce's 5; and a
// little for the instructions until then.
const settled = 14 * time.Millisecond

// hand presses keys at the wires of a simChip and keeps what must come of it.
type hand struct {
	chip   *simChip
	rng    *rand.Rand
	at     time.Duration // what is done next is done at this time
	expect []expected
	late   time.Duration // how much later than the kernel the reader may be
}

// expected is an event that must come, at a time between two.
type expected struct {
	key      input.Key
	kind     input.Kind
	from, to time.Duration
}

// finger is how a key is wired.
type finger struct {
	key       input.Key
	offset    int
	activeLow bool
}

var (
	red   = finger{input.Red, 0, false}
	green = finger{input.Green, 1, true}
)

// line is how a kiosk's settings name the key's wire.
func (h *hand) line(f finger) KeyLine {
	return KeyLine{Key: f.key, Line: h.chip.line(f.offset), ActiveLow: f.activeLow}
}

// between draws a time.
func (h *hand) between(from, to time.Duration) time.Duration {
	return from + time.Duration(h.rng.Int64N(int64(to-from)))
}

// put makes or breaks a contact at h.at, or now if that is over.
func (h *hand) put(f finger, down bool) {
	sleepUntil(h.at)
	h.at = input.Monotonic()
	h.chip.set(f.offset, down != f.activeLow)
}

// sleepUntil sleeps by the kernel's own timer: the language's would round to
// milliseconds.
func sleepUntil(at time.Duration) {
	ts := unix.NsecToTimespec(int64(at))
	for errors.Is(unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil), unix.EINTR) {
	}
}

// move makes or breaks a contact that bounces up to n times.
func (h *hand) move(f finger, down bool, n int, longest time.Duration) {
	h.put(f, down)
	for range h.rng.IntN(n + 1) {
		h.at += h.between(20*time.Microsecond, longest)
		h.put(f, !down)
		h.at += h.between(20*time.Microsecond, longest)
		h.put(f, down)
	}
}

// wants expects an event between two times.
func (h *hand) wants(k input.Key, kind input.Kind, from, to time.Duration) {
	h.expect = append(h.expect, expected{k, kind, from, to})
}

// press is one press of a hand as bouncing says, with hold in the middle and
// whatever happens meanwhile.
func (h *hand) press(f finger, bounces int, longest, hold time.Duration, meanwhile ...func()) {
	from := h.at
	h.move(f, true, bounces, longest)
	h.wants(f.key, input.Press, from, h.at+settled+h.late)
	down := h.at
	for _, do := range meanwhile {
		do()
	}
	h.at = max(h.at, down+hold)
	up := h.at
	h.move(f, false, bounces, longest)
	h.wants(f.key, input.Release, up+key.Release, h.at+settled+key.Release+h.late)
}

// spikes are n pulses of 100 µs against the level of a key.
func (h *hand) spikes(f finger, down bool, n int) {
	for range n {
		h.at += h.between(time.Millisecond, 80*time.Millisecond)
		h.put(f, !down)
		h.at += 100 * time.Microsecond
		h.put(f, down)
	}
	h.at += 5 * time.Millisecond
}
