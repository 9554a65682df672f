package mcu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// resets are the ways in which a microcontroller starts again, by the command
// of the simulator, and how long a key must be held to be seen after it: the
// watchdog strikes 250 ms after the firmware has stopped looking at the keys.
var resets = map[string]struct {
	reset func(*sim)
	hold  time.Duration
}{
	"reset pin": {func(s *sim) { s.send('X') }, 200 * ms},
	"watchdog":  {func(s *sim) { s.send('W') }, 500 * ms},
	"power":     {func(s *sim) { s.send('P', uint32(s.now)) }, 200 * ms},
}

// TestResetInMidPressIsOnePress pulls the reset at every stage of a press.
func TestResetInMidPressIsOnePress(t *testing.T) {
	for how, c := range resets {
		t.Run(how, func(t *testing.T) {
			r := newRig(t, chip328, "")
			r.step = time.Millisecond
			r.plug()
			r.host()
			r.run(time.Second)
			n := 0
			for off := -10 * ms; off < c.hold+60*ms; off += 13 * ms {
				at := r.sim.now + 50*ms
				r.sim.contact(n%2, true, at)
				r.sim.contact(n%2, false, at+c.hold)
				r.run(50*ms + off)
				c.reset(r.sim)
				r.run(2 * time.Second)
				n++
				if p, u := r.count(input.Press), r.count(input.Release); p != n || u != n || len(r.got) != 2*n {
					t.Fatalf("reset %s after the contact closed: %v", off, r.got)
				}
			}
			s := r.board.State()
			if s.Boot != n+1 || !strings.Contains(s.Reset, how) {
				t.Errorf("%d resets by the %s were told as %+v", n, how, s)
			}
		})
	}
}

// tapBeforeReset taps a key for 12 ms and resets the chip 2 ms after the press
// counted: before the host can have it, and with the key up again when the
// firmware looks at it next.
func tapBeforeReset(t *testing.T, flags string) *rig {
	r := newRig(t, chip328, flags)
	r.step = time.Millisecond
	r.plug()
	r.host()
	r.run(time.Second)
	at := r.sim.now + 10*ms
	r.sim.contact(0, true, at)
	r.sim.contact(0, false, at+12*ms)
	r.run(19 * ms)
	r.sim.send('X')
	r.run(2 * time.Second)
	return r
}

func TestATapJustBeforeAResetCounts(t *testing.T) {
	tapBeforeReset(t, "").want(input.Red, "press", "release")
	if got := tapBeforeReset(t, "-DKEEP_OVER_RESET=0").kinds(input.Red); len(got) != 0 {
		t.Errorf("without kept memory: %v; so this test proves nothing", got)
	}
}

func TestUnpluggedIsAFaultAndHealed(t *testing.T) {
	r := newRig(t, chip328, "")
	r.noise = badLine(3)
	r.plug()
	r.host()
	r.run(2 * time.Second)
	r.unplug()
	r.run(2 * time.Second)
	r.want(input.Red, "fault")
	r.want(input.Green, "fault")
	if err := r.lamp(RedLamp).Set(true); err != ErrAway {
		t.Errorf("a lamp that cannot be reached was set: %v", err)
	}
	end := hand(r.sim, rand.New(rand.NewPCG(1, 1)), 10) // the board has power from elsewhere
	r.run(end - r.sim.now + time.Second)
	if r.sim.outputs&(1<<3) != 0 {
		t.Error("the buzzer is on")
	}
	r.plug()
	r.run(3 * time.Second)
	if p := r.count(input.Press); p != 10 || r.kinds(input.Red)[1] != "restored" || r.count(input.Restored) != 2 {
		t.Errorf("after the cable was in again: %v", r.got)
	}
	if r.sim.outputs != 1 || r.lamp(RedLamp).Set(true) != nil {
		t.Errorf("the lamp set meanwhile is not shown: %04b", r.sim.outputs)
	}
	r.unplug() // and its power with it
	r.run(3 * time.Second)
	r.plug()
	r.sim.send('P', uint32(9))
	r.run(3 * time.Second)
	end = hand(r.sim, rand.New(rand.NewPCG(1, 1)), 10)
	r.run(end - r.sim.now + time.Second)
	if p := r.count(input.Press); p != 20 || r.count(input.Fault) != 4 || r.count(input.Restored) != 4 {
		t.Errorf("after it had its power again: %v", r.got)
	}
}

func TestAPortThatIsAbsentOrSilentIsAFaultUntilItSpeaks(t *testing.T) {
	r := newRig(t, chip328, "")
	r.host()
	r.run(3 * time.Second)
	r.want(input.Red, "fault")
	r.plug()
	r.run(3 * time.Second)
	r.want(input.Red, "fault", "restored")
	r.noise.lost = 1
	r.run(5 * time.Second)
	r.want(input.Red, "fault", "restored", "fault")
	r.noise.lost, r.noise.broken = 0, 1
	r.run(10 * time.Second)
	last := r.got[len(r.got)-1].Detail
	r.noise.broken = 0
	r.run(10 * time.Second)
	r.want(input.Red, "fault", "restored", "fault", "restored")
	r.want(input.Green, "fault", "restored", "fault", "restored")
	if !strings.Contains(last, "no valid frame") {
		t.Errorf("the fault says %q", last)
	}
}

