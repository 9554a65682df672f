package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"huying/hub/postgres"
	"huying/hub/store"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/terminal/journal"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// Proof is what the disks of all say together.
type Proof struct {
	Pressed   int // by the villagers
	Journaled int // presses in the kiosks' journals
	Calls     int // in the databases, which have the same
}

// Verify stops the county and reads every disk: each press that a villager
// made is in its kiosk's journal, once, and in both databases, in exactly one
// call, which has the id that the kiosk gave it; and there is nothing else.
func (c *County) Verify(ctx context.Context) (Proof, error) {
	c.halt()
	var p Proof
	var errs []error
	want := map[call.PressID]call.ID{}
	for _, k := range c.kiosks {
		p.Pressed += k.pressed
		made, err := k.journaled()
		if err != nil {
			return p, err
		}
		if len(made) != k.pressed {
			errs = append(errs, fmt.Errorf("line: kiosk %s was pressed %d times, its journal has %d presses", k.id, k.pressed, len(made)))
		}
		for press, of := range made {
			want[press] = of
		}
	}
	p.Journaled = len(want)
	for _, s := range []*site{c.home, c.last} {
		calls, err := s.stored(ctx)
		if err != nil {
			return p, errors.Join(append(errs, err)...)
		}
		p.Calls = len(calls)
		errs = append(errs, compare(s.unit.Name, want, calls)...)
	}
	for _, id := range c.rings.calls() {
		if rang, err := call.ParseID(id); err != nil || want[rang] != rang {
			errs = append(errs, fmt.Errorf("line: %s rang, and no kiosk opened it", id))
		}
	}
	return p, errors.Join(errs...)
}

// compare finds what one database has otherwise than the journals.
func compare(site string, want map[call.PressID]call.ID, calls []call.Call) (errs []error) {
	found := map[call.PressID]int{}
	for _, x := range calls {
		if x.Phase() != call.Closed {
			errs = append(errs, fmt.Errorf("line: at %s call %s is %s", site, x.ID, x.Phase()))
		}
		known := 0
		for press, of := range want {
			if press.Kiosk != x.ID.Kiosk || !x.Seen.Has(press.Mark) {
				continue
			}
			known++
			found[press]++
			if of != x.ID {
				errs = append(errs, fmt.Errorf("line: at %s press %s is in call %s, its kiosk says %s", site, press, x.ID, of))
			}
		}
		if known != x.Seen.Count() {
			errs = append(errs, fmt.Errorf("line: at %s call %s has %d presses, the kiosk made %d of them", site, x.ID, x.Seen.Count(), known))
		}
	}
	for press := range want {
		if n := found[press]; n != 1 {
			errs = append(errs, fmt.Errorf("line: at %s press %s is in %d calls", site, press, n))
		}
	}
	return errs
}

// journaled reads the presses for help in the kiosk's journal, and their calls.
// A kiosk that runs for minutes also tests itself, which makes a press too.
func (k *village) journaled() (map[call.PressID]call.ID, error) {
	j, recs, err := journal.Open(journal.Dir(filepath.Join(k.data(), "journal")), quiet)
	if err != nil {
		return nil, err
	}
	made := map[call.PressID]call.ID{}
	for _, r := range recs {
		var k kiosk.Record
		if err := json.Unmarshal(r.Data, &k); err == nil && k.Pressed != nil && k.Pressed.Purpose.Calls() {
			made[k.Pressed.Press] = k.Pressed.Call
		}
	}
	return made, j.Close()
}

// stored reads all calls of the site's database, which its hub has left.
func (s *site) stored(ctx context.Context) ([]call.Call, error) {
	pg, err := postgres.Supervise(ctx, postgres.Config{Dir: filepath.Join(s.folder, "postgres"), Log: quiet})
	if err != nil {
		return nil, err
	}
	defer func() { _ = pg.Stop(context.Background()) }()
	db, err := store.Open(ctx, pg.URL(), store.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var all []call.Call
	var last call.ID
	for {
		calls, err := db.Calls(ctx, store.MostCalls, last)
		if err != nil || len(calls) == 0 {
			return all, err
		}
		all, last = append(all, calls...), calls[len(calls)-1].ID
	}
}
