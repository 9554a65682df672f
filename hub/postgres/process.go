package postgres

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a direct child. err may be read once done is closed.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// spawn starts the command on an OS thread that lives until the command has ended. The parent-death signal belongs
// to the thread that forked, not to the process: forked from an ordinary goroutine, the child would be told to quit
// when the Go runtime retires that thread.
func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
		close(p.done)
	}()
	return p, <-started
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// signal reaches this child and no later owner of its pid; a child that has ended ignores it.
func (p *process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }

const (
	fastGrace = 20 * time.Second // for the shutdown checkpoint on a slow disk
	quitLimit = 7 * time.Second  // PostgreSQL kills its own children after 5 s of an immediate shutdown
)

// stop ends a postmaster: fast shutdown (clients cut off, checkpoint), then immediate (no checkpoint; the next start
// recovers), then kill. It returns when the process is reaped. The end of ctx only shortens the fast part.
func (p *process) stop(ctx context.Context) {
	p.signal(syscall.SIGINT)
	p.signal(syscall.SIGCONT) // Somebody may have stopped it with SIGSTOP.
	if p.endsWithin(ctx, fastGrace) {
		return
	}
	p.signal(syscall.SIGQUIT)
	if p.endsWithin(context.Background(), quitLimit) {
		return
	}
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *process) endsWithin(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-p.done:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}
