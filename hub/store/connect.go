package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Connections of each pool. One commit runs at a time; the others are for
// when some wait to be closed by a server that hangs. The rest is for pages.
const (
	writers = 4
	readers = 8
)

func (s *Store) connect(ctx context.Context, url string) (err error) {
	if s.writer, err = s.pool(ctx, url, writers); err != nil {
		return err
	}
	if s.reader, err = s.pool(ctx, url, readers); err != nil {
		s.writer.Close()
		return err
	}
	if err = s.reader.Ping(ctx); err != nil { // runs assertSafe
		s.Close()
		return fmt.Errorf("store: connect: %w", err)
	}
	return nil
}

func (s *Store) pool(ctx context.Context, url string, size int32) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: database URL: %w", err)
	}
	c.MaxConns = size
	c.ConnConfig.ConnectTimeout = patience
	if s.opt.dial != nil {
		c.ConnConfig.DialFunc = s.opt.dial
	}
	// What the program has given up, the server shall give up too.
	limit := strconv.FormatInt((2 * longPatience).Milliseconds(), 10)
	for name, value := range map[string]string{
		"application_name": "huying", "TimeZone": "UTC", "statement_timeout": limit,
		"idle_in_transaction_session_timeout": limit,
	} {
		c.ConnConfig.RuntimeParams[name] = value
	}
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error { return assertSafe(ctx, conn, s.opt.Unsafe) }
	c.HealthCheckPeriod = 10 * time.Second
	p, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return p, nil
}

// assertSafe refuses a session whose commits could be lost after they were
// acknowledged (design, section 5), or that cannot keep Chinese.
func assertSafe(ctx context.Context, conn *pgx.Conn, unsafe bool) error {
	var commit, fsync, pages, encoding string
	err := conn.QueryRow(ctx, `SELECT current_setting('synchronous_commit'), current_setting('fsync'),
		current_setting('full_page_writes'), current_setting('server_encoding')`).Scan(&commit, &fsync, &pages, &encoding)
	switch {
	case err != nil:
		return err
	case commit != "on" && commit != "remote_apply": // which is stricter
		return fmt.Errorf("%w: synchronous_commit is %s, set it to on", ErrNotDurable, commit)
	case !unsafe && fsync != "on":
		return fmt.Errorf("%w: fsync is %s, set it to on", ErrNotDurable, fsync)
	case !unsafe && pages != "on":
		return fmt.Errorf("%w: full_page_writes is %s, set it to on", ErrNotDurable, pages)
	case encoding != "UTF8":
		return fmt.Errorf("%w: the database's encoding is %s, make it anew with UTF8", ErrNotDurable, encoding)
	}
	return nil
}
