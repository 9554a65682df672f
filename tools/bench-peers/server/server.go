// Package server starts the broker that a peer measures: on a private port of
// 127.0.0.1, with its data in a folder of its own on a real disk, and never
// beside something that already answers there.
package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// ErrTaken means that something already answers on the port that was asked for.
var ErrTaken = errors.New("something already answers there: stop it, or leave -port at 0")

// Port returns want when nothing answers on it, or a free port when want is 0.
func Port(want int) (int, error) {
	if want == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port, nil
	}
	c, err := net.DialTimeout("tcp", Addr(want), time.Second)
	if err == nil {
		c.Close()
		return 0, fmt.Errorf("%s: %w", Addr(want), ErrTaken)
	}
	return want, nil
}

// Addr is the loopback address of a port.
func Addr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// tmpfsMagic is TMPFS_MAGIC of linux/magic.h.
const tmpfsMagic = 0x01021994

// Folder makes a private folder under parent (the system's temporary folder
// when empty). It refuses a tmpfs: a sync there costs nothing and would flatter
// every broker that syncs.
func Folder(parent string) (string, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(parent, &fs); err != nil {
		return "", fmt.Errorf("-dir %s: %w", parent, err)
	}
	if int64(fs.Type) == tmpfsMagic {
		return "", fmt.Errorf("-dir %s is in memory (tmpfs): name a folder on a real disk", parent)
	}
	return os.MkdirTemp(parent, "bench-peer-")
}

// RaiseFiles lifts the soft limit of open files to the hard one and fails when
// even that is below need.
func RaiseFiles(need uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	if l.Cur < need {
		return fmt.Errorf("open files: the hard limit is %d, this run needs %d (ulimit -Hn)", l.Cur, need)
	}
	return nil
}

// Process is a broker that was started here.
type Process struct {
	cmd  *exec.Cmd
	out  bytes.Buffer
	done chan struct{}
}

// Start runs path and returns when port accepts a connection. If the program
// ends first, the error carries what it printed.
func Start(ctx context.Context, port int, path string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The parent-death signal follows the thread that forked, so that
		// thread stays until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	if err := p.ready(ctx, port); err != nil {
		p.Stop()
		return nil, fmt.Errorf("%s: %w: %s", path, err, bytes.TrimSpace(p.out.Bytes()))
	}
	return p, nil
}

func (p *Process) ready(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.DialTimeout("tcp", Addr(port), time.Second); err == nil {
			c.Close()
			return nil
		}
		select {
		case <-p.done:
			return errors.New("ended before it was ready")
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// Stop ends the broker, politely first, waits, and returns the processor
// seconds it used. A second call returns the same.
func (p *Process) Stop() float64 {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	s := p.cmd.ProcessState
	return (s.UserTime() + s.SystemTime()).Seconds()
}

// Kill ends the broker with kill -9 and waits.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// CPU returns the processor seconds that this process has used so far.
func CPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
