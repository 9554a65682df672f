package terminal

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"huying/internal/failpoint"
	"huying/internal/kiosk"
	"huying/terminal/journal"
)

// recordKind marks a kiosk.Record in JSON; other kinds are passed over.
const recordKind = 1

// store is the journal as the terminal needs it; only one goroutine uses it.
type store interface {
	Append(recs ...journal.Record) error
	Compact(live []journal.Record) error
	Size() int64
	Damage() journal.Damage
	Close() error
}

// openJournal opens the journal of a data folder.
func openJournal(dir string, log *slog.Logger) (store, []journal.Record, error) {
	j, recs, err := journal.Open(journal.Dir(filepath.Join(dir, "journal")), log)
	if err != nil {
		return nil, nil, err
	}
	return j, recs, nil
}

// noStore stands in for a folder that cannot be used: the kiosk calls for help
// from a broken disk too.
type noStore struct{ why error }

func (n noStore) Append(...journal.Record) error { return n.why }
func (n noStore) Compact([]journal.Record) error { return n.why }
func (n noStore) Size() int64                    { return 0 }
func (n noStore) Damage() journal.Damage         { return journal.Damage{} }
func (n noStore) Close() error                   { return nil }

// pack makes a journal record of a kiosk's.
func pack(r kiosk.Record) (journal.Record, error) {
	data, err := json.Marshal(r)
	return journal.Record{Kind: recordKind, Data: data}, err
}

func packAll(recs []kiosk.Record) ([]journal.Record, error) {
	out := make([]journal.Record, 0, len(recs))
	for _, r := range recs {
		p, err := pack(r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// unpack reads what pack wrote. A record that cannot be read is passed over: a
// kiosk starts with whatever its disk still knows.
func unpack(recs []journal.Record, log *slog.Logger) []kiosk.Record {
	out := make([]kiosk.Record, 0, len(recs))
	for i, r := range recs {
		var k kiosk.Record
		if r.Kind != recordKind {
			continue
		}
		if err := json.Unmarshal(r.Data, &k); err != nil {
			log.Error("journal record cannot be read", "record", i+1, "error", err.Error())
			continue
		}
		out = append(out, k)
	}
	return out
}

// remember opens the journal and gives what it amounts to. The error is
// journal.ErrLocked; whatever else is wrong with the disk becomes faults.
func (t *Terminal) remember() (store, kiosk.Memory, []string, error) {
	s, recs, err := t.parts.open(t.cfg.DataDir, t.log)
	if errors.Is(err, journal.ErrLocked) {
		return nil, kiosk.Memory{}, nil, err
	}
	if failpoint.Seeded(failpoint.Amnesia) {
		recs = nil
	}
	var faults []string
	if err != nil {
		t.log.Error("journal cannot be opened, going on without", "error", err.Error())
		faults, s, recs = append(faults, FaultJournal), noStore{err}, nil
	}
	m := kiosk.Replay(unpack(recs, t.log))
	d := s.Damage()
	if d.Lost > 0 || d.Unreadable > 0 {
		faults = append(faults, FaultDamaged)
	}
	// The number of a start makes the ids of presses new. Where it may have been
	// lost, one that surely was never used takes its place: two presses of one
	// id would be one to the hub, and the second would reach nobody.
	if m.BootNo == 0 || len(faults) > 0 {
		m.BootNo = unusedBoot(m.BootNo)
		m.Since, m.NextSeq = 0, 1 // what was lost cannot be counted on
	}
	// Of two copies of one data folder both would take the next number: their
	// presses would be one to the hub. So the next one is a little way off.
	m.BootNo += rand.N[uint32](cloneSpread)
	return s, m, faults, nil
}

// bootEpoch and bootSpread lay out numbers of starts that were not counted: 2^16
// numbers for each day since 2020, which lasts until 2199, and a random part,
// so that even a kiosk whose clock is wrong meets an old number at most once in
// a million times. The wall clock decides nothing else here.
var bootEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

const bootSpread = 1 << 20

// cloneSpread lets two copies of a data folder meet in a number once in 4,096
// starts of both; a kiosk that starts ten times a day uses a third of the day's
// numbers.
const cloneSpread = 1 << 12

func unusedBoot(known uint32) uint32 {
	days := max(0, int64(time.Since(bootEpoch)/(24*time.Hour)))
	return max(known, uint32(min(days, 1<<15))<<16) + rand.N[uint32](bootSpread)
}
