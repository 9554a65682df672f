package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestBackoffGrowsToHalfAMinute(t *testing.T) {
	var sum time.Duration
	for n := range 100 {
		d := backoff(n)
		if d < time.Second || d > 30*time.Second || n > 0 && d < backoff(n-1) {
			t.Errorf("backoff(%d) = %s", n, d)
		}
		if n < 5 {
			sum += d
		}
	}
	if sum != 31*time.Second {
		t.Errorf("the first five take %s", sum)
	}
}

// TestSupervise ends the database in each way a person may, and wants it back at the same URL.
func TestSupervise(t *testing.T) {
	t.Parallel()
	states := make(chan State, 16)
	c := config(t, folder(t))
	c.Notify = func(s State) { states <- s }
	s, err := Supervise(t.Context(), c)
	check(t, err)
	t.Cleanup(func() { s.Stop(t.Context()) })
	url, hold := s.URL(), filepath.Join(c.Dir, "hold")
	query(t, url, "CREATE TABLE kept AS SELECT 'yes' AS word")

	next := func(up bool, reason Reason) {
		t.Helper()
		select {
		case st := <-states:
			if st.Up != up || st.Reason != reason || st.PID != s.PID() || (st.PID != 0) != up {
				t.Fatalf("state %+v, pid %d; up=%v %s was expected", st, s.PID(), up, reason)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s never came", reason)
		}
	}
	kill := func(sig syscall.Signal) func() { return func() { check(t, syscall.Kill(s.PID(), sig)) } }
	for _, way := range []struct {
		name   string
		do     func()
		reason Reason
		undo   func()
	}{
		{"kill -9", kill(syscall.SIGKILL), Died, func() {}},
		{"kill, with a client that stays", kill(syscall.SIGTERM), Died, func() {}},
		{"hold", func() { check(t, os.WriteFile(hold, nil, 0o600)) }, Held, func() {
			if pids := workingIn(s.home.data); len(pids) > 0 {
				t.Errorf("held, but %v run", pids)
			}
			check(t, os.Remove(hold))
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			client, err := pgx.Connect(t.Context(), url)
			check(t, err)
			defer client.Close(t.Context())
			way.do()
			next(false, way.reason)
			way.undo()
			next(true, Returned)
			if got := query(t, url, "SELECT word FROM kept"); got != "yes" || s.URL() != url {
				t.Fatalf("%q at %s", got, s.URL())
			}
		})
	}
	check(t, s.Stop(t.Context()))
	check(t, s.Stop(t.Context()))
	if s.PID() != 0 || len(workingIn(s.home.data)) > 0 {
		t.Error("still running after Stop")
	}
	check(t, os.WriteFile(hold, nil, 0o600))
	_, err = Supervise(t.Context(), c)
	if e, ok := err.(*Error); !ok || e.Code != OnHold {
		t.Fatalf("on hold: %v", err)
	}
}

// TestStopWhileDown must not wait for the back-off.
func TestStopWhileDown(t *testing.T) {
	t.Parallel()
	states := make(chan State, 16)
	c := config(t, folder(t))
	c.Notify = func(s State) { states <- s }
	s, err := Supervise(t.Context(), c)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(c.Dir, "hold"), nil, 0o600))
	if st := <-states; st.Up {
		t.Fatalf("%+v", st)
	}
	check(t, s.Stop(t.Context()))
	check(t, os.Remove(filepath.Join(c.Dir, "hold")))
	start(t, c) // The folder is free.
}

// TestSupervisorKeepsTrying: a start that fails is told, with its reason, and is not the last attempt.
func TestSupervisorKeepsTrying(t *testing.T) {
	t.Parallel()
	states := make(chan State, 16)
	c := config(t, folder(t))
	c.Notify = func(s State) { states <- s }
	s, err := Supervise(t.Context(), c)
	check(t, err)
	t.Cleanup(func() { s.Stop(t.Context()) })
	version := filepath.Join(s.home.data, "PG_VERSION")
	good, err := os.ReadFile(version)
	check(t, err)
	check(t, os.WriteFile(version, []byte("99\n"), 0o600)) // As if an upgrade had removed the programs.
	check(t, syscall.Kill(s.PID(), syscall.SIGKILL))
	if st := <-states; st.Reason != Died {
		t.Fatalf("%+v", st)
	}
	st := <-states
	var e *Error
	if st.Up || st.Reason != RestartFailed || !errors.As(st.Err, &e) || e.Code != VersionMissing {
		t.Fatalf("%+v", st)
	}
	check(t, os.WriteFile(version, good, 0o600))
	if st = <-states; !st.Up || st.Reason != Returned {
		t.Fatalf("%+v", st)
	}
	check(t, s.Stop(t.Context()))
}
