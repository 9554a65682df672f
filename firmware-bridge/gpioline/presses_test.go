package gpioline

import (
	"errors"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/pinwatch"
	"huying/firmware-bridge/watch"

	"github.com/warthog618/go-gpiocdev/uapi"
	"periph.io/x/conn/v3/gpio"
)

func either(i int) finger { return []finger{red, green}[i%2] }

// human: a bounce at both ends, held and waited as people do.
func human(s *stand, n int) {
	for i := range n {
		s.press(either(i), 5, 2*ms, s.between(60*ms, 1500*ms))
		s.at += s.between(100*ms, 2*time.Second)
	}
	s.made = n
}

// taps: down for 20 ms and no longer.
func taps(s *stand, n int) {
	for i := range n {
		s.press(either(i), 0, ms, 20*ms)
		s.at += s.between(60*ms, 200*ms)
	}
	s.made = n
}

// dirty: contacts that chatter at both ends and break while they are held, for
// up to 22 ms: as long as key.Release, less what the kernel's ticks may add.
func dirty(s *stand, n int) {
	for i := range n {
		f := either(i)
		s.press(f, 12, 4*ms, 0, func() {
			s.at += s.between(40*ms, 200*ms)
			for range s.rng.IntN(5) {
				s.put(f, false)
				s.at += s.between(100*time.Microsecond, 22*ms)
				s.put(f, true)
				s.at += s.between(settled+ms, 100*ms) // shorter would be no contact for the kernel
			}
			s.at += settled
		})
		s.at += s.between(100*ms, 2*time.Second)
	}
	s.made = n
}

// interference: pulses of 100 µs on both lines, in and between presses.
func interference(s *stand, n int) {
	for i := range n {
		f := either(i)
		s.spikes(either(i+1), false, 3)
		s.spikes(f, false, 3)
		s.at += 60 * ms
		s.press(f, 2, ms, 0, func() {
			s.at += 30 * ms
			s.spikes(f, true, 3)
			s.at += 30 * ms
		})
		s.at += s.between(100*ms, 500*ms)
	}
	s.made = n
}

// stallFor is how long a process may stand still without losing a press.
const stallFor = 20 * time.Second

// quick is one press among many, about four of which take a second.
func (s *stand) quick(f finger, meanwhile ...func()) {
	s.press(f, 3, ms, s.between(60*ms, 150*ms), meanwhile...)
	s.at += s.between(80*ms, 200*ms)
}

// stalls: nobody reads the lines for 20 s, from the middle of a press on.
func stalls(s *stand, n int) {
	for i := range n {
		s.quick(either(i), func() {
			if i%100 == 0 {
				s.at += 40 * ms
				sleepUntil(s.at)
				s.stall.Store(int64(s.at + stallFor))
			}
		})
	}
	s.made = n
}

// deafness: the lines are read, but nobody takes the events for 20 s.
func deafness(s *stand, n int) {
	for i := range n {
		s.quick(either(i))
		if i%100 == 0 {
			s.deaf.Store(int64(s.at + stallFor))
		}
	}
	s.made = n
}

// stuck: something leans on a key, and the other key works all the same.
func stuck(s *stand, n int) {
	for i := range n {
		jammed, other := either(i), either(i+1)
		from := s.at
		s.press(jammed, 3, ms, 0, func() {
			s.wants(jammed.key, input.Stuck, from+key.StuckAfter, s.at+settled+key.StuckAfter)
			s.at += s.between(time.Second, 9*time.Second)
			s.press(other, 3, ms, s.between(60*ms, time.Second))
			s.at = from + s.between(11*time.Second, 30*time.Second)
			s.wants(jammed.key, input.Unstuck, s.at+key.Release, s.at+10*ms+settled+key.Release)
		})
		s.at += s.between(100*ms, time.Second)
	}
	s.made = 2 * n
}

// held: a hand is on the key when the reading begins.
func held(s *stand, n int) {
	for i := range n {
		f := either(i)
		s.at = input.Monotonic() + 100*ms
		s.put(f, true)
		s.at += 100 * ms
		sleepUntil(s.at)
		opened := input.Monotonic()
		s.session(plain, func() {
			s.wants(f.key, input.Press, opened, opened+settled)
			s.at += s.between(0, time.Second)
			up := s.at
			s.move(f, false, 3, ms)
			s.wants(f.key, input.Release, up+key.Release, s.at+settled+key.Release)
		})
	}
	s.made = n
}

