package line

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"huying/cmd/villagesim/line/netspace"
)

// stopWait is how long a program may take to stop before it is killed.
const stopWait = 20 * time.Second

// process is a program that runs on a machine of its own.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{}
}

// spawn starts a program inside a space. It dies with us: the thread that
// started it, which its death signal follows, waits for it.
func spawn(on *netspace.Space, log, program string, args ...string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &process{cmd: exec.Command(program, args...), log: log, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started := make(chan error, 1)
	go func() {
		defer close(p.done)
		err := on.Do(func() error {
			err := p.cmd.Start()
			started <- err
			if err == nil {
				_ = p.cmd.Wait() // how it ended is in its log
			}
			return err
		})
		select {
		case started <- err: // the space could not be entered
		default:
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("line: %s: %w", program, err)
	}
	return p, nil
}

// kill ends the program as a power failure does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopWait):
		p.kill()
	}
}

// lastWords is the end of the program's log.
func (p *process) lastWords() error {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return errors.New(string(lines[len(lines)-1]))
}
