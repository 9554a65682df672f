package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
)

// simDisk is a folder on a disk that forgets. What a program sees (the page
// cache) and what a power cut leaves (the platter) are kept apart; between two
// syncs any subset of the sectors written may have reached the platter, in any
// of the versions they had, or torn.
type simDisk struct {
	rng   *rand.Rand
	names map[string]*inode            // as programs see them
	plat  map[string]*inode            // as on the platter
	moved map[string][]*inode          // names changed since the last SyncDir, with all they were
	room  int64                        // sectors free, for ENOSPC
	ops   int                          // operations so far
	cutAt int                          // the operation in which the power goes, 0 never
	fault func(op string, n int) error // asked before each operation
	off   bool
	// misused is what the journal did to a file that had failed, which no
	// power cut need ever show.
	misused error
}

type inode struct {
	cache   []byte
	platter []byte
	pending map[int64][][]byte // sector to every version since the last sync
	lens    []int              // lengths since the last sync
	space   int64              // sectors taken
}

var errPower = errors.New("the power is off")

func newSimDisk(seed uint64) *simDisk {
	return &simDisk{
		rng: rand.New(rand.NewPCG(seed, 3)), room: 1 << 30,
		names: map[string]*inode{}, plat: map[string]*inode{}, moved: map[string][]*inode{},
	}
}

// step counts an operation; at the cut the operation still half happens.
func (d *simDisk) step(op string) error {
	if d.off {
		return errPower
	}
	d.ops++
	if d.ops == d.cutAt {
		d.off = true
		return nil
	}
	if d.fault != nil {
		return d.fault(op, d.ops)
	}
	return nil
}

// done is what an operation returns that was under way when the power went.
func (d *simDisk) done() error {
	if d.off {
		return errPower
	}
	return nil
}

