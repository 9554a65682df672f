package store

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huying/hub/postgres"
	"huying/internal/site"
)

// line is a connection that can lose the server's answer to one question,
// after the server has carried it out.
type line struct {
	net.Conn
	mute *atomic.Bool
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err == nil && l.mute.CompareAndSwap(true, false) {
		l.Conn.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

func counted(t *testing.T, s *Store, table string) (n int) {
	t.Helper()
	if err := s.reader.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnswerToCommitLost loses the answer, so that nobody knows what became
// of the transaction.
func TestAnswerToCommitLost(t *testing.T) {
	var mute atomic.Bool
	opt := unsafe
	opt.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return &line{c, &mute}, err
	}
	s := loaded(t, database(t), opt)
	for n := uint32(1); n <= 3; n++ {
		if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", n)}); err != nil { // prepares the statements, too
			t.Fatal(err)
		}
		mute.Store(n == 1)
	}
	if mute.Load() {
		t.Fatal("the answer was not lost")
	}
	for _, table := range []string{"press", "call", "event", "outbox"} {
		if got := counted(t, s, table); got != 3 {
			t.Errorf("%s has %d rows, want 3", table, got)
		}
	}
}

// TestLateTransactionIsRefused plays the transaction that a stalled server
// still had in its buffers when the next ones had long been committed.
func TestLateTransactionIsRefused(t *testing.T) {
	s := loaded(t, database(t), unsafe)
	old, err := fold([]site.Save{press("k-1", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", 1)}); err != nil {
		t.Fatal(err)
	}
	s.attempt--
	if err := s.send(t.Context(), old, time.Now()); sqlState(err) != superseded {
		t.Fatalf("an attempt with an old number: %v", err)
	}
	if err := s.send(t.Context(), old, time.Now()); err != nil {
		t.Fatalf("an attempt with the next number: %v", err)
	}
}

// TestFailureAtTheVeryEnd fails when the transaction is to be committed, after
// every statement in it has succeeded.
func TestFailureAtTheVeryEnd(t *testing.T) {
	url := database(t)
	if _, err := connect(t, url).Exec(t.Context(), `
		CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'at the end'; END $$;
		CREATE CONSTRAINT TRIGGER late AFTER INSERT ON press DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`); err != nil {
		t.Fatal(err)
	}
	s := loaded(t, url, unsafe)
	if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", 1)}); err == nil {
		t.Fatal("acknowledged before commit")
	}
	for _, table := range []string{"press", "call", "event", "outbox"} {
		if got := counted(t, s, table); got != 0 {
			t.Errorf("%s has %d rows, want none", table, got)
		}
	}
}

// TestDatabaseThatHangs stops the server's processes as a dying disk would,
// and lets them go on.
func TestDatabaseThatHangs(t *testing.T) {
	c := ownCluster(t, postgres.Config{Throwaway: true})
	const limit = 300 * time.Millisecond
	s := loaded(t, c.URL(), Options{Unsafe: true, CommitTimeout: limit, QueryTimeout: limit})
	saves := []site.Save{press("k-1", 1)}
	eventually(t, func() error { return s.Commit(t.Context(), time.Now(), saves) })
	backends := pids(t, s)
	signal(t, syscall.SIGSTOP, append(backends, c.PID())...)
	saves = append(saves, press("k-1", 2))
	for range 6 { // more than there are connections
		begun := time.Now()
		if err := s.Commit(t.Context(), time.Now(), saves); err == nil {
			t.Error("a stopped server committed")
		}
		if took := time.Since(begun); took > 10*limit {
			t.Errorf("Commit gave up after %v", took)
		}
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("a stopped server answered")
	}
	signal(t, syscall.SIGCONT, append(backends, c.PID())...)
	eventually(t, func() error { return s.Commit(t.Context(), time.Now(), saves) })
	eventually(t, func() error { return s.Ping(t.Context()) })
	for _, table := range []string{"press", "call", "event", "outbox"} {
		if got := counted(t, s, table); got != 2 {
			t.Errorf("%s has %d rows, want 2", table, got)
		}
	}
}

// TestDatabaseThatRestarts kills the connections between two commits: the
// next one must not fail because of it.
func TestDatabaseThatRestarts(t *testing.T) {
	url := database(t)
	s := loaded(t, url, unsafe)
	admin := connect(t, url)
	for n := uint32(1); n <= 4; n++ {
		if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", n)}); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
	}
}

// ownCluster is a server that nobody else uses.
func ownCluster(t testing.TB, cfg postgres.Config) *postgres.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "huying-store-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the server runs as another user when we are root
		t.Fatal(err)
	}
	cfg.Dir, cfg.Log = filepath.Join(dir, "db"), slog.New(slog.DiscardHandler)
	c, err := postgres.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

func pids(t *testing.T, s *Store) []int {
	t.Helper()
	rows, err := s.reader.Query(t.Context(), "SELECT pid FROM pg_stat_activity WHERE application_name = 'huying'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []int
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			t.Fatal(err)
		}
		all = append(all, pid)
	}
	return all
}

func signal(t *testing.T, sig syscall.Signal, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
}

// eventually repeats what takes time in another process.
func eventually(t *testing.T, try func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
