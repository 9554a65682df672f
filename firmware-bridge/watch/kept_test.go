package watch_test

import (
	"errors"
	"fmt"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover/stead"
	"huying/firmware-bridge/input"
	"huying/firmware-bridge/watch"
)

// edge is an event of a device that is a pipe.
type edge struct {
	At   int64
	Down uint32
	Edge uint32 // 1, so that no edge is all zeros; 2 for a level that was looked at
}

type source = *watch.Descriptor[edge]

// device outlives the programs that read it.
type device struct {
	t     *testing.T
	m     *stead.Manager
	read  int
	write int
	held  bool // what a program that starts sees; later only edges tell
}

func plug(t *testing.T) *device {
	m, err := stead.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, m: m, read: ends[0], write: ends[1]}
	t.Cleanup(func() {
		if err := errors.Join(m.Close(), unix.Close(d.write)); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *device) move(down bool, at time.Duration) {
	d.t.Helper()
	e := edge{At: int64(at), Edge: 1}
	if down {
		e.Down = 1
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&e)), unsafe.Sizeof(e))
	if _, err := unix.Write(d.write, raw); err != nil {
		d.t.Fatal(err)
	}
}

// program reads the device until it is killed: what it held in memory is gone.
type program struct {
	*input.Runtime
	t *testing.T
}

func (d *device) start() *program {
	d.t.Helper()
	r, err := input.NewRuntime()
	if err != nil {
		d.t.Fatal(err)
	}
	w := watch.New[edge, source]([]input.Key{input.Red}, input.Monotonic, r.Rest, r.Emit)
	w.Desk = d.m.Inherit().Desk("red")
	held, read := d.held, d.read
	w.Device = watch.Device[edge, source]{
		Open: func() (source, error) {
			src := &watch.Descriptor[edge]{Wake: r.Wake(), Name: "test", Gone: errors.New("gone"), Desk: w.Desk}
			fd, ok := w.Desk.Adopt(func(int) error { return nil })
			if src.FD = fd; ok {
				return src, nil
			}
			src.FD = read
			return src, w.Desk.Offer(src.FD)
		},
		Take: func(e edge) bool {
			why := input.ByEdge
			if e.Edge == 2 {
				why = input.ByLevel
			}
			w.Keys[0].Machine.Level(e.Down == 1, time.Duration(e.At), why)
			return false
		},
		Levels: func(source) (func(int) bool, error) {
			return func(int) bool { return held || w.Keys[0].Machine.State().Active }, nil
		},
		Believe: func(_ int, down bool, at time.Duration) edge { return edge{int64(at), 1, 2} },
	}
	r.Go(w.Run)
	d.m.Await(2)
	return &program{r, d.t}
}

func (p *program) kill() {
	p.t.Helper()
	if err := p.Close(); err != nil {
		p.t.Error(err)
	}
}

// told waits for an event.
func (p *program) told(kind input.Kind) input.Event {
	p.t.Helper()
	select {
	case e := <-p.Events():
		if e.Kind != kind {
			p.t.Fatalf("told %v, want %s", e, kind)
		}
		return e
	case <-time.After(30 * time.Second):
		p.t.Fatalf("told nothing, want %s", kind)
	}
	return input.Event{}
}

// TestHalfAPressIsOne: the program dies while the key is down, having made the
// press safe, or having just been told, or not even that; the hand lifts while
// nobody is there.
func TestHalfAPressIsOne(t *testing.T) {
	for name, c := range map[string]struct {
		read, safe bool
		then       []input.Kind
	}{
		"safe":     {true, true, []input.Kind{input.Release, input.Press}},
		"not safe": {true, false, []input.Kind{input.Press, input.Release, input.Press}},
		"not read": {false, false, []input.Kind{input.Press, input.Release, input.Press}},
	} {
		t.Run(name, func(t *testing.T) {
			d := plug(t)
			first, at := d.start(), input.Monotonic()
			if !c.read {
				first.kill()
			}
			d.move(true, at)
			if c.read {
				if e := first.told(input.Press); c.safe {
					e.Safe()
				}
				first.kill()
			}
			up := input.Monotonic() // not before anything that the first saw
			d.move(false, up)
			d.move(true, up+100*time.Millisecond)
			second := d.start()
			defer second.kill()
			for i, kind := range c.then {
				e := second.told(kind)
				if i == 0 && kind == input.Press && e.At != at {
					t.Errorf("the press of %s is told as of %s", at, e.At)
				}
			}
		})
	}
}

// TestAStuckKeyIsToldAgain: the next program must know of it, and its end.
func TestAStuckKeyIsToldAgain(t *testing.T) {
	d := plug(t)
	first, at := d.start(), input.Monotonic()-time.Minute
	d.move(true, at)
	first.told(input.Press).Safe()
	first.told(input.Stuck)
	first.kill()
	second := d.start()
	second.told(input.Stuck)
	d.move(false, input.Monotonic())
	second.told(input.Unstuck)
	second.told(input.Release)
	second.kill()
}

// TestALevelThatWasSeenOutlivesItsProgram: no edge told of the key.
func TestALevelThatWasSeenOutlivesItsProgram(t *testing.T) {
	d := plug(t)
	d.held = true
	first := d.start()
	a := first.told(input.Press)
	first.kill()
	d.held = false
	second := d.start()
	defer second.kill()
	if b := second.told(input.Press); fmt.Sprint(b) != fmt.Sprint(a) || b.Reason != input.ByLevel {
		t.Errorf("first %v, then %v", a, b)
	}
}
