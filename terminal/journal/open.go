package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"syscall"
)

func open(folder FS, log *slog.Logger, form layout) (*Journal, []Record, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	j := &Journal{fs: folder, log: log, form: form, slot: 1, pos: headerSize}
	if err := j.choose(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("journal: open: %w", err), folder.Close())
	}
	if err := j.read(); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("journal: open: %w", err), j.cur.Close(), folder.Close())
	}
	if j.doubt != "" {
		err := j.turn(j.live)
		if err != nil && j.cur == nil && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EIO) {
			return nil, nil, errors.Join(fmt.Errorf("journal: open: %w", err), folder.Close())
		}
		if err != nil {
			log.Error("journal: cannot store at present", "err", err)
		}
	}
	return j, clone(j.live), nil
}

// choose opens both files and keeps the one of the highest generation.
func (j *Journal) choose() error {
	for slot := range 2 {
		f, err := j.fs.Open(name(slot))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err // a file that is there and not ours to read must not be replaced
		}
		// What an earlier process wrote may be in memory only, and one whose
		// sync failed left there what will never be on the disk.
		reloadErr := f.Reload()
		gen, ok := readHeader(f)
		if !ok || gen <= j.top {
			if !ok {
				j.log.Warn("journal: file without a header", "file", name(slot))
			}
			_ = f.Close()
			continue
		}
		if j.cur != nil {
			_ = j.cur.Close()
		}
		j.cur, j.slot, j.gen, j.top, j.doubt = f, slot, gen, gen, ""
		if reloadErr != nil {
			j.doubt = reloadErr.Error()
		}
	}
	return nil
}

// read replays the present file and decides whether it may be appended to.
func (j *Journal) read() error {
	if j.cur == nil {
		j.doubt = "no file yet"
		return nil
	}
	b, unreadable, err := load(j.cur)
	if err != nil {
		return err // to go on without its records would bury them
	}
	found := j.form.replay(b, j.gen)
	j.live, j.pos, j.seq, j.space = found.recs, found.end, found.seq, int64(len(b))
	j.damage = found.damage
	j.damage.Unreadable = unreadable
	if j.damage != (Damage{}) {
		j.log.Warn("journal: damage", "file", name(j.slot), "records", len(found.recs),
			"torn_octets", j.damage.Torn, "lost_records", j.damage.Lost, "unreadable_octets", unreadable)
		if !j.form.keepTail {
			j.doubt = "damaged"
		}
	}
	if err := j.fs.SyncDir(); err != nil {
		j.doubt = err.Error()
	}
	return nil
}
