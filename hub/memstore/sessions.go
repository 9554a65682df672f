package memstore

import (
	"bytes"
	"time"

	"github.com/alexedwards/scs/v2"
)

type session struct {
	data   []byte
	expiry time.Time
}

// Sessions keeps who is signed in.
type Sessions struct{ d *data }

var _ scs.Store = Sessions{}

// Sessions is the store of sessions on the same data.
func (s *Store) Sessions() Sessions { return Sessions{s.data} }

// Find implements scs.Store.
func (k Sessions) Find(token string) ([]byte, bool, error) {
	k.d.mu.Lock()
	defer k.d.mu.Unlock()
	v, ok := k.d.sessions[token]
	if !ok || !time.Now().Before(v.expiry) {
		delete(k.d.sessions, token)
		return nil, false, nil
	}
	return bytes.Clone(v.data), true, nil
}

// Commit implements scs.Store.
func (k Sessions) Commit(token string, data []byte, expiry time.Time) error {
	k.d.mu.Lock()
	defer k.d.mu.Unlock()
	k.d.sessions[token] = session{bytes.Clone(data), expiry}
	return nil
}

// Delete implements scs.Store.
func (k Sessions) Delete(token string) error {
	k.d.mu.Lock()
	defer k.d.mu.Unlock()
	delete(k.d.sessions, token)
	return nil
}
