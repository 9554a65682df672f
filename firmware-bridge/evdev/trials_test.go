package evdev

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/tools/gpiokernel/trial"
)

// trialOf is one trial on a real kernel: what hands do with n presses, and
// perhaps what was broken on purpose, so that the trial must fail.
type trialOf struct {
	name   string
	mutant string
	kernel func(kernel) kernel
	share  bool // mutant: the state is asked for through the descriptor of the events
	do     func(*stand, int)
}

var trials = []trialOf{
	{name: "usb taps", do: taps},
	{name: "usb holds", do: holds},
	{name: "usb stall", do: stalls},
	{name: "usb overrun", do: overruns},
	{name: "usb patience", do: patience},
	{name: "usb stuck", do: stuck},
	{name: "usb held", do: held},
	{name: "usb unplug", do: replugs},
	{name: "usb grab", do: grabbed},
	{name: "usb kill", do: killed(false)},
	{name: "usb kill", mutant: "no file descriptor store", do: killed(true)},
	{name: "usb grab", mutant: "no grab", kernel: func(k kernel) kernel { k.take = func(int) error { return nil }; return k }, do: grabbed},
	{name: "usb patience", mutant: "repetition left on", kernel: func(k kernel) kernel { k.take = grab; return k }, do: patience},
	{name: "usb stall", mutant: "the state read where the events wait", share: true, do: stalls},
}

// stand is where a trial is made.
type stand struct {
	dev   *virtual
	keys  *Keys
	stall atomic.Int64 // how long the next comparison stands still, ns
	made  int
	kills int // of the program that reads

	mu   sync.Mutex // guards what follows
	got  map[input.Key][]string
	want map[input.Key][]string
	slow time.Duration // from a press to its event in our hands
	bad  []string
}

// slowSource stands still before it asks for the state of the keys.
type slowSource struct {
	source
	stall *atomic.Int64
}

func (s slowSource) Down() (bits, error) {
	time.Sleep(time.Duration(s.stall.Swap(0))) // the machine's time is virtual
	return s.source.Down()
}

func try(folder string, t trialOf, presses int) (r trial.Result) {
	began := input.Monotonic()
	s := &stand{got: map[input.Key][]string{}, want: map[input.Key][]string{}}
	r.Name, r.Mutant = t.name, t.mutant
	var err error
	if s.dev, err = plug(filepath.Join(folder, "keys"), enter, space); err != nil {
		r.Detail = err.Error()
		return r
	}
	s.open(t)
	t.do(s, presses)
	wait(2 * time.Second)
	if err := errors.Join(s.keys.Close(), s.dev.unplug()); err != nil {
		s.wrong("%v", err)
	}
	s.judge(&r)
	r.Virtual = input.Monotonic() - began
	return r
}

// open is Open with what the trial breaks.
func (s *stand) open(t trialOf) {
	k := realKernel()
	if t.kernel != nil {
		k = t.kernel(k)
	}
	r, err := input.NewRuntime()
	if err != nil {
		panic(err)
	}
	s.keys = &Keys{r}
	device := func() (source, error) {
		src, err := openSource(k, nil, s.dev.path, r.Wake(), []Code{enter, space})
		if err != nil {
			return nil, err
		}
		if f := src.(*fdSource); t.share {
			_ = unix.Close(f.state)
			f.state, _ = unix.Dup(f.FD)
		}
		return slowSource{src, &s.stall}, nil
	}
	w := newWatcher(both, device, input.Monotonic, r.Rest, r.Emit)
	r.Go(w.run)
	go s.collect(s.keys)
	wait(100 * ms) // so that it has the device
}

func (s *stand) collect(k *Keys) {
	for e := range k.Events() {
		now := input.Monotonic()
		s.mu.Lock()
		row := string(e.Kind)
		if e.Kind == input.Press {
			row += " by " + string(e.Reason)
			s.slow = max(s.slow, now-e.At)
		}
		s.got[e.Key] = append(s.got[e.Key], row)
		s.mu.Unlock()
	}
}

func (s *stand) expect(k input.Key, rows ...string) { s.want[k] = append(s.want[k], rows...) }

func (s *stand) wrong(format string, args ...any) {
	s.bad = append(s.bad, fmt.Sprintf(format, args...))
}

// judge compares what came with what had to come.
func (s *stand) judge(r *trial.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Made, r.Worst, r.Kills = s.made, s.slow, s.kills
	isPress := func(row string) bool { return strings.HasPrefix(row, "press") }
	for _, k := range input.Keys() {
		want, got := s.want[k], s.got[k]
		for i := range max(len(want), len(got)) {
			switch {
			case i >= len(got):
				r.Missing++
			case i >= len(want):
				r.Extra++
			case got[i] != want[i]:
				r.Missing++
				r.Extra++
				if len(s.bad) < 3 {
					s.wrong("%s: event %d is %s, not %s", k, i, got[i], want[i])
				}
			case isPress(got[i]):
				r.Counted++
			}
		}
	}
	r.Detail = strings.Join(s.bad, "; ")
}

func wait(d time.Duration) { time.Sleep(d) } // the machine's time is virtual

// code gives the keys in turn.
func turn(i int) KeyCode { return both[i%2] }

