package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// ordinary is how many cuts an ordinary run simulates; under the race detector,
// which makes each eight times as dear and has nothing to find in them, fewer.
const ordinary, underRace = 100_000, 4_000

var cuts = flag.Int("cuts", 0, fmt.Sprintf("power cuts to simulate; 0: %d, or %d under the race detector", ordinary, underRace))

func wanted() int {
	switch {
	case *cuts > 0:
		return *cuts
	case raced:
		return underRace
	}
	return ordinary
}

// tiny is the real layout with little space ahead, so that files grow often.
func tiny() layout {
	l := normal
	l.chunk = 4 * sector
	return l
}

// owner uses a journal and knows what it may expect after a power cut: live,
// or live with part of what was under way.
type owner struct {
	disk *simDisk
	form layout
	wrap func(FS) FS
	rng  *rand.Rand
	j    *Journal
	made uint64
	live []Record
	may  [][]Record // other contents that are right as well
}

func (o *owner) records() []Record {
	recs := make([]Record, 1+o.rng.IntN(4))
	for i := range recs {
		o.made++
		n := []int{0, 8, 40, 464, 472, 473, 600, 2000}[o.rng.IntN(8)]
		data := binary.LittleEndian.AppendUint64(nil, o.made)
		recs[i] = Record{Kind: uint8(o.made), Data: append(data, bytes.Repeat([]byte{byte(o.made)}, n)...)}
	}
	return recs
}

// act does one thing to the journal. An error leaves several contents possible
// until the next success.
func (o *owner) act() {
	if o.rng.IntN(5) == 0 {
		var keep []Record
		for _, r := range o.live {
			if o.rng.IntN(3) == 0 {
				keep = append(keep, r)
			}
		}
		if o.settle(o.j.Compact(keep), keep) {
			o.live = keep
		}
		return
	}
	batch := o.records()
	var possible [][]Record
	for n := 1; n <= len(batch); n++ {
		possible = append(possible, append(o.live[:len(o.live):len(o.live)], batch[:n]...))
	}
	if o.settle(o.j.Append(batch...), possible...) {
		o.live = append(o.live, batch...)
	}
}

func (o *owner) settle(err error, possible ...[]Record) bool {
	if err != nil {
		o.may = append(o.may, possible...)
		return false
	}
	o.may = nil
	return true
}

// errWrong is an acknowledged record lost or one that should not be.
var errWrong = errors.New("wrong records")

// open starts the program and says what is wrong with what it finds.
func (o *owner) open() error {
	j, got, err := open(o.wrap(o.disk), nil, o.form)
	if o.disk.off {
		return nil // nobody is there to see what was found
	}
	if err != nil {
		return err
	}
	o.j = j
	all := append(o.may[:len(o.may):len(o.may)], o.live)
	for _, want := range all {
		if !same(got, want) {
			continue
		}
		o.live, o.may = want, nil
		if o.j.doubt != "" { // the disk failed in Open: nothing new is promised
			o.may = all
		}
		return nil
	}
	return fmt.Errorf("%w: found %s; want %s or one of %d others", errWrong, show(got), show(o.live), len(o.may))
}

func same(a, b []Record) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || !bytes.Equal(a[i].Data, b[i].Data) {
			return false
		}
	}
	return true
}

func show(recs []Record) string {
	var ids []uint64
	for _, r := range recs {
		if len(r.Data) < 8 {
			ids = append(ids, 0)
			continue
		}
		ids = append(ids, binary.LittleEndian.Uint64(r.Data))
	}
	return fmt.Sprint(ids)
}

// life is one kiosk through a few power cuts, each at an operation of its own,
// with the program dying in between and, in one of three lives, a failing disk.
func life(seed uint64, form layout, wrap func(FS) FS) (cut int, err error) {
	return newSimDisk(seed).live(seed, form, wrap)
}

func (d *simDisk) live(seed uint64, form layout, wrap func(FS) FS) (cut int, err error) {
	o := &owner{disk: d, form: form, wrap: wrap, rng: rand.New(rand.NewPCG(seed, 5))}
	if o.rng.IntN(3) == 0 {
		d.fault = func(op string, _ int) error {
			switch {
			case op == "open" || o.rng.IntN(12) > 0:
				return nil
			case op == "sync":
				return syscall.EIO
			case op == "write" || op == "grow" || op == "create":
				return syscall.ENOSPC
			case op == "syncdir":
				return syscall.EIO
			}
			return nil
		}
	}
	for cut = range 6 {
		d.cutAt = 1 + o.rng.IntN(60)
		if err := o.open(); err != nil {
			return cut, err
		}
		for !d.off {
			if o.rng.IntN(10) == 0 {
				if err := o.open(); err != nil { // the program died and is back
					return cut, err
				}
				continue
			}
			o.act()
		}
		d.powerCut()
	}
	d.fault = nil
	return cut + 1, o.open()
}

func plain(f FS) FS { return f }

// TestPowerCuts: whatever was acknowledged is there, and nothing else but what
// was under way; and a file whose sync failed is left alone.
func TestPowerCuts(t *testing.T) {
	// The lives are short and make much garbage: without this the collector
	// takes three quarters of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(1000))
	var seeds, total atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for total.Load() < int64(wanted()) && !t.Failed() {
				seed := uint64(seeds.Add(1))
				d := newSimDisk(seed)
				n, err := d.live(seed, tiny(), plain)
				total.Add(int64(n))
				if err = errors.Join(err, d.misused); err != nil {
					t.Errorf("seed %d, cut %d: %v", seed, n, err)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d power cuts, 0 acknowledged records lost, 0 phantoms", total.Load())
}

// TestPowerCutAtEveryOperation walks one workload through every operation and
// many outcomes of each.
func TestPowerCutAtEveryOperation(t *testing.T) {
	total := 0
	for at := 1; ; at++ {
		reached := false
		for seed := range uint64(20) {
			d := newSimDisk(seed)
			d.cutAt = at
			o := &owner{disk: d, form: tiny(), wrap: plain, rng: rand.New(rand.NewPCG(9, 9))}
			err := o.open()
			for i := 0; i < 40 && err == nil && !d.off; i++ {
				o.act()
			}
			if reached = d.off; !reached {
				break
			}
			d.powerCut()
			if err == nil {
				err = o.open()
			}
			if err != nil {
				t.Fatalf("cut at operation %d, outcome %d: %v", at, seed, err)
			}
			total++
		}
		if !reached {
			t.Logf("%d operations, %d power cuts", at-1, total)
			return
		}
	}
}
