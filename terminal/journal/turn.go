package journal

import (
	"fmt"

	"huying/internal/failpoint"
)

func name(slot int) string { return fmt.Sprintf("journal.%d", slot) }

// turn writes records to a fresh file in the other's place and makes it the
// one that counts. Until the new header is being written the present file is
// untouched and goes on to count.
func (j *Journal) turn(recs []Record) error {
	failpoint.At(failpoint.TerminalTurnBefore)
	slot := 1 - j.slot
	j.top++ // never the same twice: a header that failed may be on the disk
	gen := j.top
	// Once the header is there all records are: each says so.
	buf := j.form.lay(nil, recs, place{gen: gen, stored: uint64(len(recs))})
	end := headerSize + int64(len(buf))
	f, space, err := j.prepare(slot, buf, end)
	if err != nil {
		return err
	}
	failpoint.At(failpoint.TerminalTurnFilled)
	before := j.doubt
	j.doubt = "a newer file may count already"
	if err := commit(f, gen); err != nil {
		_ = f.Close() // it failed already
		return err
	}
	failpoint.At(failpoint.TerminalTurnAfter)
	if before != "" {
		j.log.Warn("journal: other file took over", "file", name(slot), "because", before)
	}
	if j.cur != nil {
		_ = j.cur.Close() // it counts no more
	}
	j.cur, j.slot, j.gen, j.doubt = f, slot, gen, ""
	j.pos, j.space, j.seq, j.live = end, space, uint64(len(recs)), recs
	return nil
}

// prepare makes a file with records and without a header, on the disk, and
// says how many octets are reserved in it; the records need the first end.
func (j *Journal) prepare(slot int, buf []byte, end int64) (f File, space int64, err error) {
	if f, err = j.fs.Create(name(slot)); err != nil {
		return nil, 0, err
	}
	if space, err = j.form.grow(f, 0, end); err == nil {
		err = fill(f, buf)
	}
	if err == nil {
		err = j.fs.SyncDir()
	}
	if err == nil {
		return f, space, nil
	}
	_ = f.Close()
	_ = j.fs.Remove(name(slot)) // gives the space back; a file without a header harms nobody
	return nil, 0, err
}

func fill(f File, buf []byte) error {
	if _, err := f.WriteAt(buf, headerSize); err != nil {
		return err
	}
	return f.Sync()
}

func commit(f File, gen uint64) error {
	if err := writeHeader(f, gen); err != nil {
		return err
	}
	failpoint.At(failpoint.TerminalTurnHeader)
	return f.Sync()
}