// pluggable opens the red key on a chip of its own.
func pluggable(s *stand) input.Input {
	s.chip = newSimChip("huying-plug", "KEY")
	return s.watch(nil, func(src source) source { return &observed{src, s} }, red)
}

// observed tells when it wakes next.
type observed struct {
	source
	stand *stand
}

func (o *observed) Wait(timeout time.Duration) error {
	o.stand.wakes.Store(int64(input.Monotonic() + timeout))
	return o.source.Wait(timeout)
}

// pull unplugs the chip at a moment when nobody is about to ask it anything: a
// line that is closed while the kernel of Debian 12 is taking its chip away
// can spoil that kernel's memory (an entry of /proc/irq is freed before its
// parent is let go).
func (s *stand) pull() {
	const undisturbed = 300 * ms
	sleepUntil(s.at)
	for {
		wakes, now := time.Duration(s.wakes.Load()), input.Monotonic()
		if wakes > now+undisturbed {
			s.at = now
			break
		}
		sleepUntil(max(wakes, now) + 20*ms)
	}
	s.chip.unplug()
}

// seen is how late the loss of a chip or its return may be noticed: the kernel
// of Debian 12 wakes nobody who polls a chip that goes.
const seen = watch.CompareEvery + 50*ms

// replug: the chip goes and comes back, between presses, in the middle of one,
// and returns under a hand.
func replug(s *stand, n int) {
	for i := range n {
		switch i % 4 {
		case 0:
			s.quick(red)
			s.away(0, false)
		case 1: // down while it goes
			from := s.at
			s.put(red, true)
			s.wants(red.key, input.Press, from, s.at+settled)
			s.at += 100 * ms
			s.away(1, false)
		case 2: // down when it returns
			s.away(0, true)
		case 3:
			s.quick(red)
		}
	}
	s.made = n
}

// away takes the chip away for a while. releases is how many keys that were
// down count as let go by that.
func (s *stand) away(releases int, hand bool) {
	s.pull()
	gone := s.at
	s.wants(red.key, input.Fault, gone, gone+seen)
	for range releases {
		s.wants(red.key, input.Release, gone+key.Release, gone+seen+key.Release)
	}
	s.at += s.between(50*ms, 5*time.Second)
	sleepUntil(s.at)
	s.chip.plug()
	known := s.at + seen // also if it was away for so short a time that nobody noticed yet
	s.wants(red.key, input.Restored, s.at, known)
	if hand {
		from := s.at
		s.put(red, true)
		s.at = known + 100*ms
		s.wants(red.key, input.Press, from, known+settled)
		s.wants(red.key, input.Release, s.at+key.Release, s.at+settled+key.Release)
		s.put(red, false)
	}
	s.at = max(s.at, known) + 100*ms
}

// busy: another program has the line when the reading begins.
func busy(s *stand, n int) {
	for i := range n {
		f := either(i)
		rival, _, err := ask(s.chip.line(f.offset), func(offset int) uapi.LineRequest {
			r := lineRequest(offset)
			copy(r.Consumer[:], "rival\x00")
			r.Config.Flags = uapi.LineFlagV2Input
			return r
		})
		must(err)
		start := input.Monotonic()
		s.wants(f.key, input.Fault, start, start+100*ms)
		s.session(plain, func() {
			must(unix.Close(rival))
			s.wants(f.key, input.Restored, s.at, s.at+seen)
			s.at += seen
			s.quick(f)
			if _, _, err := ask(s.chip.line(f.offset), lineRequest); !errors.Is(err, unix.EBUSY) ||
				!strings.Contains(err.Error(), consumer) {
				s.complain("a rival was told %v", err)
			}
		})
	}
	s.made = n
}

