package pinwatch_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/pinwatch"
)

// hand presses one pin in virtual time, with bounces.
type hand struct {
	pin *gpiotest.Pin
	rng *rand.Rand
}

func newHand(name string, seed uint64) *hand {
	return &hand{
		pin: &gpiotest.Pin{N: name, EdgesChan: make(chan gpio.Level)},
		rng: rand.New(rand.NewPCG(seed, 1)),
	}
}

func (h *hand) between(from, to time.Duration) time.Duration {
	return from + time.Duration(h.rng.Int64N(int64(to-from)))
}

// set wires active low: pressing pulls the pin to ground.
func (h *hand) set(active bool) { h.pin.EdgesChan <- gpio.Level(!active) }

// bounce moves the contact to a level through up to n breaks.
func (h *hand) bounce(to bool, n int) {
	h.set(to)
	for range h.rng.IntN(n + 1) {
		time.Sleep(h.between(time.Microsecond, 2*time.Millisecond))
		h.set(!to)
		time.Sleep(h.between(time.Microsecond, 2*time.Millisecond))
		h.set(to)
	}
}

func (h *hand) spike() {
	h.set(true)
	time.Sleep(h.between(time.Microsecond, key.Settle))
	h.set(false)
	time.Sleep(h.between(key.Release+time.Millisecond, time.Second))
}

func (h *hand) press() {
	h.bounce(true, 6)
	time.Sleep(h.between(20*time.Millisecond, 2*time.Second))
	h.bounce(false, 6)
	time.Sleep(h.between(key.Release+time.Millisecond, time.Minute))
}

func open(t *testing.T, red, green *hand) *pinwatch.Keys {
	t.Helper()
	keys, err := pinwatch.Open(
		pinwatch.Pin{Key: input.Red, In: red.pin, Pull: gpio.PullUp, ActiveLow: true},
		pinwatch.Pin{Key: input.Green, In: green.pin, Pull: gpio.PullUp, ActiveLow: true})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestThousandsOfBouncingPresses presses both keys at once, each bouncing by a
// seed of its own, with spikes between the presses: every press counts, and
// nothing else does.
func TestThousandsOfBouncingPresses(t *testing.T) {
	const presses = 4000
	synctest.Test(t, func(t *testing.T) {
		red, green := newHand("red", 1), newHand("green", 2)
		keys := open(t, red, green)
		got := map[input.Key]map[input.Kind]int{input.Red: {}, input.Green: {}}
		read := make(chan struct{})
		go func() {
			defer close(read)
			for e := range keys.Events() {
				got[e.Key][e.Kind]++
			}
		}()
		done := make(chan struct{})
		for _, h := range []*hand{red, green} {
			go func() {
				defer func() { done <- struct{}{} }()
				for range presses {
					if h.rng.IntN(3) == 0 {
						h.spike()
					}
					h.press()
				}
			}()
		}
		<-done
		<-done
		synctest.Wait()
		if err := keys.Close(); err != nil {
			t.Error(err)
		}
		<-read
		for k, n := range got {
			if n[input.Press] != presses || n[input.Release] != presses || len(n) != 2 {
				t.Errorf("%s: %v, want %d presses and releases and nothing else", k, n, presses)
			}
		}
	})
}

func TestHeldAtStartThenStuckWhileTheOtherWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		red, green := newHand("red", 1), newHand("green", 2)
		held := heldPin{red.pin}
		keys, err := pinwatch.Open(
			pinwatch.Pin{Key: input.Red, In: held, Pull: gpio.PullUp, ActiveLow: true},
			pinwatch.Pin{Key: input.Green, In: green.pin, Pull: gpio.PullUp, ActiveLow: true})
		if err != nil {
			t.Fatal(err)
		}
		defer keys.Close()
		next := func(k input.Key, kind input.Kind) input.Event {
			t.Helper()
			e := <-keys.Events()
			if e.Key != k || e.Kind != kind {
				t.Fatalf("got %v, want %s %s", e, k, kind)
			}
			return e
		}
		if e := next(input.Red, input.Press); e.Reason != input.ByLevel {
			t.Errorf("held at start came %v", e)
		}
		next(input.Red, input.Stuck)
		go green.press()
		next(input.Green, input.Press)
		next(input.Green, input.Release)
		red.set(false)
		next(input.Red, input.Unstuck)
		next(input.Red, input.Release)
		go red.press()
		next(input.Red, input.Press)
		next(input.Red, input.Release)
		time.Sleep(time.Hour) // virtual: lets the hands finish
	})
}

// heldPin is down before anybody looks: gpiotest's In would raise it.
type heldPin struct{ *gpiotest.Pin }

func (p heldPin) In(gpio.Pull, gpio.Edge) error {
	p.Lock()
	defer p.Unlock()
	p.L = gpio.Low
	return nil
}

func TestLostEdgeIsFoundWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		red, green := newHand("red", 1), newHand("green", 2)
		keys := open(t, red, green)
		defer keys.Close()
		synctest.Wait()
		start := time.Now()
		if err := red.pin.Out(gpio.Low); err != nil { // the level changes and no edge comes
			t.Fatal(err)
		}
		e := <-keys.Events()
		if e.Kind != input.Press || e.Reason != input.ByLevel || time.Since(start) > time.Second+key.Settle {
			t.Errorf("%v after %s", e, time.Since(start))
		}
	})
}

func TestPinThatCannotBeAnInputIsAnError(t *testing.T) {
	if _, err := pinwatch.Open(pinwatch.Pin{Key: input.Red, In: gpio.INVALID}); err == nil {
		t.Error("no error")
	}
	if _, err := pinwatch.Open(pinwatch.Pin{Key: "blue", In: &gpiotest.Pin{}}); err == nil {
		t.Error("no error for an unknown key")
	}
}
