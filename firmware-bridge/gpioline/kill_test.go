package gpioline

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/handover/stead"
	"huying/firmware-bridge/input"
)

// The program that is killed reads the keys as a kiosk does and stores their
// presses. It is this test binary again.

// cardWork is how long its disk may need before it writes, and again after: as
// an SD card at work does.
const cardWork = 20 * time.Millisecond

// child runs the program that a stead.Manager started, if this is it.
func child() {
	folder := os.Getenv(stead.Folder)
	if folder == "" {
		return
	}
	lines := []KeyLine{{Key: red.key, Line: Line{"huying-board", "RED"}}, {Key: green.key, Line: Line{"huying-board", "GREEN"}, ActiveLow: true}}
	if plug := os.Getenv("PLUG"); plug != "" {
		lines = []KeyLine{{Key: red.key, Line: Line{plug, "KEY"}}}
	}
	in, err := OpenKept(keeper(), lines...)
	if err == nil {
		r := stead.Reader{Busy: cardWork, Hasty: os.Getenv("HASTY") != "", Oblivious: os.Getenv("OBLIVIOUS") != ""}
		if r.Hasty || r.Oblivious {
			r.Busy *= 20 // so that a few kills show it
		}
		err = r.Read(in, folder)
	}
	fmt.Println("the reader of the keys ended:", err)
	os.Exit(1)
}

// keeper is that of this process: its number could not be told beforehand.
func keeper() *handover.Keeper {
	return handover.Find(os.Getpid(), func(name string) string {
		if name == "LISTEN_PID" {
			return strconv.Itoa(os.Getpid())
		}
		return os.Getenv(name)
	})
}

// killed is a trial in which the program is killed in the middle of presses.
func killed(set func(*stead.Manager)) func(*stand, int) {
	return func(s *stand, n int) {
		folder, err := os.MkdirTemp("/", "kill-")
		must(err)
		m, err := stead.New(folder)
		must(err)
		set(m)
		if m.Forgetful || m.Env != nil {
			n = min(n, 100) // a mutant needs no more to show
		}
		must(m.Start("/init"))
		if m.Forgetful {
			sleepUntil(input.Monotonic() + time.Second)
		} else {
			m.Await(4) // line and memory of two keys
		}
		s.at = input.Monotonic() + 100*ms
		k := &killer{stand: s, manager: m, free: make(chan struct{}, 1)}
		k.free <- struct{}{}
		for i := range n {
			k.aim()
			s.press(either(i), 5, 2*ms, s.between(20*ms, 400*ms))
			s.at += s.between(80*ms, 900*ms)
		}
		<-k.free // the last one is back
		sleepUntil(max(s.at, input.Monotonic()) + time.Second)
		must(m.Kill())
		must(m.Close())
		s.gather(folder)
		s.made, s.kills = n, k.kills
	}
}

// killer kills and starts the program anew, one at a time.
type killer struct {
	*stand
	manager *stead.Manager
	free    chan struct{}
	kills   int
}

// aim kills the program around the press that comes next, if it is alive: at
// any moment of it, and half of the time while the press is on its way to the
// disk.
func (k *killer) aim() {
	select {
	case <-k.free:
	default:
		return
	}
	at := k.at + k.between(-40*ms, 500*ms)
	if k.rng.IntN(2) == 0 {
		at = k.at + k.between(8*ms, 60*ms)
	}
	back := at + k.between(200*ms, 3*time.Second)
	k.kills++
	go func() {
		sleepUntil(at)
		must(k.manager.Kill())
		sleepUntil(back)
		must(k.manager.Start("/init"))
		k.free <- struct{}{}
	}()
}

// replaced is a trial in which the chip goes and comes back while the program
// is dead: what is kept is worth nothing, and must not keep the line from being
// had anew. Half of the time a hand is on the key when the program is back.
func replaced(s *stand, n int) {
	folder, err := os.MkdirTemp("/", "kill-")
	must(err)
	m, err := stead.New(folder)
	must(err)
	s.chip = newSimChip("huying-kill", "KEY")
	m.Env = []string{"PLUG=huying-kill"}
	must(m.Start("/init"))
	m.Await(2)
	for i := range max(4, n/10) {
		s.at = input.Monotonic() + 100*ms
		s.quick(red)
		sleepUntil(s.at)
		must(m.Kill())
		sleepUntil(s.at + 300*ms)
		s.chip.unplug()
		if i%2 == 0 {
			m.Lose(0) // systemd closes what hangs up
		}
		sleepUntil(s.at + 600*ms)
		s.chip.plug()
		s.at += 800 * ms
		held := i/2%2 == 0
		if held {
			s.put(red, true)
			s.at += 100 * ms
		}
		must(m.Start("/init"))
		s.kills++
		s.made++
		s.at += time.Second
		if held {
			s.wants(red.key, input.Press, input.Monotonic(), s.at)
			s.put(red, false)
			s.at += 100 * ms
			s.made++
		}
		sleepUntil(s.at)
	}
	must(m.Kill())
	must(m.Close())
	s.gather(folder)
}

// gather takes what was stored for what came.
func (s *stand) gather(folder string) {
	all, err := stead.Presses(folder)
	must(err)
	var presses []expected
	for _, e := range s.expect {
		if e.kind == input.Press {
			presses = append(presses, e)
		}
	}
	s.expect = presses
	for _, p := range all {
		s.got = append(s.got, arrival{input.Event{Key: p.Key, Kind: input.Press, At: p.At}, p.By})
	}
}

func kept(*stead.Manager)        {}
func unkept(m *stead.Manager)    { m.Forgetful = true }
func hasty(m *stead.Manager)     { m.Env = []string{"HASTY=1"} }
func oblivious(m *stead.Manager) { m.Env = []string{"OBLIVIOUS=1"} }