// changeOver opens the red key with both its contacts, which connect their
// lines to ground; one line is pulled up for the hand, the other not.
func changeOver(s *stand) input.Input {
	s.chip = newSimChip("huying-wire", "KEY", "REST")
	s.chip.set(0, true)
	k, err := Open(KeyLine{Key: input.Red, Line: s.chip.line(0), ActiveLow: true, Rest: s.chip.line(1)})
	must(err)
	return k
}

// wires: the wire of the resting contact is cut now and then, or both are
// short, and presses count all the same.
func wires(s *stand, n int) {
	pressed := finger{input.Red, 0, true}
	rest := func(closed bool) { s.put(finger{input.Red, 1, true}, closed) }
	for i := range n {
		whole := i%5 != 0
		if !whole { // cut, and found before the next press
			rest(false)
			// The last look may have met the contacts of a press in passing.
			s.wants(input.Red, input.Fault, s.at+key.BrokenAfter-watch.CompareEvery, s.at+key.BrokenAfter+2*seen)
			s.at += key.BrokenAfter + 2*seen
		}
		if whole {
			rest(false) // the plunger leaves it
		}
		s.press(pressed, 3, ms, s.between(60*ms, time.Second))
		rest(true)
		if !whole {
			s.wants(input.Red, input.Restored, s.at+key.BrokenAfter, s.at+key.BrokenAfter+2*seen)
			s.at += key.BrokenAfter + 2*seen
		}
		s.at += s.between(200*ms, time.Second)
		if i%5 == 2 { // something leans on it for long: a resting contact may be open then
			from := s.at
			rest(false)
			s.press(pressed, 3, ms, 0, func() {
				s.wants(input.Red, input.Stuck, from+key.StuckAfter, s.at+settled+key.StuckAfter)
				s.at = from + 12*time.Second
				s.wants(input.Red, input.Unstuck, s.at+key.Release, s.at+10*ms+settled+key.Release)
			})
			rest(true)
			s.at += 200 * ms
			s.made++
		}
	}
	s.made += n
}

// lamps: each setting is measured at the wire; sometimes the chip was away.
func lamps(s *stand, n int) {
	s.chip = newSimChip("huying-lamps", "LAMP", "BUZZER")
	fingers := []finger{{offset: 0}, {offset: 1, activeLow: true}}
	outputs := make([]*Output, len(fingers))
	for i, f := range fingers {
		o, err := OpenOut(s.chip.line(f.offset), f.activeLow)
		must(err)
		defer o.Close()
		outputs[i] = o
	}
	for i := range n {
		good := true
		for j, o := range outputs {
			on, start := s.rng.IntN(2) == 0, input.Monotonic()
			good = s.told(o, o.Set(on), "set") && good
			s.slowest = max(s.slowest, input.Monotonic()-start)
			if i%20 == 19 && j == i/20%2 {
				s.blink(o)
			}
			lit, err := o.ReadBack()
			good = s.told(o, errors.Join(err, o.Err()), "read back") && good
			if high := s.chip.high(fingers[j].offset); lit != on || high == (on == fingers[j].activeLow) {
				s.complain("%s set %t reads %t, the wire is high: %t", o, on, lit, high)
				good = false
			}
		}
		if good {
			s.counted++
		}
	}
	s.made = n
}

func (s *stand) told(o *Output, err error, what string) bool {
	if err != nil {
		s.complain("%s: %s: %v", o, what, err)
	}
	return err == nil
}

// blink takes the chip of a lamp away and waits until it is driven again.
func (s *stand) blink(o *Output) {
	s.chip.unplug()
	sleepUntil(input.Monotonic() + seen)
	if o.Err() == nil {
		s.complain("the absence of the chip was not told")
	}
	s.chip.plug()
	sleepUntil(input.Monotonic() + seen)
}

// watched reads the same lines as plain periph.io pins.
func watched(s *stand) input.Input {
	s.late = key.Settle + 2*ms // it debounces a second time
	var pins []pinwatch.Pin
	for _, f := range []finger{red, green} {
		pins = append(pins, pinwatch.Pin{Key: f.key, In: NewPin(s.chip.line(f.offset)), Pull: gpio.PullNoChange, ActiveLow: f.activeLow})
	}
	in, err := pinwatch.Open(pins...)
	must(err)
	return in
}