func TestLampsAreReadBackFromThePins(t *testing.T) {
	for _, chip := range []string{chip328, chip2560} {
		r := newRig(t, chip, "")
		r.noise = badLine(4)
		r.plug()
		r.host()
		r.run(time.Second)
		for i, name := range lampNames {
			for _, on := range []bool{true, false} {
				if err := r.lamp(name).Set(on); err != nil {
					t.Fatal(err)
				}
				asked := r.sim.now
				r.run(time.Second)
				want := uint8(0)
				if on {
					want = 1 << i
				}
				if r.sim.outputs != want {
					t.Fatalf("%s: %s set to %v: the pins show %04b", chip, name, on, r.sim.outputs)
				}
				if d := r.sim.changes[len(r.sim.changes)-1].at - asked; d > 400*ms {
					t.Errorf("%s: %s needed %s", chip, name, d)
				}
			}
		}
		if err := r.lamp(GreenLamp).Show(0x00ff); err != nil { // a second on, a second off
			t.Fatal(err)
		}
		r.run(5 * time.Second)
		c := r.sim.changes[len(r.sim.changes)-2:]
		if c[0].outputs|c[1].outputs != 2 || (c[1].at-c[0].at-8*PatternStep).Abs() > 2*ms {
			t.Errorf("%s: the pattern shows as %v", chip, c)
		}
	}
}

func TestHostLostPattern(t *testing.T) {
	r := newRig(t, chip2560, "")
	r.plug()
	r.host()
	r.run(time.Second)
	_ = r.lamp(LineLamp).Set(true)
	_ = r.lamp(Buzzer).Set(true)
	r.run(time.Second)
	r.dropHost()
	lost := r.sim.now
	r.sim.changes = nil
	r.run(12 * time.Second)
	flashes := map[uint8]int{}
	for i, c := range r.sim.changes {
		flashes[c.outputs]++
		if i == 0 && (c.at-lost < 4700*ms || c.at-lost > 5100*ms || c.outputs&0b1100 != 0) {
			t.Errorf("the host is lost after %s, and the pins show %04b", c.at-lost, c.outputs)
		}
	}
	if flashes[1] < 5 || flashes[2] < 5 || flashes[0]+flashes[1]+flashes[2] != len(r.sim.changes) {
		t.Errorf("red and green do not flash by turns: %v", r.sim.changes)
	}
	r.unplug() // the port of a host that has ended is free
	r.plug()
	r.host()
	_ = r.lamp(LineLamp).Set(true)
	r.run(time.Second)
	if r.sim.outputs != 1<<2 || r.board.State().HostLost {
		t.Errorf("the new host's lamps show as %04b; %+v", r.sim.outputs, r.board.State())
	}
}

func TestFullRingIsTold(t *testing.T) {
	r := newRig(t, chip328, "")
	r.plug()
	r.host()
	r.run(time.Second)
	r.dropHost()
	end := hand(r.sim, rand.New(rand.NewPCG(2, 2)), 100)
	r.run(end - r.sim.now)
	r.host()
	r.run(3 * time.Second)
	var over []string
	for _, e := range r.got {
		if e.Kind == input.Overrun {
			over = append(over, fmt.Sprintf("%s %d", e.Key, e.N))
		}
	}
	if fmt.Sprint(over) != "[red 136 green 136]" || r.count(input.Press) != 32 {
		t.Errorf("200 events, 64 kept: %d presses and overruns of %v", r.count(input.Press), over)
	}
	end = hand(r.sim, rand.New(rand.NewPCG(2, 2)), 10)
	r.run(end - r.sim.now + time.Second)
	if r.count(input.Press) != 42 {
		t.Errorf("after it: %d presses", r.count(input.Press))
	}
}

// TestAHostThatDiesLeavesPressesToTheNext: what nobody has received was not
// acknowledged.
func TestAHostThatDiesLeavesPressesToTheNext(t *testing.T) {
	r := newRig(t, chip328, "")
	r.plug()
	r.host()
	r.run(time.Second)
	r.deaf = true
	end := hand(r.sim, rand.New(rand.NewPCG(3, 3)), 10)
	r.run(end - r.sim.now + time.Second)
	r.dropHost()
	r.run(time.Second)
	r.deaf = false
	r.host()
	r.run(time.Second)
	if r.count(input.Press) != 10 || r.count(input.Release) != 10 {
		t.Errorf("got %v", r.got)
	}
}

func TestASleepingReaderLosesNothing(t *testing.T) {
	r := newRig(t, chip328, "")
	r.noise = badLine(6)
	r.plug()
	r.host()
	r.run(time.Second)
	r.deaf = true
	end := hand(r.sim, rand.New(rand.NewPCG(4, 4)), 300)
	r.run(end - r.sim.now)
	r.deaf = false
	r.run(5 * time.Second)
	if r.count(input.Press) != 300 || len(r.got) != 600 {
		t.Errorf("%d of 300 presses, %d events", r.count(input.Press), len(r.got))
	}
}

func TestStuckAndHeldAtStart(t *testing.T) {
	r := newRig(t, chip328, "")
	r.sim.contact(1, true, 0)
	r.sim.contact(0, true, 3*time.Second)
	r.sim.contact(0, false, 15*time.Second)
	r.plug()
	r.host()
	r.run(20 * time.Second)
	r.want(input.Red, "press", "stuck", "unstuck", "release")
	r.want(input.Green, "press", "stuck")
	for _, e := range r.got {
		if want := map[input.Key]input.Reason{input.Red: input.ByEdge, input.Green: input.ByLevel}; e.Kind == input.Press && e.Reason != want[e.Key] {
			t.Errorf("%v", e)
		}
	}
	var at [2]time.Duration
	for _, e := range r.got {
		if e.Key == input.Red {
			switch e.Kind {
			case input.Press:
				at[0] = e.At
			case input.Stuck:
				at[1] = e.At
			}
		}
	}
	if d := at[1] - at[0]; d != key.StuckAfter {
		t.Errorf("stuck after %s", d)
	}
	if d := at[0] - r.base - 3*time.Second - key.Settle; d.Abs() > 30*ms {
		t.Errorf("the press is told %s from when it was", d)
	}
}
