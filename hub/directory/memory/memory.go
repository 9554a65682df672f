// Package memory keeps a directory in memory: for tests, for the simulator and
// for a hub whose people do not matter after it ends. It passes the same suite
// as the store on PostgreSQL.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"huying/hub/authority"
	"huying/hub/directory"
)

// Store is a directory.Store in memory, safe for concurrent use.
type Store struct {
	mu     sync.Mutex
	people map[string]directory.Person
	kiosks map[string]directory.Kiosk
	codes  map[string]directory.Code // by kiosk: one open code each

	photos    map[string]directory.Photo
	authority *authority.Kept
	settings  map[string]directory.Settings // the latest, by kiosk
	rev       uint32
}

var _ directory.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store {
	return &Store{
		people: make(map[string]directory.Person),
		kiosks: make(map[string]directory.Kiosk),
		codes:  make(map[string]directory.Code),

		photos:   make(map[string]directory.Photo),
		settings: make(map[string]directory.Settings),
	}
}

// PutPerson implements directory.People.
func (s *Store) PutPerson(_ context.Context, p directory.Person) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.people {
		if other.Account == p.Account && other.ID != p.ID {
			return directory.ErrAccountTaken()
		}
	}
	s.people[p.ID] = p
	return nil
}

// PersonByID implements directory.People.
func (s *Store) PersonByID(_ context.Context, id string) (directory.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.people[id]; ok {
		return p, nil
	}
	return directory.Person{}, directory.ErrUnknownPerson()
}

// PersonByAccount implements directory.People.
func (s *Store) PersonByAccount(_ context.Context, account string) (directory.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		if p.Account == account {
			return p, nil
		}
	}
	return directory.Person{}, directory.ErrUnknownPerson()
}

// AllPeople implements directory.People.
func (s *Store) AllPeople(context.Context) ([]directory.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]directory.Person, 0, len(s.people))
	for _, p := range s.people {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b directory.Person) int { return cmp.Compare(a.Account, b.Account) })
	return all, nil
}

// AddKiosk implements directory.Kiosks.
func (s *Store) AddKiosk(_ context.Context, k directory.Kiosk) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.kiosks[k.ID]; ok {
		return directory.ErrKioskExists()
	}
	s.kiosks[k.ID] = k.Clone()
	return nil
}

// PutKiosk implements directory.Kiosks.
func (s *Store) PutKiosk(_ context.Context, k directory.Kiosk) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kiosks[k.ID] = k.Clone()
	return nil
}

// Kiosk implements directory.Kiosks.
func (s *Store) Kiosk(_ context.Context, id string) (directory.Kiosk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.kiosks[id]; ok {
		return k.Clone(), nil
	}
	return directory.Kiosk{}, directory.ErrUnknownKiosk()
}

// AllKiosks implements directory.Kiosks.
func (s *Store) AllKiosks(context.Context) ([]directory.Kiosk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]directory.Kiosk, 0, len(s.kiosks))
	for _, k := range s.kiosks {
		all = append(all, k.Clone())
	}
	slices.SortFunc(all, func(a, b directory.Kiosk) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// RevokeKiosk implements directory.Kiosks.
func (s *Store) RevokeKiosk(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kiosks[id]
	if !ok {
		return directory.ErrUnknownKiosk()
	}
	k.Revoked = true
	s.kiosks[id] = k
	delete(s.codes, id)
	return nil
}

// IssueCode implements directory.Codes.
func (s *Store) IssueCode(_ context.Context, c directory.Code) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.kiosks[c.Kiosk]; !ok {
		return directory.ErrUnknownKiosk()
	}
	c.Hash = bytes.Clone(c.Hash)
	s.codes[c.Kiosk] = c
	return nil
}

// RedeemCode implements directory.Codes.
func (s *Store) RedeemCode(_ context.Context, hash, publicKey []byte, now time.Time) (directory.Kiosk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.codes {
		if !bytes.Equal(c.Hash, hash) || !now.Before(c.Expires) {
			continue
		}
		delete(s.codes, id)
		k := s.kiosks[id]
		k.PublicKey, k.EnrolledAt, k.Revoked = bytes.Clone(publicKey), now, false
		s.kiosks[id] = k
		return k.Clone(), nil
	}
	return directory.Kiosk{}, directory.ErrBadCode()
}
