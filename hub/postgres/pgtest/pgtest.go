// Package pgtest gives tests a fresh PostgreSQL database each, cheaply: one throw-away cluster per run, a template
// that is migrated once, and a copy of its files for every test. Only tests import it.
//
// All test binaries of a run share one cluster when they are started through withpg:
//
//	go run ./hub/postgres/pgtest/withpg go test ./...
//
// Otherwise each test binary starts its own (under a second) when its first test needs one.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// URL makes an empty database and returns how to connect to it as its owner. It is dropped, with whoever is still
// connected, at the end of the test.
func URL(t testing.TB) string {
	t.Helper()
	return fresh(t, base(t), "template1")
}

// Template returns a fresh copy of the database that migrate made, dropped at the end of the test. migrate runs once
// per cluster and name, whichever test of whichever test binary comes first; it must close its connections. Whoever
// keeps one cluster over several runs has to put the version of what migrate does into the name.
func Template(t testing.TB, name string, migrate func(url string) error) string {
	t.Helper()
	at := base(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	template := "tpl_" + name
	if err := ensure(ctx, at, template, migrate); err != nil {
		t.Fatalf("pgtest: template %s: %v", name, err)
	}
	return fresh(t, at, template)
}

func base(t testing.TB) string {
	t.Helper()
	at, err := server()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return at
}

// ensure makes the template unless it is there. It is built under another name and renamed when it is complete, so
// that a failed or killed migrate leaves nothing that looks like a template.
func ensure(ctx context.Context, at, template string, migrate func(url string) error) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // Gives the lock back.
	if _, err = conn.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", template); err != nil {
		return err
	}
	var there bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&there)
	if there || err != nil {
		return err
	}
	draft := template + "_draft"
	if err = do(ctx, conn, "DROP DATABASE IF EXISTS %s WITH (FORCE)", draft); err != nil {
		return err
	}
	if err = do(ctx, conn, "CREATE DATABASE %s STRATEGY file_copy", draft); err != nil {
		return err
	}
	if err = migrate(in(at, draft)); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	// Connections that are just being closed are waited for, for a second instead of PostgreSQL's five.
	if err = do(ctx, conn, "SET statement_timeout = 1000"); err != nil {
		return err
	}
	if err = do(ctx, conn, "ALTER DATABASE %s RENAME TO %s", draft, template); err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && (pg.Code == "57014" || pg.Code == "55006") { // query_canceled, object_in_use
			return fmt.Errorf("migrate left connections open: %w", err)
		}
		return err
	}
	return do(ctx, conn, "ALTER DATABASE %s ALLOW_CONNECTIONS false", template) // A copy needs it unused.
}

// fresh copies the template's files, which is faster than writing its pages to the log (35-72 ms, in the design).
func fresh(t testing.TB, at, template string) string {
	t.Helper()
	name := "t_" + strings.ToLower(rand.Text())
	run := func(format string, names ...string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		conn, err := pgx.Connect(ctx, at)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		return do(ctx, conn, format, names...)
	}
	if err := run("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := run("DROP DATABASE IF EXISTS %s WITH (FORCE)", name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return in(at, name)
}

func do(ctx context.Context, conn *pgx.Conn, format string, names ...string) error {
	quoted := make([]any, len(names))
	for i, n := range names {
		quoted[i] = pgx.Identifier{n}.Sanitize()
	}
	_, err := conn.Exec(ctx, fmt.Sprintf(format, quoted...))
	return err
}

// in is the same URL for another database of the cluster.
func in(at, database string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at // Connecting says what is wrong with it.
	}
	u.Path = "/" + database
	return u.String()
}
