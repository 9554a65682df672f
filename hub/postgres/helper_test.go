package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The test binary started with this variable is a hub: it starts the cluster in that folder and commits rows, saying
// the number of each once it is committed, until its standard input ends.
const helperDir = "HUYING_TEST_HUB_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := beHub(dir); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func beHub(dir string) error {
	ctx := context.Background()
	c, err := Start(ctx, Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return err
	}
	if _, err = conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS press (n bigint PRIMARY KEY)"); err != nil {
		return err
	}
	var n int64
	if err = conn.QueryRow(ctx, "SELECT coalesce(max(n), 0) FROM press").Scan(&n); err != nil {
		return err
	}
	stop := make(chan struct{})
	go func() { io.Copy(io.Discard, os.Stdin); close(stop) }()
	fmt.Println("up", c.PID())
	for {
		select {
		case <-stop:
			conn.Close(ctx)
			c.Stop(ctx)
			fmt.Println("stopped")
			return nil
		default:
		}
		n++
		if _, err = conn.Exec(ctx, "INSERT INTO press VALUES ($1)", n); err != nil {
			<-c.Done()
			return errors.New("database gone")
		}
		fmt.Println("row", n)
	}
}

// village is a helper process and what it said.
type village struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.Closer
	lines *bufio.Scanner
	pgPID int
	last  int64 // highest row said to be committed
}

func startVillage(t *testing.T, dir, as string) *village {
	t.Helper()
	v := &village{t: t, cmd: exec.Command("/proc/self/exe")}
	v.cmd.Env = append(os.Environ(), helperDir+"="+dir)
	v.cmd.SysProcAttr = &syscall.SysProcAttr{}
	if as != "" {
		u := account1(t, as)
		v.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(u.uid), Gid: uint32(u.gid)}
	}
	v.cmd.Dir = "/"
	in, err := v.cmd.StdinPipe()
	check(t, err)
	out, err := v.cmd.StdoutPipe()
	check(t, err)
	v.cmd.Stderr = os.Stderr
	v.in, v.lines = in, bufio.NewScanner(out)
	check(t, v.cmd.Start())
	t.Cleanup(func() { v.cmd.Process.Kill(); v.cmd.Wait() })
	if !v.lines.Scan() {
		t.Fatal("the helper said nothing")
	}
	pid, ok := strings.CutPrefix(v.lines.Text(), "up ")
	if !ok {
		t.Fatalf("the helper said %q", v.lines.Text())
	}
	v.pgPID, err = strconv.Atoi(pid)
	check(t, err)
	return v
}

// read takes what the helper says: n rows, or all there is when n < 0. It reports whether "stopped" was said.
func (v *village) read(n int) (stopped bool) {
	for ; n != 0 && v.lines.Scan(); n-- {
		if row, ok := strings.CutPrefix(v.lines.Text(), "row "); ok {
			v.last, _ = strconv.ParseInt(row, 10, 64)
		}
		stopped = stopped || v.lines.Text() == "stopped"
	}
	return stopped
}

func (v *village) stop() {
	v.t.Helper()
	v.in.Close()
	if !v.read(-1) {
		v.t.Fatal("the helper did not stop in order")
	}
	check(v.t, v.cmd.Wait())
}

// folder is a temporary folder that every user may pass through (t.TempDir is private to root).
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "huying-pg-")
	check(t, err)
	check(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "db")
}

func config(t *testing.T, dir string) Config {
	return Config{Dir: dir, Throwaway: true, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func start(t *testing.T, c Config) *Cluster {
	t.Helper()
	cl, err := Start(t.Context(), c)
	check(t, err)
	t.Cleanup(func() { cl.Stop(context.Background()) })
	return cl
}

// query returns the first value as text.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	check(t, err)
	defer conn.Close(ctx)
	var got string
	if err = conn.QueryRow(ctx, sql).Scan(&got); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return got
}

func refused(t *testing.T, c Config, code Code, words ...string) {
	t.Helper()
	cl, err := Start(t.Context(), c)
	if err == nil {
		cl.Stop(context.Background())
		t.Fatalf("started; %s was expected", code)
	}
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("refused with %v; %s was expected", err, code)
	}
	for _, w := range words {
		if !strings.Contains(e.Text, w) {
			t.Errorf("the text %q does not name %q", e.Text, w)
		}
	}
}

func account1(t *testing.T, name string) account {
	t.Helper()
	a, err := lookup(user.Lookup(name))
	check(t, err)
	return a
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
