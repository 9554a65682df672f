package store

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/hub/directory"
	"huying/hub/directory/directorytest"
	"huying/hub/postgres/pgtest"
	"huying/hub/storetest"
	"huying/internal/call"
	"huying/internal/site"
)

var unsafe = Options{Unsafe: true}

// database is a fresh one with the tables in it.
func database(t testing.TB) string {
	t.Helper()
	return pgtest.Template(t, "hub_store", func(url string) error {
		s, err := Open(context.Background(), url, unsafe)
		if err == nil {
			s.Close()
		}
		return err
	})
}

func opened(t testing.TB, url string, opt Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func loaded(t testing.TB, url string, opt Options) *Store {
	t.Helper()
	s := opened(t, url, opt)
	if _, err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (storetest.Store, func() storetest.Store) {
		url := database(t)
		first := opened(t, url, unsafe)
		before := first
		return first, func() storetest.Store {
			if before != first {
				before.Close() // the suite needs at most the first beside the last
			}
			before = opened(t, url, unsafe)
			return before
		}
	})
}

func TestDirectory(t *testing.T) {
	directorytest.Run(t, func(t *testing.T) directory.Store { return opened(t, database(t), unsafe) })
}

func TestRefusalsAreNamed(t *testing.T) {
	url := database(t)
	s := opened(t, url, unsafe)
	if err := s.Commit(t.Context(), time.Now(), []site.Save{{N: 1}}); !errors.Is(err, ErrNotLoaded) {
		t.Errorf("before Load: %v", err)
	}
	if _, err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	loaded(t, url, unsafe)
	if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", 1)}); !errors.Is(err, ErrSuperseded) {
		t.Errorf("after another loaded: %v", err)
	}
}

func TestServerThatMayLoseCommitsIsRefused(t *testing.T) {
	at := database(t)
	if _, err := Open(t.Context(), at, Options{}); !errors.Is(err, ErrNotDurable) {
		t.Errorf("fsync=off: %v", err)
	}
	for _, level := range []string{"off", "local", "remote_write"} {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set("synchronous_commit", level)
		u.RawQuery = q.Encode()
		if _, err := Open(t.Context(), u.String(), unsafe); !errors.Is(err, ErrNotDurable) {
			t.Errorf("synchronous_commit=%s: %v", level, err)
		}
	}
}

func TestEventLogIsAppendOnly(t *testing.T) {
	s := loaded(t, database(t), unsafe)
	if err := s.Commit(t.Context(), time.Now(), []site.Save{press("k-1", 1)}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event", "DELETE FROM event WHERE false"} {
		if _, err := s.writer.Exec(t.Context(), sql); sqlState(err) != "HY002" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	events, err := s.Events(t.Context(), press("k-1", 1).Presses[0].Call)
	if err != nil || len(events) != 1 {
		t.Errorf("%v %v", events, err)
	}
}

func TestSessions(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	s := opened(t, database(t), Options{Unsafe: true, Now: func() time.Time { return now }})
	k := s.Sessions()
	for token, life := range map[string]time.Duration{"short": time.Minute, "long": time.Hour} {
		if err := k.Commit(token, []byte("of "+token), now.Add(life)); err != nil {
			t.Fatal(err)
		}
	}
	check := func(token string, want bool) {
		t.Helper()
		data, found, err := k.Find(token)
		if err != nil || found != want || found && string(data) != "of "+token {
			t.Fatalf("%s at %v: %q %v %v", token, now, data, found, err)
		}
	}
	check("short", true)
	check("never", false)
	now = now.Add(time.Minute)
	check("short", false)
	check("long", true)
	if err := k.Commit("third", []byte("of third"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	now = now.Add(-time.Minute)
	check("short", false) // forgotten, not only ended
	if err := k.Delete("long"); err != nil {
		t.Fatal(err)
	}
	check("long", false)
	check("third", true)
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// press is the save of a first press, the fact of which also goes to a peer.
func press(kiosk string, seq uint32) site.Save {
	id := call.ID{Kiosk: kiosk, Mark: call.Mark{Boot: 1, Seq: seq}}
	c := call.New(id)
	f := call.Pressed{Mark: id.Mark, Key: call.Urgent, At: time.Unix(1772600000, 0).UTC(), Sig: make([]byte, 64)}
	c.Merge(f)
	return site.Save{N: uint64(seq), Presses: []site.PressRow{{Press: id, Call: id, Fact: f}}, Calls: []call.Call{c},
		Facts: []site.FactRow{{Call: id, Fact: f, From: "361025105"}},
		Out:   []site.OutRow{{Peer: "361025", N: uint64(seq), Call: id, Fact: f}}}
}
