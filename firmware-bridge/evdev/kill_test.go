package evdev

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/handover/stead"
	"huying/firmware-bridge/input"
)

// child runs the program that a stead.Manager started, if this is it: this
// test binary again, which reads the keys and stores their presses.
func child() {
	folder := os.Getenv(stead.Folder)
	if folder == "" {
		return
	}
	keeper := handover.Find(os.Getpid(), func(name string) string {
		if name == "LISTEN_PID" { // could not be told beforehand
			return strconv.Itoa(os.Getpid())
		}
		return os.Getenv(name)
	})
	in, err := OpenKept(keeper, os.Getenv("DEVICE"), both...)
	if err == nil {
		err = stead.Reader{Busy: 20 * ms}.Read(in, folder)
	}
	fmt.Println("the reader of the keys ended:", err)
	os.Exit(1)
}

// killed is a trial in which the program is killed in the middle of presses
// and comes back after 0.2 to 3 s.
func killed(forgetful bool) func(*stand, int) {
	return func(s *stand, n int) {
		if err := s.keys.Close(); err != nil {
			s.wrong("%v", err)
		}
		folder, err := os.MkdirTemp(filepath.Dir(s.dev.path), "kill-") // of this trial alone
		must(err)
		m, err := stead.New(folder)
		must(err)
		if forgetful {
			n = min(n, 100) // a mutant needs no more to show
		}
		m.Forgetful, m.Env = forgetful, []string{"DEVICE=" + s.dev.path}
		must(m.Start("/proc/self/exe"))
		if wait(time.Second); !forgetful {
			m.Await(2) // device and memory
		}
		rng := rand.New(rand.NewPCG(3, 4))
		free := make(chan struct{}, 1)
		free <- struct{}{}
		var when [][2]time.Duration
		for i := range n {
			select {
			case <-free:
				s.kills++
				after, away := time.Duration(rng.Int64N(int64(450*ms))), 200*ms+time.Duration(rng.Int64N(int64(2800*ms)))
				if rng.IntN(2) == 0 {
					after = 30*ms + after/10 // about when the press is on its way to the disk
				}
				go func() {
					wait(after)
					must(m.Kill())
					wait(away)
					must(m.Start("/proc/self/exe"))
					free <- struct{}{}
				}()
			default:
			}
			wait(40 * ms)
			from := input.Monotonic() - time.Microsecond // the times of events have no more digits
			s.press(turn(i), 20*ms+time.Duration(rng.Int64N(int64(300*ms))))
			when = append(when, [2]time.Duration{from, from + 5*ms})
			wait(80*ms + time.Duration(rng.Int64N(int64(900*ms))))
		}
		<-free
		wait(time.Second)
		must(m.Kill())
		must(m.Close())
		s.gather(folder, when)
		s.open(trialOf{})
	}
}

// gather takes what was stored for what came.
func (s *stand) gather(folder string, when [][2]time.Duration) {
	all, err := stead.Presses(folder)
	must(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got, s.want = map[input.Key][]string{}, map[input.Key][]string{}
	for i, w := range when {
		k := turn(i).Key
		s.want[k] = append(s.want[k], fmt.Sprintf("press %d", i))
		for _, p := range all {
			if p.Key == k && p.At >= w[0] && p.At <= w[1] {
				s.got[k] = append(s.got[k], fmt.Sprintf("press %d", i))
				s.slow = max(s.slow, p.By-p.At)
			}
		}
	}
	if n := len(s.got[input.Red]) + len(s.got[input.Green]); n != len(all) {
		s.wrong("%d presses were stored, %d of them with the time of one", len(all), n)
	}
}

// must ends the machine when a trial's own tools do not work.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
