package pgtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/hub/postgres"
)

// Env names the variable that holds the URL of a running throw-away cluster, as withpg sets it. Its user must be
// allowed to create databases.
const Env = "HUYING_TEST_PG"

// server gives the cluster that this test binary uses: the one in Env, else its own, started by the first test that
// needs it. Nothing stops its own in order, so that no package needs a TestMain: the kernel ends it together with
// the test binary, and a waiting shell removes the folder.
var server = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(Env); given != "" {
		return given, nil
	}
	c, dir, err := start()
	if err != nil {
		return "", err
	}
	return c.URL(), removeAfterUs(dir, c.URL())
})

// Start runs a throw-away cluster until stop is called, for those who share it between several test binaries.
func Start() (clusterURL string, stop func(), err error) {
	c, dir, err := start()
	if err != nil {
		return "", nil, err
	}
	return c.URL(), func() {
		c.Stop(context.Background())
		for _, path := range folders(dir, c.URL()) {
			os.RemoveAll(path)
		}
	}, nil
}

func start() (*postgres.Cluster, string, error) {
	dir, err := os.MkdirTemp("", "huying-pgtest-")
	if err != nil {
		return nil, "", err
	}
	if err = os.Chmod(dir, 0o755); err != nil { // The server runs as another user when we are root.
		return nil, "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := postgres.Start(ctx, postgres.Config{
		Dir:       filepath.Join(dir, "db"),
		Log:       slog.New(slog.DiscardHandler),
		Throwaway: true,
		// Autovacuum would look into templates while they are copied.
		Settings: map[string]string{"max_connections": "200", "autovacuum": "off"},
	})
	if err == nil {
		if err = exec1(ctx, c.AdminURL(), "ALTER ROLE huying CREATEDB"); err != nil {
			c.Stop(ctx)
		}
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, "", fmt.Errorf("throw-away cluster: %w", err)
	}
	return c, dir, nil
}

func exec1(ctx context.Context, at, sql string) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// folders is what the cluster leaves behind; the socket is elsewhere when the temporary folder has a long path.
func folders(dir, clusterURL string) []string {
	u, err := url.Parse(clusterURL)
	if err != nil {
		return []string{dir}
	}
	return []string{dir, u.Query().Get("host")}
}

// removeAfterUs starts a shell that waits until this process has died, in whatever way: its standard input ends
// then. It tries for a while, because the server may still be on its way out.
func removeAfterUs(dir, clusterURL string) error {
	const script = `read _; for i in $(seq 50); do rm -rf "$@" 2>/dev/null && exit; sleep 0.2; done`
	ours, theirs, err := pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "sh"}, folders(dir, clusterURL)...)...)
	cmd.Dir, cmd.Stdin = "/", theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the tests.
	if err = cmd.Start(); err != nil {
		return err
	}
	lifeline = ours
	return cmd.Process.Release()
}

// lifeline is kept open, by being reachable, for as long as this process lives.
//
//lint:ignore U1000 being reachable is its use
var lifeline io.Closer

func pipe() (ours, theirs *os.File, err error) {
	theirs, ours, err = os.Pipe()
	return ours, theirs, err
}
