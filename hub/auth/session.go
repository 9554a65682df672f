package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// SessionLife is how long a session lasts at most: one full duty day, so that
// nobody is signed out in the middle of one.
const SessionLife = 24 * time.Hour

const (
	keySession = "session"
	keyPerson  = "person"
)

// Session is what a cookie stands for.
type Session struct {
	ID       string // random, not the cookie's value; safe to log
	PersonID string
}

// Sessions keeps who is signed in, on the server. The cookie holds a random
// token of which the store sees only the hash.
type Sessions struct {
	manager *scs.SessionManager
}

// NewSessions makes the sessions of a hub. Unit is the hub's own unit code and
// becomes part of the cookie's name, because browsers share cookies between
// the ports of one machine and several hubs may run there. Secure is true when
// pages come over TLS.
func NewSessions(store scs.Store, unit string, secure bool) *Sessions {
	m := scs.New()
	m.Store = newKept(store, time.Now)
	m.Lifetime = SessionLife
	m.HashTokenInStore = true
	m.Cookie.Name = "huying_" + unit
	m.Cookie.SameSite = http.SameSiteStrictMode
	m.Cookie.Secure = secure
	return &Sessions{manager: m}
}

// Load gives a context that knows the request's session, if it has one. An
// error means that the store is away and the session is not known from before.
func (s *Sessions) Load(r *http.Request) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(s.manager.Cookie.Name); err == nil && len(c.Value) <= 64 {
		token = c.Value
	}
	return s.manager.Load(r.Context(), token)
}

// Current is the session in a context from Load; false when nobody is signed in.
func (s *Sessions) Current(ctx context.Context) (Session, bool) {
	now := Session{ID: s.manager.GetString(ctx, keySession), PersonID: s.manager.GetString(ctx, keyPerson)}
	return now, now.ID != "" && now.PersonID != ""
}

// Begin signs a person in and gives the cookie to set. The token is a new one,
// so that a token planted beforehand is worth nothing.
func (s *Sessions) Begin(ctx context.Context, personID string) (Session, *http.Cookie, error) {
	if err := s.manager.RenewToken(ctx); err != nil {
		return Session{}, nil, fmt.Errorf("renew session: %w", err)
	}
	now := Session{ID: rand.Text(), PersonID: personID}
	s.manager.Put(ctx, keySession, now.ID)
	s.manager.Put(ctx, keyPerson, now.PersonID)
	token, expiry, err := s.manager.Commit(ctx)
	if err != nil {
		return Session{}, nil, fmt.Errorf("commit session: %w", err)
	}
	return now, s.cookie(token, expiry), nil
}

// End signs out and gives the cookie that removes the old one. It holds in
// this process even while the store is away.
func (s *Sessions) End(ctx context.Context) (*http.Cookie, error) {
	if err := s.manager.Destroy(ctx); err != nil {
		return nil, fmt.Errorf("destroy session: %w", err)
	}
	return s.cookie("", time.Time{}), nil
}

func (s *Sessions) cookie(token string, expiry time.Time) *http.Cookie {
	c := &http.Cookie{
		Name: s.manager.Cookie.Name, Value: token, Path: "/",
		HttpOnly: true, Secure: s.manager.Cookie.Secure, SameSite: http.SameSiteStrictMode,
	}
	if expiry.IsZero() {
		c.Expires, c.MaxAge = time.Unix(1, 0), -1
	} else {
		c.Expires = expiry
	}
	return c
}
