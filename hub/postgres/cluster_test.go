package postgres

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSecondStartKeepsData runs with full durability and reports both times, which the design quotes.
func TestSecondStartKeepsData(t *testing.T) {
	c := config(t, folder(t))
	c.Throwaway = false
	begun := time.Now()
	one := start(t, c)
	first := time.Since(begun)
	for sql, want := range map[string]string{
		"SELECT current_user::text":                         role,
		"SHOW server_encoding":                              "UTF8",
		"SHOW data_checksums":                               "on",
		"SHOW synchronous_commit":                           "on",
		"SHOW fsync":                                        "on",
		"SHOW listen_addresses":                             "",
		"SHOW is_superuser":                                 "off",
		"SELECT rolname::text FROM pg_roles WHERE rolsuper": admin,
		"SELECT datcollate::text FROM pg_database WHERE datname = current_database()": "C.UTF-8",
	} {
		if got := query(t, one.URL(), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	query(t, one.URL(), "CREATE TABLE kept AS SELECT 'yes' AS word")
	check(t, one.Stop(t.Context()))
	check(t, one.Stop(t.Context()))
	if left := workingIn(filepath.Join(c.Dir, "pg")); len(left) > 0 {
		t.Fatalf("processes %v are left", left)
	}
	begun = time.Now()
	two := start(t, c)
	t.Logf("first start %d ms, second start %d ms", first.Milliseconds(), time.Since(begun).Milliseconds())
	if got := query(t, two.URL(), "SELECT word FROM kept"); got != "yes" {
		t.Fatalf("the row is %q after the second start", got)
	}
	if two.URL() != one.URL() {
		t.Errorf("the URL changed from %s to %s", one.URL(), two.URL())
	}
}

func TestTwoHubsOnOneFolderAreRefused(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	one := start(t, c)
	refused(t, c, FolderInUse, c.Dir)
	if got := query(t, one.URL(), "SELECT 'alive'"); got != "alive" {
		t.Fatal("the first hub lost its database")
	}
	check(t, one.Stop(t.Context()))
	start(t, c)
}

// TestLongPath also has blanks, quotes, a comma and Chinese in it: it passes through settings, URLs and lock files.
func TestLongPath(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"long": strings.Repeat("流坑村", 20), "odd": `a +b"c'%20村`, "comma": "a,b"} {
		t.Run(name, func(t *testing.T) {
			c := config(t, filepath.Join(folder(t), part))
			cl := start(t, c)
			t.Cleanup(func() {
				if name != "odd" {
					os.RemoveAll(cl.home.run)
				}
			})
			if n := len(socketPath(cl.home.run)); n > socketLimit {
				t.Fatalf("socket path of %d bytes", n)
			}
			if got := query(t, cl.URL(), "SELECT 'here'"); got != "here" {
				t.Fatal(got)
			}
		})
	}
}

func TestAbandonedStartLeavesNothing(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if cl, err := Start(ctx, c); err == nil {
		cl.Stop(t.Context())
		t.Fatal("started under an ended context")
	}
	if left := append(workingIn(filepath.Join(c.Dir, "pg")), workingIn(filepath.Join(c.Dir, "pg.new"))...); len(left) > 0 {
		t.Fatalf("processes %v are left", left)
	}
	start(t, c) // A half made pg.new is in the way of nothing.
}

func TestServerSettings(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	c.Settings, c.Database = map[string]string{"max_connections": "33"}, "county"
	cl := start(t, c)
	if got := query(t, cl.URL(), "SELECT current_database() || current_setting('max_connections')"); got != "county33" {
		t.Fatal(got)
	}
	// A statement that fails must not put what it was about into the log.
	ask(t.Context(), cl.home.run, role, c.Database, "CREATE TABLE p (n text PRIMARY KEY)")
	for range 2 {
		ask(t.Context(), cl.home.run, role, c.Database, "INSERT INTO p VALUES ('zhang-san-13800000000')")
	}
	text, err := os.ReadFile(cl.home.serverLog())
	check(t, err)
	if !strings.Contains(string(text), "duplicate key") || strings.Contains(string(text), "zhang-san") {
		t.Fatalf("the log says %s", text)
	}
	// A hub whose role was told to commit without the disk must not start.
	_, err = ask(t.Context(), cl.home.run, admin, admin, "ALTER ROLE huying SET synchronous_commit = local")
	check(t, err)
	check(t, cl.Stop(t.Context()))
	refused(t, c, NotDurable, "local")
	c.Settings = map[string]string{"no_such_setting": "1"}
	refused(t, c, StartFailed, "no_such_setting")
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"Dir":      {},
		"控制字符":     {Dir: "/tmp/a\nb"},
		"Database": {Dir: "/tmp/x", Database: `x"; DROP`},
		"fsync":    {Dir: "/tmp/x", Settings: map[string]string{"fsync": "off"}},
		"a b":      {Dir: "/tmp/x", Settings: map[string]string{"a b": "off"}},
	} {
		refused(t, c, ConfigRefused, name)
	}
}
