package trust_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long something that must happen may take: the first start of
// a hub makes a database.
const patience = 90 * time.Second

// programs builds hub and terminal.
func programs(t *testing.T) (hub, terminal string) {
	t.Helper()
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	must(t, err)
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	into := filepath.Join(root, "bin", "trust")
	must(t, os.MkdirAll(into, 0o755))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", into+"/", "./cmd/hub", "./cmd/terminal")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return filepath.Join(into, "hub"), filepath.Join(into, "terminal")
}

// said is one line of a program's log.
type said map[string]any

func (s said) text(key string) string { v, _ := s[key].(string); return v }

// process is one running program and what it said.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	over chan struct{}
	mu   sync.Mutex
	log  []said
	more chan struct{}
}

func run(t *testing.T, env []string, program string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...), over: make(chan struct{}), more: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	pipe, err := p.cmd.StderrPipe()
	must(t, err)
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the parent-death signal follows the thread that forked
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			lines := bufio.NewScanner(pipe)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				p.hear(lines.Bytes())
			}
			_ = p.cmd.Wait()
		}
		close(p.over)
	}()
	must(t, <-started)
	t.Cleanup(func() { p.end(syscall.SIGTERM) })
	return p
}

func (p *process) hear(line []byte) {
	s := said{}
	if json.Unmarshal(line, &s) != nil {
		s["msg"] = string(line)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, s)
	close(p.more)
	p.more = make(chan struct{})
}

// end ends the program and waits.
func (p *process) end(with syscall.Signal) {
	_ = p.cmd.Process.Signal(with)
	select {
	case <-p.over:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.over
	}
}

// says waits for a line, from the one with the number from on.
func (p *process) says(what string, from int, ok func(said) bool) said {
	p.t.Helper()
	limit := time.After(patience)
	for {
		p.mu.Lock()
		for _, s := range p.log[min(from, len(p.log)):] {
			if ok(s) {
				p.mu.Unlock()
				return s
			}
		}
		from = len(p.log)
		more := p.more
		p.mu.Unlock()
		select {
		case <-more:
		case <-p.over:
			p.t.Fatalf("the program ended before it said %s: %v", what, p.last())
		case <-limit:
			p.t.Fatalf("it never said %s; last %v", what, p.last())
		}
	}
}

func (p *process) mark() int { p.mu.Lock(); defer p.mu.Unlock(); return len(p.log) }

func (p *process) last() []said {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log[max(0, len(p.log)-5):]
}

func (p *process) count(ok func(said) bool) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.log {
		if ok(s) {
			n++
		}
	}
	return n
}

func message(m string) func(said) bool { return func(s said) bool { return s.text("msg") == m } }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
