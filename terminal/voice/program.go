package voice

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
)

// program is the voice program at work.
type program struct {
	cmd     *exec.Cmd
	in      *os.File
	said    bytes.Buffer
	reports chan order.Report
	exited  chan error // gets one, after the last report
	once    sync.Once
	killer  *time.Timer
}

func start(path string, o order.Order) (*program, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	p := &program{cmd: exec.Command(path), in: write, reports: make(chan order.Report), exited: make(chan error, 1)}
	p.cmd.Stdin, p.cmd.Stderr = read, &p.said
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	p.tell(o)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var r order.Report
			if json.Unmarshal(lines.Bytes(), &r) == nil {
				p.reports <- r
			}
		}
		err := p.cmd.Wait()
		p.end()
		p.killer.Stop()
		if said := strings.TrimSpace(p.said.String()); err != nil && said != "" {
			err = errors.New(said)
		}
		p.exited <- err
	}()
	return p, nil
}

// tell writes one line. A program that does not read is ended by the caller's
// next step: its reports have stopped too.
func (p *program) tell(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		return
	}
	_ = p.in.SetWriteDeadline(time.Now().Add(tellWait))
	_, _ = p.in.Write(append(line, '\n'))
}

func (p *program) say(codes []prompt.Code) { p.tell(order.Say{Codes: codes}) }

func (p *program) kill() { _ = p.cmd.Process.Kill() }

// end closes the program's input, on which it leaves; after endWait it is killed.
func (p *program) end() {
	p.once.Do(func() {
		_ = p.in.Close()
		p.killer = time.AfterFunc(endWait, p.kill)
	})
}
