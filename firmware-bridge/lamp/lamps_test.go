package lamp_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
)

// bulb is an output that remembers; all times are since it was made.
type bulb struct {
	made time.Time
	mu   sync.Mutex
	on   bool
	at   []time.Duration // of each change
	err  error
	slow time.Duration
	hang chan struct{}
}

func newBulb() *bulb { return &bulb{made: time.Now()} }

func (b *bulb) Set(on bool) error {
	b.mu.Lock()
	hang, slow, err := b.hang, b.slow, b.err
	if err == nil && hang == nil && on != b.on {
		b.on = on
		b.at = append(b.at, time.Since(b.made))
	}
	b.mu.Unlock()
	if hang != nil {
		<-hang
	}
	time.Sleep(slow) // virtual time
	return err
}

func (b *bulb) change(f func()) { b.mu.Lock(); defer b.mu.Unlock(); f() }

func (b *bulb) lit() bool {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.on
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() }

func TestSwitchesDoNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow, rounds = 37 * ms, 5000
		b := newBulb()
		b.slow = slow
		r := lamp.NewRunner(b, nil)
		r.Start()
		r.Show(lamp.Again(200*ms, 200*ms))
		wait(rounds * 400 * ms)
		r.Stop()
		if len(b.at) < 2*rounds {
			t.Fatalf("%d switches in %d rounds", len(b.at), rounds)
		}
		for i, at := range b.at[:2*rounds] {
			if late := at - time.Duration(i)*200*ms; late != 0 {
				t.Fatalf("switch %d came at %v, %v late", i, at, late)
			}
		}
	})
}

func TestTheSamePatternGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulb()
		r := lamp.NewRunner(b, nil)
		r.Start()
		defer r.Stop()
		for range 100 { // a page that is shown ten times a second
			r.Show(lamp.Again(300*ms, 700*ms))
			wait(100 * ms)
		}
		b.change(func() {
			if len(b.at) != 21 || b.at[19] != 9300*ms {
				t.Errorf("switched at %v", b.at)
			}
		})
	})
}

func TestAFailingOutputIsToldOfAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, broken := newBulb(), errors.New("no such chip")
		b.err = broken
		var heard []error
		r := lamp.NewRunner(b, func(err error) { heard = append(heard, err) })
		r.Show(lamp.Steady())
		r.Start()
		defer r.Stop()
		wait(5 * time.Second)
		if len(heard) != 1 || !errors.Is(heard[0], broken) {
			t.Fatalf("heard %v", heard)
		}
		b.change(func() { b.err = nil })
		wait(time.Second)
		if len(heard) != 2 || heard[1] != nil || !b.lit() {
			t.Errorf("heard %v, lit %t", heard, b.lit())
		}
		b.change(func() { b.err, b.on = broken, false }) // unplugged while nothing changes
		wait(time.Second)
		if len(heard) != 3 {
			t.Errorf("a lamp that broke while it was lit: heard %v", heard)
		}
	})
}

func TestAHangingOutputDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		red, green := newBulb(), newBulb()
		hang := make(chan struct{})
		red.hang = hang
		var mu sync.Mutex
		heard := map[lamp.Name][]error{}
		l := lamp.NewLamps([]lamp.Fixture{{Name: lamp.Red, Out: red}, {Name: lamp.Green, Out: green}}, func(f lamp.Fixture, err error) {
			mu.Lock()
			defer mu.Unlock()
			heard[f.Name] = append(heard[f.Name], err)
		})
		l.Start()
		began := time.Now()
		l.Pressed(input.Red)
		l.Show(lamp.Scene{Red: lamp.Sending, Green: lamp.OtherKey})
		if d := time.Since(began); d != 0 {
			t.Errorf("a press waited %v for a lamp", d)
		}
		if !green.lit() {
			t.Error("the other lamp waits too")
		}
		wait(3 * time.Second)
		mu.Lock()
		if got := heard[lamp.Red]; len(got) != 1 || !errors.Is(got[0], lamp.ErrHangs) || len(heard[lamp.Green]) != 0 {
			t.Errorf("heard %v", heard)
		}
		mu.Unlock()
		began = time.Now()
		l.Stop()
		if d := time.Since(began); d != time.Second {
			t.Errorf("stopping took %v", d)
		}
		close(hang)
		synctest.Wait()
		if green.lit() {
			t.Error("a stopped lamp is lit")
		}
	})
}

// Feedback within 200 ms: whatever a lamp shows, a press is seen on it.
func TestAPressIsSeenAtOnce(t *testing.T) {
	for _, s := range lamp.Signals() {
		synctest.Test(t, func(t *testing.T) {
			red, buzzer := newBulb(), newBulb() // the buzzer stays silent: the call may become a quiet one
			l := lamp.NewLamps([]lamp.Fixture{{Name: lamp.Red, Out: red}, {Name: lamp.Buzzer, Out: buzzer}}, nil)
			l.Show(lamp.Scene{Red: s})
			l.Start()
			defer l.Stop()
			wait(1010 * ms)
			began := time.Since(red.made)
			l.Pressed(input.Red)
			wait(0)
			seen := false
			red.change(func() {
				for _, at := range red.at {
					seen = seen || at == began
				}
			})
			wait(200 * ms)
			if !seen || !red.lit() {
				t.Errorf("%s: seen at once %t, lit 200 ms later %t", s, seen, red.lit())
			}
			wait(time.Second)
			if len(buzzer.at) > 0 {
				t.Errorf("%s: the buzzer sounds", s)
			}
		})
	}
}

// A wink must not shift what it covers.
func TestAPatternKeepsItsTimeUnderAWink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulb()
		l := lamp.NewLamps([]lamp.Fixture{{Name: lamp.Red, Out: b}}, nil)
		l.Show(lamp.Scene{Red: lamp.Rating})
		l.Start()
		defer l.Stop()
		wait(50 * ms)
		l.Pressed(input.Red) // off at 50, on at 110, and the pattern again from 350
		wait(3 * time.Second)
		b.change(func() {
			want := []time.Duration{0, 50 * ms, 110 * ms, 800 * ms, 1600 * ms, 2400 * ms}
			for i := range want {
				if b.at[i] != want[i] {
					t.Fatalf("switched at %v, want %v", b.at, want)
				}
			}
		})
	})
}

func TestAQuietCallIsDarkAndSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		red, green, buzzer := newBulb(), newBulb(), newBulb()
		l := lamp.NewLamps([]lamp.Fixture{{Name: lamp.Red, Out: red}, {Name: lamp.Green, Out: green}, {Name: lamp.Buzzer, Out: buzzer}}, nil)
		l.Show(lamp.Scene{Red: lamp.Idle, Green: lamp.Sending})
		l.Start()
		defer l.Stop()
		l.Pressed(input.Green)
		wait(70 * ms)
		l.Show(lamp.Scene{Red: lamp.Placed, Green: lamp.Placed, Buzzer: lamp.Stored, Hush: true})
		if red.lit() || green.lit() || buzzer.lit() {
			t.Error("something goes on")
		}
		n := len(green.at)
		l.Pressed(input.Green)
		wait(10 * time.Second)
		if len(green.at) != n {
			t.Errorf("the lamp switched at %v", green.at[n:])
		}
	})
}

func TestStopWithoutStartAndTwice(t *testing.T) {
	l := lamp.NewLamps([]lamp.Fixture{{Name: lamp.Red, Out: newBulb()}}, nil)
	l.Stop()
	l.Stop()
}