func (s *stand) press(k KeyCode, hold time.Duration) {
	s.made++
	s.expect(k.Key, "press by edge", "release")
	s.dev.set(k.Code, keyDown)
	wait(hold)
	s.dev.set(k.Code, keyUp)
}

func taps(s *stand, n int) {
	for i := range n {
		s.press(turn(i), 20*ms)
		wait(60 * ms)
	}
}

// holds are long enough for the kernel to repeat the key.
func holds(s *stand, n int) {
	for i := range n {
		s.press(turn(i), 700*ms)
		wait(100 * ms)
	}
}

// stalls: the reader stands still at its most delicate moment, between its
// last look at the events and its question for the state.
func stalls(s *stand, n int) {
	for done := 0; done < n; {
		s.stall.Store(int64(1500 * ms))
		wait(1100 * ms) // a comparison has come, and stands still
		for range min(10, n-done) {
			s.press(turn(done), 20*ms)
			wait(40 * ms)
			done++
		}
		wait(2 * time.Second)
	}
}

// patience: a finger that stays on a key while nobody reads. Repeated, it would
// be more than the kernel keeps.
func patience(s *stand, n int) {
	for i := range max(1, n/10) {
		s.stall.Store(int64(4 * time.Second))
		wait(1100 * ms)
		s.press(turn(i), 2500*ms)
		wait(3 * time.Second)
	}
}

// overruns: more than the kernel keeps, 64 events, in one stall. What is lost
// cannot be counted; that something was lost is told, and a key that is down
// afterwards is found.
func overruns(s *stand, n int) {
	for range max(1, n/10) {
		s.stall.Store(int64(4 * time.Second))
		wait(1100 * ms)
		for range 40 {
			s.dev.set(space, keyDown)
			wait(20 * ms)
			s.dev.set(space, keyUp)
			wait(20 * ms)
		}
		s.made++
		s.dev.set(enter, keyDown)
		wait(3 * time.Second)
		s.dev.set(enter, keyUp)
		wait(time.Second)
		s.mu.Lock()
		red, green := s.got[input.Red], s.got[input.Green]
		if !slices.Contains(red, "overrun") || !slices.Contains(green, "overrun") {
			s.wrong("overruns are not told: red %q, green %q", red, green)
		}
		red = slices.DeleteFunc(red, func(row string) bool { return row == "overrun" })
		if len(red) == 2 && strings.HasPrefix(red[0], "press") && red[1] == "release" {
			red = []string{"press by edge", "release"} // however it was found
		}
		s.got[input.Red], s.got[input.Green] = nil, nil
		if !slices.Equal(red, []string{"press by edge", "release"}) {
			s.wrong("after an overrun red %q", red)
		}
		s.mu.Unlock()
	}
	for i := range s.made { // and all is well afterwards
		s.made--
		s.press(turn(i), 50*ms)
		wait(100 * ms)
	}
}

func stuck(s *stand, n int) {
	for i := range max(1, n/10) {
		k := turn(i)
		s.made++
		s.expect(k.Key, "press by edge", "stuck", "unstuck", "release")
		s.dev.set(k.Code, keyDown)
		wait(15 * time.Second)
		s.dev.set(k.Code, keyUp)
		wait(time.Second)
	}
}

// held keys are down before the device is opened.
func held(s *stand, n int) {
	for i := range max(1, n/10) {
		k := turn(i)
		if err := s.keys.Close(); err != nil {
			s.wrong("%v", err)
		}
		s.made++
		s.expect(k.Key, "press by level", "release")
		s.dev.set(k.Code, keyDown)
		wait(500 * ms)
		s.open(trialOf{})
		wait(500 * ms)
		s.dev.set(k.Code, keyUp)
		wait(500 * ms)
	}
}

func replugs(s *stand, n int) {
	for i := range max(1, n/10) {
		if err := s.dev.unplug(); err != nil {
			s.wrong("%v", err)
		}
		wait(2500 * ms)
		var err error
		if s.dev, err = plug(s.dev.path, enter, space); err != nil {
			panic(err)
		}
		wait(1500 * ms)
		for _, k := range both {
			s.expect(k.Key, "fault", "restored")
		}
		s.press(turn(i), 50*ms)
		wait(200 * ms)
	}
}

// grabbed: nobody else hears the keys, and a second terminal is told why.
func grabbed(s *stand, n int) {
	other, err := unix.Open(s.dev.path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		panic(err)
	}
	defer unix.Close(other)
	taps(s, n)
	var raw [24]byte
	if got, err := unix.Read(other, raw[:]); !errors.Is(err, unix.EAGAIN) {
		s.wrong("another program reads %d octets of our keys: %v", got, err)
	}
	second, err := Open(s.dev.path, both...)
	if err != nil {
		panic(err)
	}
	select {
	case e := <-second.Events():
		if e.Kind != input.Fault || !strings.Contains(e.Detail, "grabbed") {
			s.wrong("a second reader is told %v", e)
		}
	case <-time.After(5 * time.Second):
		s.wrong("a second reader is told nothing")
	}
	if err := second.Close(); err != nil {
		s.wrong("%v", err)
	}
}
