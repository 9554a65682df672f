package mcu

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"huying/firmware-bridge/input"
)

// The full proof asks for more: see tools/prove.
var (
	presses = flag.Int("presses", 200, "presses in each trial on a bad line")
	trials  = flag.Int("trials", 1, "trials on a bad line, on each chip")
	figures = flag.String("figures", "", "a file to which each trial on a bad line appends its figures, for the proof")
)

const ms = time.Millisecond

// hand writes presses of both keys by turns into the simulator, with bounces
// at both ends and spikes between them, and returns when it is done.
func hand(s *sim, rng *rand.Rand, n int) (end time.Duration) {
	between := func(a, b time.Duration) time.Duration { return a + time.Duration(rng.Int64N(int64(b-a))) }
	at := s.now + 300*ms
	bounce := func(key int, to bool) {
		for range rng.IntN(4) {
			s.contact(key, to, at)
			at += between(100*time.Microsecond, 4*ms)
			s.contact(key, !to, at)
			at += between(100*time.Microsecond, 4*ms)
		}
		s.contact(key, to, at)
	}
	for i := range n {
		key := i % 2
		if rng.IntN(4) == 0 { // interference
			s.contact(key, true, at)
			s.contact(key, false, at+between(100*time.Microsecond, 4*ms))
			at += 40 * ms
		}
		bounce(key, true)
		at += between(20*ms, 300*ms)
		bounce(key, false)
		at += between(60*ms, 500*ms)
	}
	return at
}

func (r *rig) count(k input.Kind) (n int) {
	for _, e := range r.got {
		if e.Kind == k {
			n++
		}
	}
	return n
}

// kinds lists what happened, key by key.
func (r *rig) kinds(k input.Key) (out []string) {
	for _, e := range r.got {
		if e.Key == k {
			out = append(out, string(e.Kind))
		}
	}
	return out
}

// want compares what happened to one key.
func (r *rig) want(k input.Key, kinds ...string) {
	r.t.Helper()
	if got := fmt.Sprint(r.kinds(k)); got != fmt.Sprint(kinds) {
		r.t.Errorf("%s key: got %s, want %v", k, got, kinds)
	}
}

// badLine loses one octet in a hundred, changes some and makes some up.
func badLine(seed uint64) noise {
	return noise{rng: rand.New(rand.NewPCG(seed, 5)), lost: 0.01, broken: 0.002, more: 0.002}
}

// badLineTrial presses on a bad line, with the red lamp on and the others out,
// and returns what went wrong.
func badLineTrial(r *rig, seed uint64, n int, change ...func(*Board)) (wrong []string) {
	r.noise = badLine(seed)
	r.plug()
	r.host(change...)
	r.run(500 * ms)
	_ = r.lamp(RedLamp).Set(true)
	r.run(time.Second)
	r.sim.changes = nil
	end := hand(r.sim, rand.New(rand.NewPCG(seed, 9)), n)
	r.run(end - r.sim.now + 3*time.Second)
	for _, k := range []input.Kind{input.Press, input.Release} {
		if got := r.count(k); got != n {
			wrong = append(wrong, fmt.Sprintf("%d of %d %s", got, n, k))
		}
	}
	if len(r.got) != 2*n {
		wrong = append(wrong, fmt.Sprintf("%d events instead of %d", len(r.got), 2*n))
	}
	if len(r.sim.changes) > 0 || r.sim.outputs != 1 {
		wrong = append(wrong, fmt.Sprintf("lamps that nobody asked for: %v", r.sim.changes))
	}
	return wrong
}

func (r *rig) lamp(name string) *Lamp {
	r.t.Helper()
	l, err := r.board.Lamp(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return l
}

// TestEveryPressCountsOnABadLine is what the whole is for.
func TestEveryPressCountsOnABadLine(t *testing.T) {
	for _, chip := range []string{chip328, chip2560} {
		for trial := range *trials {
			t.Run(fmt.Sprintf("%s/%d", chip, trial), func(t *testing.T) {
				r := newRig(t, chip, "")
				for _, w := range badLineTrial(r, uint64(trial), *presses) {
					t.Error(w)
				}
				t.Logf("%d octets lost, %d changed; worst press to reader %s; %+v",
					r.noise.dropped, r.noise.changed, r.slowest, r.board.State())
				report(t, r)
			})
		}
	}
}

// report appends: presses made, presses counted, octets lost or changed, the
// longest from the counted press to the reader in us.
func report(t *testing.T, r *rig) {
	if *figures == "" {
		return
	}
	f, err := os.OpenFile(*figures, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintln(f, *presses, r.count(input.Press), r.noise.dropped+r.noise.changed, r.slowest.Microseconds())
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestMutantsAreCaught: what each part is for is seen when it is missing.
func TestMutantsAreCaught(t *testing.T) {
	for name, m := range map[string]struct {
		flags string
		host  func(*Board)
	}{
		"firmware believes every frame":        {flags: "-DCHECK_CRC=0"},
		"firmware forgets what it has sent":    {flags: "-DKEEP_EVENTS=0"},
		"firmware does not settle":             {flags: "-DSETTLE_MS=1"},
		"firmware does not wait for a release": {flags: "-DRELEASE_MS=1"},
		"host believes every frame":            {host: func(b *Board) { b.dec.believe = credulous }},
		"host acknowledges before it keeps":    {host: func(b *Board) { b.link.hasty = true }},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*Board)
			if m.host != nil {
				change = append(change, m.host)
			}
			wrong := badLineTrial(newRig(t, chip328, m.flags), 0, 200, change...)
			if len(wrong) == 0 {
				t.Error("nobody noticed")
			}
			t.Logf("%.300v", wrong)
		})
	}
}

// credulous is parse without its check.
func credulous(raw []byte) (any, error) {
	switch {
	case len(raw) == statusSize && raw[0] == typeStatus:
		return parseStatus(raw[1:]), nil
	case len(raw) == eventSize && raw[0] == typeEvent:
		return parseEvent(raw[1:]), nil
	}
	return nil, errFrame
}
