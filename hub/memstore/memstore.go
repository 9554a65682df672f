// Package memstore keeps in memory what hub/store keeps in PostgreSQL, with
// the same answers: for tests, and for trying a hub out without a database.
// Nothing in it outlives the process.
package memstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"huying/hub/directory"
	"huying/hub/directory/memory"
	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/site"
)

// What the store refuses, as hub/store does.
var (
	ErrNotLoaded  = errors.New("memstore: not loaded yet, nothing may be written")
	ErrSuperseded = fmt.Errorf("memstore: %w", site.ErrSuperseded)
)

// Store is one hub's hold on the data. It is safe for concurrent use.
type Store struct {
	*memory.Store
	data        *data
	incarnation uint64 // under data.mu
}

var _ directory.Store = (*Store)(nil)

// data is what would be on disk.
type data struct {
	mu          sync.Mutex
	image       *site.Image
	order       []call.ID // as first heard of
	events      map[call.ID][]eventlog.Event
	logged      map[eventlog.Identity]bool
	seq         int64
	incarnation uint64
	down        error
	sessions    map[string]session
	life        health
	shelf       shelf
}

// New makes an empty store.
func New() *Store {
	return &Store{Store: memory.New(), data: &data{image: site.NewImage(),
		events: map[call.ID][]eventlog.Event{}, logged: map[eventlog.Identity]bool{}, sessions: map[string]session{}, life: newHealth()}}
}

// Reopen is another store on the same data, as the next process would open it.
func (s *Store) Reopen() *Store { return &Store{Store: s.Store, data: s.data} }

// Down makes Load, Commit, Ping and the reading of calls fail with err, for
// all stores on the data, until it is called with nil. People, kiosks and
// sessions stay.
func (s *Store) Down(err error) {
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	s.data.down = err
}

// hold locks the data, unless they cannot be had.
func (s *Store) hold(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.data.mu.Lock()
	if s.data.down != nil {
		defer s.data.mu.Unlock()
		return nil, s.data.down
	}
	return s.data.mu.Unlock, nil
}

// Ping reports whether the store is down.
func (s *Store) Ping(ctx context.Context) error {
	release, err := s.hold(ctx)
	if err == nil {
		release()
	}
	return err
}

// Incarnation is the number under which this store writes; 0 before Load.
func (s *Store) Incarnation() uint64 {
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	return s.incarnation
}

// Load makes the caller the only writer and gives what a site starts from.
func (s *Store) Load(ctx context.Context) (*site.Image, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	s.data.incarnation++
	s.incarnation = s.data.incarnation
	im := s.data.image.Copy()
	maps.DeleteFunc(im.Out, func(_ call.Site, rows []site.OutRow) bool { return len(rows) == 0 })
	forgetOld(im)
	return im, nil
}

// forgetOld leaves the open calls and the latest few of each kiosk.
func forgetOld(im *site.Image) {
	of := map[string][]call.Mark{}
	for id := range im.Calls {
		of[id.Kiosk] = append(of[id.Kiosk], id.Mark)
	}
	for kiosk, marks := range of {
		slices.SortFunc(marks, func(a, b call.Mark) int {
			if b.Less(a) {
				return -1
			}
			return 1
		})
		for _, m := range marks[min(site.Remember, len(marks)):] {
			id := call.ID{Kiosk: kiosk, Mark: m}
			if c := im.Calls[id]; c.Phase() == call.Closed {
				delete(im.Calls, id)
			}
		}
	}
}

// Commit stores saves, all or none.
func (s *Store) Commit(ctx context.Context, at time.Time, saves []site.Save) error {
	stored := make([]site.Save, len(saves))
	for i, v := range saves {
		var err error
		if stored[i], err = written(v); err != nil {
			return err
		}
	}
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	switch s.incarnation {
	case 0:
		return ErrNotLoaded
	case s.data.incarnation:
	default:
		return ErrSuperseded
	}
	for _, v := range stored {
		s.data.apply(at, v)
	}
	return nil
}

// written gives a save as a database would give it back: what is not stored
// is gone, and nothing is shared with the site.
func written(s site.Save) (site.Save, error) {
	s.Calls = slices.Clone(s.Calls)
	for i, c := range s.Calls {
		data, err := json.Marshal(c)
		if err != nil {
			return s, fmt.Errorf("memstore: call %s: %w", c.ID, err)
		}
		s.Calls[i] = call.Call{}
		if err := json.Unmarshal(eventlog.Storable(data), &s.Calls[i]); err != nil {
			return s, fmt.Errorf("memstore: call %s: %w", c.ID, err)
		}
	}
	for i, f := range s.Facts {
		if _, err := eventlog.IdentityOf(f); err != nil {
			return s, fmt.Errorf("memstore: fact %d of call %s: %w", i, f.Call, err)
		}
	}
	return s, nil
}

func (d *data) apply(at time.Time, v site.Save) {
	for _, c := range v.Calls {
		if _, known := d.image.Calls[c.ID]; !known {
			d.order = append(d.order, c.ID)
		}
	}
	d.image.Apply(v)
	for _, f := range v.Facts {
		id, err := eventlog.IdentityOf(f)
		if err != nil || d.logged[id] {
			continue
		}
		d.logged[id] = true
		d.seq++
		d.events[f.Call] = append(d.events[f.Call],
			eventlog.Event{Seq: d.seq, Call: f.Call, At: at.UTC(), From: f.From, Fact: f.Fact})
	}
}

// mostCalls bounds a page of calls, as in hub/store.
const mostCalls = 500

// Calls lists calls, the one heard of last in front, from the one after
// before; the zero ID starts at the first.
func (s *Store) Calls(ctx context.Context, limit int, before call.ID) ([]call.Call, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	end := len(s.data.order)
	if !before.IsZero() {
		end = max(slices.Index(s.data.order, before), 0)
	}
	var calls []call.Call
	for i := end - 1; i >= 0 && len(calls) < min(max(limit, 1), mostCalls); i-- {
		calls = append(calls, s.data.image.Calls[s.data.order[i]])
	}
	return calls, nil
}

// Call finds a call, however old; false if this site never heard of it.
func (s *Store) Call(ctx context.Context, id call.ID) (call.Call, bool, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return call.Call{}, false, err
	}
	defer release()
	c, ok := s.data.image.Calls[id]
	return c, ok, nil
}

// Events gives the entries of the event log about a call, oldest first.
func (s *Store) Events(ctx context.Context, id call.ID) ([]eventlog.Event, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return slices.Clone(s.data.events[id]), nil
}
