//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// orders are what a program has to do: die at a point, have flaws.
type orders struct {
	at    Point
	left  atomic.Int64 // times that the point is still passed alive, and once more
	flaws map[Flaw]bool
	file  string
}

var present atomic.Pointer[orders]

// readEvery is how often the file of orders is looked at. Orders that are
// there at the start hold from the first moment.
const readEvery = 5 * time.Millisecond

// Follow obeys a file, also when it is replaced later; an empty name is none.
// Each of its lines is "kill POINT TIMES" or "flaw NAME". A program that dies
// by order first writes the point's name into the file's name + ".died".
func Follow(file string) {
	if file == "" {
		return
	}
	said := obey(file, "")
	go func() {
		for range time.Tick(readEvery) {
			said = obey(file, said)
		}
	}()
}

func obey(file, before string) string {
	b, err := os.ReadFile(file)
	if text := string(b); err == nil && text != before {
		o, err := parse(text)
		if err != nil {
			fmt.Fprintln(os.Stderr, "failpoint:", err)
			return text
		}
		o.file = file
		present.Store(o)
		return text
	}
	return before
}

func parse(text string) (*orders, error) {
	o := &orders{flaws: map[Flaw]bool{}}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "order": // a number that makes the text new
		case len(f) == 3 && f[0] == "kill":
			n, err := strconv.ParseInt(f[2], 10, 64)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("order %q: the number must be 1 or more", line)
			}
			o.at = Point(f[1])
			o.left.Store(n)
		case len(f) == 2 && f[0] == "flaw":
			o.flaws[Flaw(f[1])] = true
		default:
			return nil, fmt.Errorf("order %q is not understood", line)
		}
	}
	return o, nil
}

// linger is how long a program with a flaw stops short of its death, so that
// what the flaw let out leaves it: whether a seeded bug does harm must not be
// a matter of luck.
const linger = 50 * time.Millisecond

// At is passed by a program; if it is ordered to die here, it does, at once
// and without a word to anybody, as with a power cut or kill -9.
func At(p Point) {
	o := present.Load()
	if o == nil || o.at != p || o.left.Add(-1) != 0 {
		return
	}
	if len(o.flaws) > 0 {
		time.Sleep(linger)
	}
	_ = os.WriteFile(o.file+".died", []byte(p), 0o600)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing more is done here while the kernel ends us
}

// Seeded reports whether this program is to have a flaw.
func Seeded(f Flaw) bool {
	o := present.Load()
	return o != nil && o.flaws[f]
}
