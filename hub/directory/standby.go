package directory

import (
	"context"
	"sync"
	"time"

	"huying/hub/refusal"
)

// Standby figures: how long the store may take before the last known record
// serves, and how many records of each kind are kept. 20,000 points are a
// province on one installation.
const (
	standbyPatience = 500 * time.Millisecond
	standbyRecords  = 25_000
)

// Standby finds people and kiosks while the store is away: it remembers what
// it saw. People must be able to answer, and kiosks to come back, without a
// database. It is safe for concurrent use.
type Standby struct {
	people interface {
		PersonByID(ctx context.Context, id string) (Person, error)
		PersonByAccount(ctx context.Context, account string) (Person, error)
	}
	kiosks interface {
		Kiosk(ctx context.Context, id string) (Kiosk, error)
		AllKiosks(ctx context.Context) ([]Kiosk, error)
	}
	seenPeople remembered[Person]
	seenKiosks remembered[Kiosk]
}

// NewStandby wraps a store.
func NewStandby(store Store) *Standby { return &Standby{people: store, kiosks: store} }

// Warm reads all kiosks once, so that those which connect for the first time
// after a start are known even if the store goes away before.
func (s *Standby) Warm(ctx context.Context) error {
	all, err := s.kiosks.AllKiosks(ctx)
	for _, k := range all {
		s.seenKiosks.put(k.ID, k.Clone())
	}
	return err
}

// Kiosk finds a kiosk as Kiosks does, or as it was last seen when the store
// does not answer. Stale then may be: a key revoked by another process.
func (s *Standby) Kiosk(ctx context.Context, id string) (Kiosk, error) {
	k, err := s.seenKiosks.lookup(ctx, id, s.kiosks.Kiosk)
	return k.Clone(), err
}

// PersonByID finds a person likewise.
func (s *Standby) PersonByID(ctx context.Context, id string) (Person, error) {
	return s.seenPeople.lookup(ctx, id, s.people.PersonByID)
}

// PersonByAccount asks the store and nothing else: signing in needs it.
func (s *Standby) PersonByAccount(ctx context.Context, account string) (Person, error) {
	limited, cancel := context.WithTimeout(ctx, 4*standbyPatience)
	defer cancel()
	p, err := s.people.PersonByAccount(limited, account)
	if err == nil {
		s.seenPeople.put(p.ID, p)
	}
	return p, err
}

// remembered is the last known record by key.
type remembered[V any] struct {
	mu   sync.Mutex
	seen map[string]V
}

func (r *remembered[V]) lookup(ctx context.Context, key string, find func(context.Context, string) (V, error)) (V, error) {
	limited, cancel := context.WithTimeout(ctx, standbyPatience)
	defer cancel()
	v, err := find(limited, key)
	if err == nil {
		r.put(key, v)
		return v, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, said := refusal.Of(err); said { // the store answered: there is none
		delete(r.seen, key)
		return v, err
	}
	if last, ok := r.seen[key]; ok {
		return last, nil
	}
	return v, err
}

func (r *remembered[V]) put(key string, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = make(map[string]V)
	}
	if _, have := r.seen[key]; !have && len(r.seen) >= standbyRecords {
		for other := range r.seen { // any: only a store that invents records gets here
			delete(r.seen, other)
			break
		}
	}
	r.seen[key] = v
}
