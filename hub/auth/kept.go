package auth

import (
	"errors"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Figures of kept: how long a session is believed without asking the store
// (another hub process may have ended it), how long the store may take, how
// many questions may hang at once, and how many sessions are kept.
const (
	keptFresh    = 10 * time.Second
	keptPatience = 500 * time.Millisecond
	keptHanging  = 8
	keptEntries  = 4096
)

var errStoreSlow = errors.New("session store does not answer")

// kept is a session store that outlives its database: calls ring without one,
// so people must be able to answer without one. It remembers what it saw and
// falls back on that when the store fails or hangs. Signing out holds here at
// once and reaches the store when it can.
type kept struct {
	inner   scs.Store
	now     func() time.Time
	hanging chan struct{}

	mu    sync.Mutex
	known map[string]keptSession
	ended map[string]ending
}

// ending remembers a sign-out: until the store has deleted the session, and a
// while longer, so that an answer of the store that was under way then does
// not bring it back.
type ending struct {
	at     time.Time
	stored bool
}

type keptSession struct {
	data  []byte
	until time.Time // never believed longer than this
	asked time.Time // when the store last confirmed it
}

func newKept(inner scs.Store, now func() time.Time) *kept {
	return &kept{
		inner: inner, now: now,
		hanging: make(chan struct{}, keptHanging),
		known:   make(map[string]keptSession),
		ended:   make(map[string]ending),
	}
}

// ask runs a question to the store with a time limit, whether or not the store
// knows contexts. What hangs longer keeps its place, so only a few can.
func (k *kept) ask(question func() error) error {
	select {
	case k.hanging <- struct{}{}:
	default:
		return errStoreSlow
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-k.hanging }()
		done <- question()
	}()
	limit := time.NewTimer(keptPatience)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return errStoreSlow
	}
}

// Find implements scs.Store.
func (k *kept) Find(token string) ([]byte, bool, error) {
	k.mu.Lock()
	_, over := k.ended[token]
	was, have := k.known[token]
	k.mu.Unlock()
	now := k.now()
	have = have && now.Before(was.until)
	switch {
	case over:
		return nil, false, nil
	case have && now.Sub(was.asked) < keptFresh:
		return was.data, true, nil
	}
	type answer struct {
		data  []byte
		found bool
	}
	got := make(chan answer, 1)
	err := k.ask(func() error {
		data, found, err := k.inner.Find(token)
		got <- answer{data, found}
		return err
	})
	if err != nil {
		if have {
			return was.data, true, nil
		}
		return nil, false, err
	}
	a := <-got
	k.settle()
	return k.confirm(token, was, have, a.data, a.found, now)
}

// confirm takes over what the store said, unless the session was ended
// meanwhile.
func (k *kept) confirm(token string, was keptSession, have bool, data []byte, found bool, now time.Time) ([]byte, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, over := k.ended[token]; over || !found {
		delete(k.known, token)
		return nil, false, nil
	}
	until := now.Add(SessionLife)
	if have {
		until = was.until
	}
	k.keep(token, keptSession{data: data, until: until, asked: now})
	return data, true, nil
}

// Commit implements scs.Store. A new session that the store cannot take is an
// error: it would be gone after a restart without anybody knowing.
func (k *kept) Commit(token string, data []byte, expiry time.Time) error {
	if err := k.ask(func() error { return k.inner.Commit(token, data, expiry) }); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keep(token, keptSession{data: data, until: expiry, asked: k.now()})
	return nil
}

// Delete implements scs.Store and does not fail.
func (k *kept) Delete(token string) error {
	k.mu.Lock()
	delete(k.known, token)
	if len(k.ended) >= keptEntries {
		forgetOldest(k.ended, func(e ending) time.Time { return e.at })
	}
	k.ended[token] = ending{at: k.now()}
	k.mu.Unlock()
	k.settle()
	return nil
}

// settle deletes in the store what was ended here, as far as it answers, and
// forgets what was settled long ago.
func (k *kept) settle() {
	now := k.now()
	k.mu.Lock()
	var due []string
	for token, e := range k.ended {
		switch {
		case !e.stored:
			due = append(due, token)
		case now.Sub(e.at) > keptFresh+keptPatience:
			delete(k.ended, token)
		}
	}
	k.mu.Unlock()
	for _, token := range due {
		if k.ask(func() error { return k.inner.Delete(token) }) != nil {
			return
		}
		k.mu.Lock()
		k.ended[token] = ending{at: now, stored: true}
		k.mu.Unlock()
	}
}

func (k *kept) keep(token string, s keptSession) {
	if _, have := k.known[token]; !have && len(k.known) >= keptEntries {
		forgetOldest(k.known, func(s keptSession) time.Time { return s.asked })
	}
	k.known[token] = s
}

func forgetOldest[V any](m map[string]V, at func(V) time.Time) {
	oldest, found := "", false
	for key, v := range m {
		if !found || at(v).Before(at(m[oldest])) {
			oldest, found = key, true
		}
	}
	delete(m, oldest)
}
