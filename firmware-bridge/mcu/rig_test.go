package mcu

import (
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"

	"huying/firmware-bridge/input"
)

// rig joins the firmware in its simulator and a Board by a pseudo-terminal,
// which the Board opens by a link as it would open /dev/serial/by-id/... Both
// run in steps of the rig's clock: the simulator runs, its octets go through
// the noise into the terminal, the Board reads all of them and says that it
// waits, its octets go back. So each trial is exact however busy the machine is.
type rig struct {
	t     *testing.T
	sim   *sim
	board *Board
	got   []input.Event
	deaf  bool // nobody reads Events
	noise noise
	step  time.Duration
	// slowest is the longest that a press needed to the reader.
	slowest time.Duration

	base   time.Duration // the Board's time at the simulation's start
	clock  atomic.Int64
	path   string
	master *os.File
	tty    *os.File
	gate   *gate
}

// gate is where a Board waits for the rig.
type gate struct {
	rig     *rig
	idle    chan struct{} // the Board has nothing to do
	pass    chan int      // time has passed, and so many octets are there; -1: the line is gone
	quit    chan struct{}
	open    bool
	written int
}

func newRig(t *testing.T, chip, flags string) *rig {
	t.Helper()
	r := &rig{
		t: t, sim: startSim(t, chip, flags), step: 5 * time.Millisecond, base: time.Hour,
		path: filepath.Join(t.TempDir(), "usb-huying-if00"), noise: noise{rng: rand.New(rand.NewPCG(1, 2))},
	}
	r.clock.Store(int64(r.base))
	t.Cleanup(func() {
		r.dropHost()
		r.unplug()
	})
	return r
}

// plug puts the cable in.
func (r *rig) plug() {
	r.t.Helper()
	var err error
	if r.master, r.tty, err = pty.Open(); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Symlink(r.tty.Name(), r.path); err != nil {
		r.t.Fatal(err)
	}
}

// unplug pulls the cable out; the microcontroller goes on.
func (r *rig) unplug() {
	if r.master == nil {
		return
	}
	_ = os.Remove(r.path)
	_ = r.master.Close()
	_ = r.tty.Close()
	r.master = nil
}

// host starts a Board.
func (r *rig) host(change ...func(*Board)) {
	g := &gate{rig: r, idle: make(chan struct{}), pass: make(chan int), quit: make(chan struct{})}
	b := newBoard(Config{Path: r.path})
	b.now = func() time.Duration { return time.Duration(r.clock.Load()) }
	b.rest = g.rest
	b.open = func(path string) (port, error) {
		p, err := openSerial(path)
		if err != nil {
			return nil, err
		}
		g.open, g.written = true, 0
		return &gated{port: p, gate: g}, nil
	}
	for _, c := range change {
		c(b)
	}
	r.board, r.gate = b, g
	b.start()
	<-g.idle
}

// dropHost ends the Board as a crash would: nothing more is read or said.
func (r *rig) dropHost() {
	if r.board == nil {
		return
	}
	close(r.gate.quit)
	if err := r.board.Close(); err != nil {
		r.t.Error(err)
	}
	r.board = nil
}

// run lets time pass.
func (r *rig) run(d time.Duration) {
	r.t.Helper()
	for until := r.sim.now + d; r.sim.now < until; {
		r.tick()
	}
}

func (r *rig) tick() {
	r.t.Helper()
	if r.board != nil && r.gate.written > 0 {
		back := make([]byte, r.gate.written)
		if r.master != nil {
			if _, err := io.ReadFull(r.master, back); err != nil {
				r.t.Fatal(err)
			}
			r.sim.host(r.noise.spoil(back))
		}
		r.gate.written = 0
	}
	octets, err := r.sim.run(r.step)
	if err != nil {
		r.t.Fatal(err)
	}
	r.clock.Store(int64(r.base + r.sim.now))
	if r.board == nil {
		return
	}
	r.gate.pass <- r.deliver(r.noise.spoil(octets))
	<-r.gate.idle
	r.read()
}

// deliver puts octets into the terminal and says what the Board will find.
func (r *rig) deliver(octets []byte) int {
	switch {
	case r.gate.open && r.master == nil:
		return -1
	case !r.gate.open:
		return 0
	}
	if _, err := r.master.Write(octets); err != nil {
		r.t.Fatal(err)
	}
	return len(octets)
}

// read takes what waits for the reader of Events.
func (r *rig) read() {
	for !r.deaf && r.board.out.len() > 0 {
		select {
		case e := <-r.board.Events():
			r.got = append(r.got, e)
			if e.Kind == input.Press {
				r.slowest = max(r.slowest, r.board.now()-e.At)
			}
		default:
			runtime.Gosched()
		}
	}
}

// rest stands for Board.rest.
func (g *gate) rest(d time.Duration) bool {
	select {
	case <-g.quit:
		return false
	default:
	}
	for until := g.rig.clock.Load() + int64(d); d > 0 && g.rig.clock.Load() < until; {
		if _, ok := g.wait(); !ok {
			return false
		}
	}
	return true
}

func (g *gate) wait() (octets int, ok bool) {
	select {
	case g.idle <- struct{}{}:
	case <-g.quit:
		return 0, false
	}
	select {
	case n := <-g.pass:
		return n, true
	case <-g.quit:
		return 0, false
	}
}

// gated is a real serial port that is read when the rig says so.
type gated struct {
	port
	gate *gate
	left int
}

func (p *gated) Read(buf []byte) (int, error) {
	if p.left == 0 {
		n, ok := p.gate.wait()
		if !ok || n == 0 {
			return 0, nil
		}
		p.left = n
	}
	n, err := p.port.Read(buf)
	if p.left > 0 {
		p.left -= n
	}
	return n, err
}

func (p *gated) Write(b []byte) (int, error) {
	n, err := p.port.Write(b)
	p.gate.written += n
	return n, err
}

func (p *gated) Close() error {
	p.gate.open = false
	return p.port.Close()
}

// noise spoils a line.
type noise struct {
	rng                *rand.Rand
	lost, broken, more float64 // of the octets: gone, changed, out of nothing before it
	dropped, changed   int
}

func (n *noise) spoil(octets []byte) []byte {
	octets = slices.Clone(octets)
	out := octets[:0:0]
	for _, b := range octets {
		if n.rng.Float64() < n.more {
			out = append(out, byte(n.rng.Uint32()))
		}
		switch roll := n.rng.Float64(); {
		case roll < n.lost:
			n.dropped++
			continue
		case roll < n.lost+n.broken:
			n.changed++
			b ^= 1 << n.rng.IntN(8)
		}
		out = append(out, b)
	}
	return out
}
