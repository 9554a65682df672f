package kill

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"huying/internal/failpoint"
)

// Programs are hub and terminal as files.
type Programs struct{ Hub, Terminal string }

// Build builds both with the failpoints in them, into the folder bin/failpoints
// of the tree that holds the working folder.
func Build(ctx context.Context) (Programs, error) {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return Programs{}, err
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	into := filepath.Join(root, "bin", "failpoints")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "failpoints", "-o", into+"/", "./cmd/hub", "./cmd/terminal")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if err := os.MkdirAll(into, 0o755); err != nil {
		return Programs{}, err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return Programs{}, fmt.Errorf("build hub and terminal with failpoints: %w: %s", err, bytes.TrimSpace(out))
	}
	return Programs{Hub: filepath.Join(into, "hub"), Terminal: filepath.Join(into, "terminal")}, nil
}

// program is one process that dies and is started again.
type program struct {
	name  string
	path  string
	args  []string
	ready string // address that answers 200 once it can be reached
	dir   string // of its log and its orders
	heard func(line []byte)

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
	n     int // orders given
}

func (p *program) orders() string { return filepath.Join(p.dir, p.name+".orders") }

// start runs it; what it says goes to heard and into its log.
func (p *program) start() error {
	log, err := os.OpenFile(filepath.Join(p.dir, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	cmd := exec.Command(p.path, p.args...)
	cmd.Env = append(os.Environ(), "HUYING_FAILPOINTS="+p.orders())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The parent-death signal follows the thread that forked.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.listen(said, log)
			_ = cmd.Wait()
			_ = log.Close()
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	p.mu.Lock()
	p.cmd, p.ended = cmd, ended
	p.mu.Unlock()
	return nil
}

func (p *program) listen(said io.Reader, log io.Writer) {
	lines := bufio.NewScanner(said)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		_, _ = log.Write(append(lines.Bytes(), '\n'))
		if p.heard != nil {
			p.heard(lines.Bytes())
		}
	}
}

func (p *program) gone() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// kill is kill -9, and waits.
func (p *program) kill() {
	p.signal(syscall.SIGKILL)
	<-p.gone()
}

// stop ends it in order, or after 20 s not.
func (p *program) stop() {
	p.mu.Lock()
	running := p.cmd != nil
	p.mu.Unlock()
	if !running {
		return
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.gone():
	case <-time.After(20 * time.Second):
		p.kill()
	}
}

func (p *program) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(s)
}

// order replaces what the program is to do; it holds some milliseconds later,
// and from the first moment of the next start.
func (p *program) order(lines ...string) error {
	_ = os.Remove(p.orders() + ".died")
	p.n++
	text := fmt.Sprintf("order %d\n%s\n", p.n, strings.Join(lines, "\n"))
	fresh := p.orders() + ".new"
	if err := os.WriteFile(fresh, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, p.orders())
}

// diedAt gives the point at which it died by order; empty if it did not.
func (p *program) diedAt() failpoint.Point {
	b, _ := os.ReadFile(p.orders() + ".died")
	return failpoint.Point(b)
}

// await waits until the program can be reached, and gives that moment.
func (p *program) await(ctx context.Context, patience time.Duration) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := http.Client{Timeout: time.Second}
	for {
		res, err := client.Get(p.ready)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return time.Now(), nil
			}
		}
		select {
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("%s cannot be reached: %w", p.name, errors.Join(ctx.Err(), p.lastWords()))
		case <-p.gone():
			return time.Time{}, fmt.Errorf("%s ended: %w", p.name, p.lastWords())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *program) lastWords() error {
	b, err := os.ReadFile(filepath.Join(p.dir, p.name+".log"))
	if err != nil {
		return err
	}
	return errors.New(string(b[max(0, len(b)-600):]))
}

// freePort gives a port of 127.0.0.1 that nobody uses at the moment; programs
// that die must come back on the same one.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
