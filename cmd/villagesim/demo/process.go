package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Figures of a child process.
const (
	stopWait  = 8 * time.Second // from SIGTERM to SIGKILL
	backAfter = 3 * time.Second // a child that died is started again
)

// process is one child that is kept running. Its log goes to a file; it dies
// with us even if we are killed.
type process struct {
	name string
	path string
	args []string
	log  string
	note func(format string, args ...any)

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // the present child ended
	wg   sync.WaitGroup
}

// start runs the child and keeps it running until ctx ends.
func (p *process) start(ctx context.Context) error {
	first := make(chan error, 1)
	p.wg.Go(func() {
		// The parent-death signal follows the thread that forked, so the
		// thread must live as long as the child.
		runtime.LockOSThread()
		err := p.spawn()
		first <- err
		if err == nil {
			p.keep(ctx)
		}
	})
	return <-first
}

func (p *process) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.done:
		}
		if ctx.Err() != nil {
			return
		}
		p.note("%s 停了（%v），%d 秒后重新启动", p.name, p.cmd.ProcessState, int(backAfter.Seconds()))
		select {
		case <-ctx.Done():
			return
		case <-time.After(backAfter):
		}
		for err := p.spawn(); err != nil; err = p.spawn() {
			p.note("%s 启动不了，%d 秒后再试: %v", p.name, int(backAfter.Seconds()), err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(backAfter):
			}
		}
		p.note("%s 又启动了，进程号 %d", p.name, p.pid())
	}
}

func (p *process) spawn() error {
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := exec.Command(p.path, p.args...)
	cmd.Stdout, cmd.Stderr = f, f
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	p.mu.Lock()
	p.cmd, p.done = cmd, done
	p.mu.Unlock()
	return nil
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// stop ends the child; ctx given to start must be over.
func (p *process) stop() {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-done:
	case <-time.After(stopWait):
		_ = cmd.Process.Kill()
		<-done
	}
	p.wg.Wait()
}

// lastWords is the end of the child's log, for when it did not come up.
func (p *process) lastWords() error {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return errors.New(string(lines[len(lines)-1]))
}