// powerCut leaves what a power cut leaves and switches on again.
func (d *simDisk) powerCut() {
	for _, name := range slices.Sorted(maps.Keys(d.moved)) {
		all := append(d.moved[name], d.names[name])
		if pick := all[d.rng.IntN(len(all))]; pick != nil {
			d.plat[name] = pick
		} else {
			delete(d.plat, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.plat)) {
		d.plat[name].lose(d.rng)
	}
	d.names, d.moved = maps.Clone(d.plat), map[string][]*inode{}
	d.off, d.cutAt, d.ops = false, 0, 0
}

// lose settles what of the pending writes reached the platter.
func (i *inode) lose(rng *rand.Rand) {
	sizes := append(i.lens, len(i.platter))
	i.platter = resize(i.platter, sizes[rng.IntN(len(sizes))])
	mode := rng.IntN(4) // also the plain cases: nothing arrived, all arrived
	for _, s := range slices.Sorted(maps.Keys(i.pending)) {
		versions := i.pending[s]
		at := int(s) * sector
		if at >= len(i.platter) {
			continue
		}
		to := i.platter[at:min(at+sector, len(i.platter))]
		last := versions[len(versions)-1]
		switch mode {
		case 0:
		case 1:
			copy(to, last)
		default:
			arrive(rng, to, versions)
		}
	}
	i.cache, i.pending, i.lens = slices.Clone(i.platter), nil, nil
}

// arrive puts one sector on the platter: not at all, in some version, half of
// it before what was there, half of it before garbage, or as garbage.
func arrive(rng *rand.Rand, to []byte, versions [][]byte) {
	v := versions[rng.IntN(len(versions))]
	switch rng.IntN(6) {
	case 0:
	case 1, 2:
		copy(to, v)
	case 3:
		copy(to[:rng.IntN(len(to)+1)], v)
	case 4:
		n := copy(to[:rng.IntN(len(to)+1)], v)
		garble(rng, to[n:])
	case 5:
		garble(rng, to)
	}
}

func garble(rng *rand.Rand, to []byte) {
	var word [8]byte
	for len(to) > 0 {
		binary.LittleEndian.PutUint64(word[:], rng.Uint64())
		to = to[copy(to, word[:]):]
	}
}

func resize(b []byte, n int) []byte {
	if n <= len(b) {
		return b[:n]
	}
	return append(b, make([]byte, n-len(b))...)
}

// Open, Create, Remove, SyncDir and Close make a simDisk an FS.
func (d *simDisk) Open(name string) (File, error) {
	if err := d.step("open"); err != nil {
		return nil, err
	}
	i := d.names[name]
	if i == nil {
		return nil, fs.ErrNotExist
	}
	return &simFile{d: d, i: i}, d.done()
}

func (d *simDisk) move(name string, to *inode) {
	d.moved[name] = append(d.moved[name], d.names[name])
	if old := d.names[name]; old != nil {
		d.room += old.space
	}
	if to == nil {
		delete(d.names, name)
	} else {
		d.names[name] = to
	}
}

func (d *simDisk) Create(name string) (File, error) {
	if err := d.step("create"); err != nil {
		return nil, err
	}
	i := &inode{}
	d.move(name, i)
	return &simFile{d: d, i: i}, d.done()
}

func (d *simDisk) Remove(name string) error {
	if err := d.step("remove"); err != nil {
		return err
	}
	d.move(name, nil)
	return d.done()
}

func (d *simDisk) SyncDir() error {
	if err := d.step("syncdir"); err != nil {
		return err
	}
	if d.off {
		return errPower // powerCut decides which names arrived
	}
	d.plat, d.moved = maps.Clone(d.names), map[string][]*inode{}
	return nil
}

func (d *simDisk) Close() error { return nil }

type simFile struct {
	d      *simDisk
	i      *inode
	failed bool // a sync of this open file has failed: it may only be read and closed
}

// use notes what is done to a file whose sync has failed.
func (f *simFile) use(op string) {
	if f.failed && f.d.misused == nil {
		f.d.misused = fmt.Errorf("%s of a file whose sync had failed", op)
	}
}

func (f *simFile) ReadAt(b []byte, at int64) (int, error) {
	if f.d.off {
		return 0, errPower
	}
	if at >= int64(len(f.i.cache)) {
		return 0, io.EOF
	}
	n := copy(b, f.i.cache[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *simFile) WriteAt(b []byte, at int64) (int, error) {
	f.use("write")
	if err := f.d.step("write"); err != nil {
		return 0, err
	}
	end := at + int64(len(b))
	if err := f.take(end); err != nil {
		return 0, err
	}
	i := f.i
	if end > int64(len(i.cache)) {
		i.cache = resize(i.cache, int(end))
		i.lens = append(i.lens, int(end))
	}
	copy(i.cache[at:], b)
	if i.pending == nil {
		i.pending = map[int64][][]byte{}
	}
	for s := at / sector; s*sector < end; s++ {
		i.pending[s] = append(i.pending[s], slices.Clone(i.cache[s*sector:min((s+1)*sector, int64(len(i.cache)))]))
	}
	return len(b), f.d.done()
}

func (f *simFile) take(size int64) error {
	need := (size+sector-1)/sector - f.i.space
	if need <= 0 {
		return nil
	}
	if need > f.d.room {
		return syscall.ENOSPC
	}
	f.d.room -= need
	f.i.space += need
	return nil
}

func (f *simFile) Grow(size int64) error {
	f.use("grow")
	if err := f.d.step("grow"); err != nil {
		return err
	}
	if err := f.take(size); err != nil {
		return err
	}
	if int(size) > len(f.i.cache) {
		f.i.cache = resize(f.i.cache, int(size))
		f.i.lens = append(f.i.lens, int(size))
	}
	return f.d.done()
}

// Reload makes the cache what the platter is.
func (f *simFile) Reload() error {
	err := f.Sync()
	if !f.d.off {
		f.i.cache = slices.Clone(f.i.platter)
	}
	return err
}

// Sync that fails has lost what was pending, and the next one does not know:
// that is what Linux does.
func (f *simFile) Sync() error {
	f.use("sync")
	if err := f.d.step("sync"); err != nil {
		f.failed = true
		seen := slices.Clone(f.i.cache)
		f.i.lose(f.d.rng)
		f.i.cache = seen
		return err
	}
	if f.d.off {
		return errPower // powerCut decides which sectors arrived
	}
	f.i.platter = resize(f.i.platter, len(f.i.cache))
	for s, versions := range f.i.pending { // and no others: what a failed sync lost stays lost
		copy(f.i.platter[s*sector:], versions[len(versions)-1])
	}
	f.i.pending, f.i.lens = nil, nil
	return nil
}

func (f *simFile) Size() (int64, error) { return int64(len(f.i.cache)), nil }
func (f *simFile) Close() error         { return nil }
