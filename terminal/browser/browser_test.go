package browser

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait for a real process.
const patience = 20 * time.Second

// stage is a Screen over a script in Chromium's place and a page that lives as
// the test says.
type stage struct {
	t      *testing.T
	quiet  atomic.Int64 // milliseconds; -1: no page yet
	starts *bufio.Reader
	out    chan error
	cancel context.CancelFunc
}

func open(t *testing.T, script string) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{t: t, out: make(chan error, 1)}
	pipe := filepath.Join(dir, "starts")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "chromium")
	text := fmt.Sprintf("#!/bin/sh\necho $$ $@ > %s\n%s\n", pipe, script)
	if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if q := s.quiet.Load(); q >= 0 {
			fmt.Fprintf(w, `{"quiet_ms":%d}`, q)
			return
		}
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(page.Close)
	f, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	s.starts = bufio.NewReader(f)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	screen := New(Config{Program: program, Page: page.URL + "/", Data: dir, Log: slog.New(slog.DiscardHandler),
		Times: Times{Look: 10 * time.Millisecond, Born: 300 * time.Millisecond, Quiet: 100 * time.Millisecond, First: time.Millisecond, Most: 50 * time.Millisecond}})
	go func() { s.out <- screen.Run(ctx) }()
	t.Cleanup(s.stop)
	return s
}

func (s *stage) stop() {
	s.cancel()
	select {
	case err := <-s.out:
		if err != nil {
			s.t.Error(err)
		}
		s.out <- nil
	case <-time.After(patience):
		s.t.Error("it does not stop")
	}
}

// start waits for the next start of the browser and gives its pid and arguments.
func (s *stage) start() (pid int, args string) {
	s.t.Helper()
	line := make(chan string, 1)
	go func() { l, _ := s.starts.ReadString('\n'); line <- l }()
	select {
	case l := <-line:
		if _, err := fmt.Sscan(l, &pid); err != nil {
			s.t.Fatalf("%q: %v", l, err)
		}
		return pid, l
	case <-time.After(patience):
		s.t.Fatal("the browser is not started")
	}
	return 0, ""
}

// gone waits until a process has ended.
func (s *stage) gone(pid int) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if syscall.Kill(pid, 0) != nil {
			return
		}
	}
	s.t.Fatalf("process %d is still there", pid)
}

func TestTheBrowserIsStartedAnewWhenItEnds(t *testing.T) {
	s := open(t, "exit 1")
	_, args := s.start()
	for _, want := range []string{"--kiosk", "--autoplay-policy=no-user-gesture-required", "http://127.0.0.1"} {
		if !strings.Contains(args, want) {
			t.Errorf("it is started with %s, without %s", args, want)
		}
	}
	s.start()
	s.start()
}

func TestAHungPageIsReplaced(t *testing.T) {
	s := open(t, "exec sleep 60")
	first, _ := s.start()
	s.quiet.Store(150) // it spoke once, and then no more
	second, _ := s.start()
	s.quiet.Store(0)
	s.gone(first)
	s.stop()
	s.gone(second)
}

func TestAPageThatNeverComesIsReplaced(t *testing.T) {
	s := open(t, "exec sleep 60")
	s.quiet.Store(-1)
	first, _ := s.start()
	s.start()
	s.gone(first)
}

// Chromium is many processes: all of them must go.
func TestItsHelpersGoWithIt(t *testing.T) {
	s := open(t, "sleep 61 & echo $! helper > $(dirname $0)/starts; wait")
	s.quiet.Store(0)
	s.start()
	helper, _ := s.start()
	s.stop()
	s.gone(helper)
}

func TestNoBrowserIsAnError(t *testing.T) {
	s := New(Config{Program: "/no/such/chromium", Times: DefaultTimes(), Log: slog.New(slog.DiscardHandler)})
	if s.Run(t.Context()) == nil {
		t.Error("it goes on for ever")
	}
}
