package mcu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/creack/pty"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// TestFirmwareKeepsTheRulesOfPackageKey lets contacts chatter at random and
// compares the firmware with key.Step. What is shorter than 1.5 ms, or as near to
// a limit, is left out: the firmware looks once each ms.
func TestFirmwareKeepsTheRulesOfPackageKey(t *testing.T) {
	r := newRig(t, chip328, "")
	r.plug()
	r.host()
	r.run(time.Second)
	rng := rand.New(rand.NewPCG(7, 7))
	at, active := r.sim.now+100*ms, false
	var state key.State
	var want, changes []key.Change
	for range 2000 {
		active = !active
		r.sim.contact(0, active, at)
		state, changes = key.Step(key.Raw(), state, active, at)
		want = append(want, changes...)
		length := 3*ms/2 + time.Duration(rng.Int64N(int64(60*ms)))
		if rng.IntN(2) == 0 {
			length = 3*ms/2 + length/8
		}
		for _, limit := range []time.Duration{key.Settle, key.Release} {
			if (length - limit).Abs() < 3*ms/2 {
				length = limit + 2*ms
			}
		}
		at += length
	}
	_, changes = key.Advance(key.Raw(), state, at+time.Hour)
	want = slices.DeleteFunc(append(want, changes...), func(c key.Change) bool { return c.Kind == input.Stuck })
	r.run(at - r.sim.now + time.Second)
	if len(r.got) != len(want) || len(want) < 200 {
		t.Fatalf("%d events of the firmware, %d by the rules", len(r.got), len(want))
	}
	for i, e := range r.got {
		if off := e.At - r.base - want[i].At; e.Kind != want[i].Kind || off < -2*ms || off > 40*ms {
			t.Fatalf("event %d: %v, by the rules %s at %s: off by %s", i, e, want[i].Kind, want[i].At, off)
		}
	}
}

// TestOpenInRealTime uses nothing but what a terminal uses: Open, a path, the
// clock on the wall. What it asserts holds on a machine that stalls as well.
func TestOpenInRealTime(t *testing.T) {
	s := startSim(t, chip328, "")
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(Config{Path: tty.Name()})
	if err != nil {
		t.Fatal(err)
	}
	lamp, err := b.Lamp(GreenLamp)
	if err != nil {
		t.Fatal(err)
	}
	_ = lamp.Set(true) // before it is heard: shown once it is
	ended, over := make(chan struct{}), make(chan struct{})
	back := make(chan []byte)
	go readAll(master, back, over, ended)
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		_ = b.Close()
		if _, open := <-b.Events(); open {
			t.Error("an event after Close")
		}
		close(over)
		_ = tty.Close() // ends the reading of the other side
		<-ended
		_ = master.Close()
	}()
	s.contact(0, true, 500*ms)
	pressed, last := false, time.Now()
	for deadline := last.Add(time.Minute); !pressed || s.outputs != 2; {
		select {
		case octets := <-back:
			s.host(octets)
		case e := <-b.Events():
			pressed = pressed || e.Kind == input.Press && e.Key == input.Red
		case <-time.After(ms):
		}
		passed := min(time.Since(last), 20*ms).Truncate(time.Microsecond)
		last = time.Now()
		octets, err := s.run(passed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := master.Write(octets); err != nil {
			t.Fatal(err)
		}
		if last.After(deadline) {
			t.Fatalf("pressed %v, pins %04b, %+v", pressed, s.outputs, b.State())
		}
	}
}

func readAll(f *os.File, to chan<- []byte, over <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	for {
		buf := make([]byte, 256)
		n, err := f.Read(buf)
		if err != nil {
			return
		}
		select {
		case to <- buf[:n]:
		case <-over:
			return
		}
	}
}

func TestSettingsThatCanNeverWork(t *testing.T) {
	if _, err := Open(Config{}); err == nil {
		t.Error("a port without a path was opened")
	}
	b := newBoard(Config{Path: "/nowhere"})
	if _, err := b.Lamp("blue"); err == nil || fmt.Sprint(err) != `mcu: there is no output "blue"; there are: red, green, line, buzzer` {
		t.Errorf("a lamp that does not exist: %v", err)
	}
	b.out.close()
}
