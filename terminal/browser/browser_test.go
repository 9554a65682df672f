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
	dir    string
	quiet  atomic.Int64 // milliseconds; -1: no page yet
	away   atomic.Bool  // there is no terminal
	starts *bufio.Reader
	out    chan error
	cancel context.CancelFunc
}

func open(t *testing.T, script string, change ...func(*Config)) *stage {
	t.Helper()
	return openAs(t, &stage{}, script, change...)
}

// openAs opens a stage with a terminal in some mood.
func openAs(t *testing.T, s *stage, script string, change ...func(*Config)) *stage {
	t.Helper()
	dir := t.TempDir()
	s.t, s.dir, s.out = t, dir, make(chan error, 1)
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
		if s.away.Load() {
			panic(http.ErrAbortHandler)
		}
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
	cfg := Config{Program: program, Page: page.URL + "/", Data: filepath.Join(dir, "data"), Log: slog.New(slog.DiscardHandler),
		Env:   []string{"PATH=" + os.Getenv("PATH")},
		Times: Times{Look: 10 * time.Millisecond, Born: 300 * time.Millisecond, Quiet: 100 * time.Millisecond, First: time.Millisecond, Most: 50 * time.Millisecond}}
	for _, c := range change {
		c(&cfg)
	}
	screen := New(cfg)
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

// Chromium tells of a crash before the watch can miss the page's word.
func TestACrashedPageIsReplacedAtOnce(t *testing.T) {
	script := "printf '{\"id\":1}\\000{\"method\":\"Target.targetCrashed\"}\\000' >&4; exec sleep 60"
	s := open(t, script, func(c *Config) { c.Times.Born, c.Times.Quiet = time.Hour, time.Hour })
	first, _ := s.start()
	s.start()
	s.gone(first)
}

// While there is no terminal, something stands on the glass that is not
// Chromium's error page; as soon as there is one, the page does.
func TestWithoutATerminalThePageWaits(t *testing.T) {
	s := open(t, "exec sleep 60", func(c *Config) { c.Page = "http://127.0.0.1:1/" })
	_, args := s.start()
	if !strings.Contains(args, "data:text/html") || strings.Contains(args, "http://127.0.0.1") {
		t.Errorf("it is started with %s", args)
	}
}

func TestTheWaitingPageGoesWhenTheTerminalComes(t *testing.T) {
	s := &stage{}
	s.away.Store(true)
	s = openAs(t, s, "exec sleep 60", func(c *Config) { c.Times.Born = time.Hour })
	first, args := s.start()
	if !strings.Contains(args, "data:text/html") {
		t.Errorf("it is started with %s", args)
	}
	s.away.Store(false)
	_, args = s.start()
	if !strings.Contains(args, "http://127.0.0.1") {
		t.Errorf("then it is started with %s", args)
	}
	s.gone(first)
}

// A disk that cannot be written is no reason for a dark glass.
func TestWithoutADiskTheProfileIsElsewhere(t *testing.T) {
	s := open(t, "exec sleep 60", func(c *Config) {
		c.Spare, c.Data = filepath.Join(c.Data, "spare"), "/dev/null/data"
	})
	if _, args := s.start(); !strings.Contains(args, "data/spare/profile") {
		t.Errorf("it is started with %s", args)
	}
}

// A browser that ends before its page comes, again and again, may owe that to
// its profile; one whose page came may not.
func TestAProfileThatKillsIsThrownAway(t *testing.T) {
	s := open(t, "test -e $(dirname $0)/data/profile/poison && exit 1; exec sleep 60")
	s.quiet.Store(0)
	pid, _ := s.start()
	poison := filepath.Join(s.dir, "data", "profile", "poison")
	if err := os.WriteFile(poison, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.quiet.Store(-1) // from here on no page speaks
	_ = syscall.Kill(pid, syscall.SIGKILL)
	for range tolerated + 1 { // one less if the first died before its page was heard
		if s.start(); !exists(poison) {
			return
		}
	}
	t.Error("the profile is still there")
}

func TestNoBrowserIsAnError(t *testing.T) {
	s := New(Config{Program: "/no/such/chromium", Times: DefaultTimes(), Log: slog.New(slog.DiscardHandler)})
	if s.Run(t.Context()) == nil {
		t.Error("it goes on for ever")
	}
}
