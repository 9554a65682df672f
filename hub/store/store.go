package store

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"huying/hub/store/query"
)

// Options are what may differ between hubs; the zero value is for production.
type Options struct {
	// Unsafe accepts a server with fsync or full_page_writes off, for tests.
	// synchronous_commit must be on all the same.
	Unsafe bool
	// CommitTimeout bounds a Commit, waiting included; each save in it adds a
	// millisecond. Zero means 5 s.
	CommitTimeout time.Duration
	// QueryTimeout bounds every other question but Load and migrations, which
	// have a minute. Zero means 5 s.
	QueryTimeout time.Duration
	// Now is the wall clock by which sessions end; nil means time.Now.
	Now func() time.Time

	// dial replaces the network in tests.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	patience     = 5 * time.Second // default of both timeouts
	longPatience = time.Minute     // Load, migrations
)

func (o Options) normalize() Options {
	if o.CommitTimeout <= 0 {
		o.CommitTimeout = patience
	}
	if o.QueryTimeout <= 0 {
		o.QueryTimeout = patience
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Store is a hub's storage. It is safe for concurrent use.
type Store struct {
	opt Options
	// Pages that hang must not take the connections that presses need.
	writer, reader *pgxpool.Pool
	q              *query.Queries // on reader

	// turn holds one token: commits keep their order, and Load comes between.
	turn        chan struct{}
	attempt     int64 // of this incarnation; held with turn
	incarnation atomic.Int64
	close       sync.Once
}

// Open connects, brings the tables up to date, and refuses a server that may
// lose commits. Several hubs may do so at once. The URL is PostgreSQL's own
// form; a list of hosts with target_session_attrs=read-write works.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	ctx, cancel := context.WithTimeout(ctx, longPatience)
	defer cancel()
	s := &Store{opt: opt.normalize(), turn: make(chan struct{}, 1)}
	if err := s.connect(ctx, url); err != nil {
		return nil, err
	}
	s.q = query.New(s.reader)
	if err := migrate(ctx, s.reader); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close waits for what is under way, which has its time limits, and ends all
// connections. Idempotent.
func (s *Store) Close() {
	s.close.Do(func() {
		s.writer.Close()
		s.reader.Close()
	})
}

// Ping asks whether the database answers and takes writes, for readiness.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opt.QueryTimeout)
	defer cancel()
	var readOnly bool
	err := s.reader.QueryRow(ctx, "SELECT current_setting('transaction_read_only')::boolean").Scan(&readOnly)
	switch {
	case err != nil:
		return fmt.Errorf("store: ping: %w", err)
	case readOnly:
		return fmt.Errorf("store: ping: the database is read-only")
	}
	return nil
}

// Incarnation is the number under which this store writes: 0 before Load,
// then higher with each Load on the database, whoever does it.
func (s *Store) Incarnation() uint64 { return uint64(s.incarnation.Load()) }

// take waits for the turn.
func (s *Store) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) give() { <-s.turn }

// asking bounds a question to the database.
func (s *Store) asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.opt.QueryTimeout)
}
