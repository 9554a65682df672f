package store

import (
	"context"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"

	"huying/hub/store/query"
	"huying/internal/failpoint"
)

// Sessions keeps who is signed in. The published scs store for pgx is not
// used: it asks without any time limit and by the database's clock.
type Sessions struct{ s *Store }

var _ scs.CtxStore = Sessions{}

// Sessions is the store of sessions in the same database.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx implements scs.CtxStore.
func (k Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	ctx, cancel := k.s.asking(ctx)
	defer cancel()
	data, err := k.s.q.FindSession(ctx, query.FindSessionParams{Token: token, At: k.s.opt.Now()})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, wrap("find session", err)
}

// CommitCtx implements scs.CtxStore. It also forgets sessions that have ended:
// people sign in rarely, and nothing else makes sessions.
func (k Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	ctx, cancel := k.s.asking(ctx)
	defer cancel()
	failpoint.At(failpoint.HubSessionBefore)
	if err := k.s.q.PutSession(ctx, query.PutSessionParams{Token: token, Data: data, Expiry: expiry}); err != nil {
		return wrap("put session", err)
	}
	failpoint.At(failpoint.HubSessionAfter)
	return wrap("drop expired sessions", k.s.q.DropExpiredSessions(ctx, k.s.opt.Now()))
}

// DeleteCtx implements scs.CtxStore.
func (k Sessions) DeleteCtx(ctx context.Context, token string) error {
	ctx, cancel := k.s.asking(ctx)
	defer cancel()
	return wrap("drop session", k.s.q.DropSession(ctx, token))
}

// Find implements scs.Store.
func (k Sessions) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (k Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (k Sessions) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }
