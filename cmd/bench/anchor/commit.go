package anchor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// rowBytes is the text in one row, about a press's frame.
const rowBytes = 200

// schema has the four tables that one press touches, with the keys that make a
// repeated press harmless and nothing else: less than the product's own schema,
// so the anchor is the faster for it.
const schema = `
DROP SCHEMA IF EXISTS bench_anchor CASCADE;
CREATE SCHEMA bench_anchor;
CREATE TABLE bench_anchor.press  (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE bench_anchor.call   (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE bench_anchor.event  (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, call bigint NOT NULL, body text NOT NULL);
CREATE TABLE bench_anchor.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, call bigint NOT NULL, body text NOT NULL);`

const (
	insertPress  = `INSERT INTO bench_anchor.press (id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	insertCall   = `INSERT INTO bench_anchor.call (id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	insertEvent  = `INSERT INTO bench_anchor.event (call, body) VALUES ($1, $2)`
	insertOutbox = `INSERT INTO bench_anchor.outbox (call, body) VALUES ($1, $2)`
)

// CommitAtPace commits one row of about 200 bytes perSecond times a second, each
// in a transaction of its own, whether or not the one before has ended. The pace
// matters: the same commit took 0.28 ms in a closed loop and 1.05 ms at 10 a
// second, because processors and disks doze between presses. It makes the schema
// bench_anchor in the database at url and drops it again.
func CommitAtPace(ctx context.Context, url string, perSecond float64, length time.Duration) (Result, error) {
	d, err := openDatabase(ctx, url, 8)
	if err != nil {
		return Result{}, err
	}
	defer d.close()
	var mu sync.Mutex
	var samples []time.Duration
	began := time.Now()
	err = pace(ctx, perSecond, length, func(pressed time.Time) error {
		_, err := d.pool.Exec(ctx, insertPress, d.next.Add(1), d.body)
		took := time.Since(pressed)
		mu.Lock()
		defer mu.Unlock()
		samples = append(samples, took)
		return err
	})
	if err != nil {
		return Result{}, fmt.Errorf("commit at %g/s: %w", perSecond, err)
	}
	return Summarise(fmt.Sprintf("commit at %g/s", perSecond), samples, time.Since(began)), nil
}

// CommitClosed lets conns connections commit one transaction for each press, one
// after the other: a row in each of press, call, event and outbox. The four
// inserts travel in one pipeline and one implicit transaction, the fastest way
// that pgx has without joining presses. Schema as for CommitAtPace.
func CommitClosed(ctx context.Context, url string, conns int, length time.Duration) (Result, error) {
	if conns < 1 {
		return Result{}, errors.New("CommitClosed: conns must be more than 0")
	}
	d, err := openDatabase(ctx, url, conns)
	if err != nil {
		return Result{}, err
	}
	defer d.close()
	var (
		samples = make([][]time.Duration, conns)
		errs    = make([]error, conns)
		workers sync.WaitGroup
		began   = time.Now()
	)
	for i := range conns {
		workers.Go(func() {
			for time.Since(began) < length && errs[i] == nil {
				before := time.Now()
				errs[i] = d.press(ctx)
				samples[i] = append(samples[i], time.Since(before))
			}
		})
	}
	workers.Wait()
	elapsed := time.Since(began)
	if err := errors.Join(errs...); err != nil {
		return Result{}, fmt.Errorf("one transaction per press: %w", err)
	}
	var all []time.Duration
	for _, s := range samples {
		all = append(all, s...)
	}
	return Summarise(fmt.Sprintf("one transaction per press, %d connections", conns), all, elapsed), nil
}

// database is a pool on a fresh schema bench_anchor.
type database struct {
	pool *pgxpool.Pool
	body string
	next atomic.Int64
}

// openDatabase refuses a server that would acknowledge before it is durable, and
// opens and prepares every connection before anything is measured.
func openDatabase(ctx context.Context, url string, conns int) (*database, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(conns)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	d := &database{pool: pool, body: strings.Repeat("x", rowBytes)}
	if err := d.prepare(ctx, conns); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *database) prepare(ctx context.Context, conns int) error {
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := d.pool.QueryRow(ctx, "SELECT current_setting($1)", setting).Scan(&value); err != nil {
			return err
		}
		if value != "on" {
			return fmt.Errorf("the database has %s=%s: an anchor needs it on", setting, value)
		}
	}
	if _, err := d.pool.Exec(ctx, schema); err != nil {
		return err
	}
	return d.warm(ctx, conns)
}

// warm takes all connections at once, so that each is a different one, and
// commits on each twice: the first prepares its statements.
func (d *database) warm(ctx context.Context, conns int) error {
	for range conns {
		c, err := d.pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("open %d connections (max_connections?): %w", conns, err)
		}
		defer c.Release()
		for range 2 {
			if err := c.SendBatch(ctx, d.batch()).Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *database) press(ctx context.Context) error { return d.pool.SendBatch(ctx, d.batch()).Close() }

func (d *database) batch() *pgx.Batch {
	id, b := d.next.Add(1), &pgx.Batch{}
	for _, insert := range []string{insertPress, insertCall, insertEvent, insertOutbox} {
		b.Queue(insert, id, d.body)
	}
	return b
}

func (d *database) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, _ = d.pool.Exec(ctx, "DROP SCHEMA IF EXISTS bench_anchor CASCADE")
	d.pool.Close()
}
