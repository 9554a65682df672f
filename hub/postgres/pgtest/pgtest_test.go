package pgtest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func query(t *testing.T, at, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var got string
	if err = conn.QueryRow(t.Context(), sql).Scan(&got); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return got
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	var used string
	t.Run("one", func(t *testing.T) {
		used = URL(t)
		query(t, used, "CREATE TABLE mine (n int)")
		if other := URL(t); query(t, other, "SELECT count(*)::text FROM pg_tables WHERE tablename = 'mine'") != "0" {
			t.Error("the second database is not empty")
		}
	})
	if _, err := pgx.Connect(t.Context(), used); err == nil {
		t.Error("the database outlived its test")
	}
}

func TestTemplateIsMigratedOnce(t *testing.T) {
	var runs atomic.Int32
	name := "once_" + strings.ToLower(t.Name()) // Of this run: the cluster may be older.
	name += time.Now().Format("150405000000")
	migrate := func(at string) error {
		runs.Add(1)
		return exec1(context.Background(), at, "CREATE TABLE word AS SELECT 'template' AS w")
	}
	t.Run("group", func(t *testing.T) {
		for range 4 {
			t.Run("copy", func(t *testing.T) {
				t.Parallel()
				begun := time.Now()
				at := Template(t, name, migrate)
				t.Logf("a copy in %d ms", time.Since(begun).Milliseconds())
				if got := query(t, at, "SELECT w FROM word"); got != "template" {
					t.Fatalf("%q", got)
				}
				query(t, at, "UPDATE word SET w = 'changed' RETURNING w")
			})
		}
	})
	if runs.Load() != 1 {
		t.Errorf("migrated %d times", runs.Load())
	}
	begun := time.Now()
	Template(t, name, migrate)
	t.Logf("a copy alone in %d ms", time.Since(begun).Milliseconds())
}

func TestFailedMigrationLeavesNoTemplate(t *testing.T) {
	at, broken := base(t), errors.New("broken")
	name := "tpl_failed" + time.Now().Format("150405000000")
	if err := ensure(t.Context(), at, name, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("%v", err)
	}
	var open *pgx.Conn
	err := ensure(t.Context(), at, name, func(at string) (err error) {
		open, err = pgx.Connect(t.Context(), at)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "left connections open") {
		t.Fatalf("%v", err)
	}
	if err := ensure(t.Context(), at, name, func(string) error { return nil }); err != nil {
		t.Fatalf("%v", err)
	}
	open.Close(t.Context())
}

// TestNothingIsLeft runs a test binary with a cluster of its own, and sees its folder go when it has ended.
func TestNothingIsLeft(t *testing.T) {
	const probe = "PGTEST_PROBE"
	if os.Getenv(probe) != "" {
		at := URL(t)
		t.Log(query(t, at, "SELECT 'works at '"), at)
		return
	}
	shared, err := os.MkdirTemp("", "pgtest-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(shared)
	if err := os.Chmod(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestNothingIsLeft$", "-test.v")
	cmd.Env = append(os.Environ(), probe+"=1", Env+"=", "TMPDIR="+shared)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "works at") {
		t.Fatalf("%v: %s", err, out)
	}
	for deadline := time.Now().Add(5 * time.Second); ; {
		left, err := os.ReadDir(shared)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v is left", left)
		}
	}
}
