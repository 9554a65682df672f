package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"syscall"

	"huying/internal/failpoint"
)

// Journal is an open journal. It must be used from one goroutine at a time:
// whoever keeps it hands it the records in the order in which they are to be
// kept, and no lock here could know that order.
type Journal struct {
	fs   FS
	log  *slog.Logger
	form layout

	cur   File
	slot  int    // which of the two files cur is
	gen   uint64 // generation of cur
	top   uint64 // highest generation ever tried
	seq   uint64 // of the last record in cur
	pos   int64  // where the next record goes
	space int64  // octets reserved in cur

	buf    []byte   // of the last append, to be used again
	live   []Record // everything in cur, to be written anew when cur fails
	doubt  string   // why cur must not be appended to; empty if it may
	damage Damage
	closed bool
}

// Open reads the journal of a folder, which may be empty, and returns the
// records that live in it, oldest first. A damaged tail is cut off and
// reported in the log and by Damage. An error means that the folder cannot be
// used at all: it is locked, forbidden or not a folder. A full or failing disk
// is none: the records are returned, and Append reports what is wrong.
func Open(fs FS, log *slog.Logger) (*Journal, []Record, error) { return open(fs, log, normal) }

// Append stores records, in order, and returns when they are on the disk: one
// write and one fdatasync for all of them. After an error they count as not
// stored; some may be there all the same after the next start. A later Append
// tries again by itself. Append without records makes sure of those that Open
// returned, and otherwise does nothing.
func (j *Journal) Append(recs ...Record) error {
	if j.closed {
		return fmt.Errorf("journal: append: %w", ErrClosed)
	}
	if err := validate(recs); err != nil {
		return err
	}
	if len(recs) == 0 && j.doubt == "" {
		return nil
	}
	own := clone(recs)
	buf := j.form.lay(j.spare(), own, place{gen: j.gen, seq: j.seq, stored: j.seq})
	j.buf = buf
	if j.pos+int64(len(buf)) > j.form.limit {
		return fmt.Errorf("journal: append %d octets to %d: %w", len(buf), j.pos, ErrFull)
	}
	if j.doubt == "" {
		if err := j.reserve(int64(len(buf))); err != nil {
			return fmt.Errorf("journal: append: %w", err) // nothing was written: the file is as it was
		}
		err := j.write(buf)
		if err == nil {
			j.pos, j.seq = j.pos+int64(len(buf)), j.seq+uint64(len(own))
			j.live = append(j.live, own...)
			return nil
		}
		j.log.Error("journal: file failed", "file", name(j.slot), "err", err)
		j.doubt = err.Error()
	}
	if err := j.turn(append(j.live[:len(j.live):len(j.live)], own...)); err != nil {
		return fmt.Errorf("journal: append: %s in doubt (%s), and the other failed: %w", name(j.slot), j.doubt, err)
	}
	return nil
}

// Compact keeps only the records given, in a fresh file, and forgets all
// others. The caller decides when, by Size, and what must live on. After an
// error the records are those from before, or, after the next start, perhaps
// those given.
func (j *Journal) Compact(live []Record) error {
	if j.closed {
		return fmt.Errorf("journal: compact: %w", ErrClosed)
	}
	if err := validate(live); err != nil {
		return err
	}
	if err := j.turn(clone(live)); err != nil {
		return fmt.Errorf("journal: compact: %w", err)
	}
	return nil
}

// Size is how many octets the present file uses, its 4 KiB of header included.
// A journal takes no more above 16 MiB.
func (j *Journal) Size() int64 { return j.pos }

// Damage is what Open found wrong with the files.
func (j *Journal) Damage() Damage { return j.damage }

// Close closes the files and unlocks the folder; nothing remains to be stored.
// It may be called again.
func (j *Journal) Close() error {
	if j.closed {
		return nil
	}
	j.closed = true
	var err error
	if j.cur != nil {
		err = j.cur.Close()
	}
	return errors.Join(err, j.fs.Close())
}

// spare is memory for the next append. A kiosk presses after long rests, when
// nothing is in the processor's caches: to allocate took a tenth of the sync.
func (j *Journal) spare() []byte {
	const most = 64 << 10 // octets that are kept
	if cap(j.buf) == 0 || cap(j.buf) > most {
		return make([]byte, 0, 4<<10)
	}
	return j.buf[:0]
}

// lay appends records that follow one another to buf, the first after p.seq.
func (l layout) lay(buf []byte, recs []Record, p place) []byte {
	for _, r := range recs {
		p.seq++
		buf = l.encode(buf, p, r)
	}
	return buf
}

// reserve takes space ahead, so that a full disk is noticed before anything is
// written and a sync has no lengths to write.
func (j *Journal) reserve(n int64) (err error) {
	if j.pos+n <= j.space {
		return nil
	}
	j.space, err = j.form.grow(j.cur, max(j.space, j.pos), j.pos+n)
	return err
}

// grow makes a file that has space octets longer: by a chunk more than it must
// be or, on a disk that has no room for that, as long as it must be. It gives
// the space that there is then.
func (l layout) grow(f File, space, size int64) (int64, error) {
	err := f.Grow(size + l.chunk)
	if err == nil {
		return size + l.chunk, nil
	}
	if errors.Is(err, syscall.ENOSPC) {
		if err = f.Grow(size); err == nil {
			return size, nil
		}
	}
	return space, err
}

func (j *Journal) write(buf []byte) error {
	failpoint.At(failpoint.TerminalWriteBefore)
	if _, err := j.cur.WriteAt(buf, j.pos); err != nil {
		return err
	}
	failpoint.At(failpoint.TerminalSyncBefore)
	err := j.cur.Sync()
	failpoint.At(failpoint.TerminalSyncAfter)
	return err
}
