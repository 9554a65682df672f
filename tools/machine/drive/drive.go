// Package drive is a machine's disk as the power sees it. What is written lies
// in a cache until the machine flushes it; when the power goes, each sector of
// the cache is lost or not, by chance, whatever the order of the writes: the
// most that a disk's promise of "flushed" allows. The machine reaches it as a
// network block device, for that is what QEMU speaks.
package drive

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
)

// Sector is what a disk writes whole or not at all, in octets.
const Sector = 512

type sector = [Sector]byte

// Drive is a disk that begins as an image and changes in memory only.
type Drive struct {
	image *os.File
	size  int64

	attached sync.Mutex // held while a machine uses it

	mu     sync.Mutex
	stable map[int64]*sector   // by number: what differs from the image and survives
	cached map[int64][]*sector // what was written since the last flush, oldest first
	tally  Tally
}

// Tally is what a drive lived through.
type Tally struct {
	Flushes int // that the machine asked for
	Lost    int // sectors whose last writing a power cut took back
	Kept    int // sectors that were not flushed and survived a cut
}

// Open makes a drive of an image, which is only read.
func Open(image string) (*Drive, error) {
	f, err := os.Open(image)
	if err != nil {
		return nil, fmt.Errorf("drive: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size()%Sector != 0 {
		err = fmt.Errorf("an image of %d octets", info.Size())
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("drive: %w", err)
	}
	return &Drive{image: f, size: info.Size(), stable: map[int64]*sector{}, cached: map[int64][]*sector{}}, nil
}

// Close gives the image back.
func (d *Drive) Close() error { return d.image.Close() }

// Tally says what it lived through so far.
func (d *Drive) Tally() Tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tally
}

// inside tells whether a part of the disk is there, in whole sectors.
func (d *Drive) inside(off int64, n int) bool {
	return off >= 0 && n >= 0 && off%Sector == 0 && n%Sector == 0 && off <= d.size-int64(n)
}

// ReadAt reads what was last written, flushed or not. Offset and length are
// whole sectors.
func (d *Drive) ReadAt(p []byte, off int64) (int, error) {
	if !d.inside(off, len(p)) {
		return 0, fmt.Errorf("drive: no %d octets at %d", len(p), off)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.image.ReadAt(p, off); err != nil && err != io.EOF {
		return 0, err
	}
	for at := 0; at < len(p); at += Sector {
		n := (off + int64(at)) / Sector
		if all := d.cached[n]; len(all) > 0 {
			copy(p[at:], all[len(all)-1][:])
		} else if s := d.stable[n]; s != nil {
			copy(p[at:], s[:])
		}
	}
	return len(p), nil
}

// Write writes into the cache, or past it if forced (FUA).
func (d *Drive) Write(p []byte, off int64, forced bool) error {
	if !d.inside(off, len(p)) {
		return fmt.Errorf("drive: no %d octets at %d", len(p), off)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for at := 0; at < len(p); at += Sector {
		n, s := (off+int64(at))/Sector, new(sector)
		copy(s[:], p[at:])
		if forced {
			d.stable[n] = s
			delete(d.cached, n)
		} else {
			d.cached[n] = append(d.cached[n], s)
		}
	}
	return nil
}

// Flush makes what was written survive.
func (d *Drive) Flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for n, all := range d.cached {
		d.stable[n] = all[len(all)-1]
	}
	clear(d.cached)
	d.tally.Flushes++
}

// Cut is the end of the power: of each sector that is not flushed, any one of
// what it has been since the last flush remains. The machine has lost its own
// power before; Cut waits until the last that it sent has been heard.
func (d *Drive) Cut(chance *rand.Rand) {
	d.attached.Lock()
	defer d.attached.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	for n, all := range d.cached {
		switch i := chance.IntN(len(all) + 1); i {
		case len(all): // what it was at the flush
			d.tally.Lost++
		default:
			d.stable[n] = all[i]
			if i == len(all)-1 {
				d.tally.Kept++
			} else {
				d.tally.Lost++
			}
		}
	}
	clear(d.cached)
}
