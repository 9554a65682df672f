package sound

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// How much the card may hold, in microseconds: enough to bridge a scheduling
// hiccup of a busy single-board computer, little enough not to be heard as delay.
const (
	bufferTime = "100000"
	periodTime = "20000"
)

// ALSA is the sound card through arecord and aplay (Debian package alsa-utils).
type ALSA struct {
	CaptureDevice, PlayDevice string // empty: "default"
	// Record and Player are the programs; empty: arecord and aplay. Tests put
	// others in their place.
	Record, Player string
}

func arguments(device string) []string {
	return []string{"-q", "-D", cmp.Or(device, "default"), "-t", "raw", "-f", "S16_LE", "-c", "1",
		"-r", strconv.Itoa(Rate), "--buffer-time=" + bufferTime, "--period-time=" + periodTime}
}

// Capture starts arecord.
func (a ALSA) Capture(ctx context.Context) (io.ReadCloser, error) {
	return start(ctx, cmp.Or(a.Record, "arecord"), arguments(a.CaptureDevice), false)
}

// Play starts aplay.
func (a ALSA) Play(ctx context.Context) (io.WriteCloser, error) {
	return start(ctx, cmp.Or(a.Player, "aplay"), arguments(a.PlayDevice), true)
}

// process is one of the two programs at work. Both end by themselves when our
// end of the pipe is closed, so they never outlive a kiosk that was killed.
type process struct {
	cmd  *exec.Cmd
	ours *os.File
	said bytes.Buffer // the program's own words
	kill context.CancelFunc
	into bool
	once sync.Once
	err  error
}

func start(ctx context.Context, program string, args []string, into bool) (*process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ours, theirs := read, write
	if into {
		ours, theirs = write, read
	}
	defer theirs.Close()
	limit(write)
	p := &process{ours: ours, into: into}
	ctx, p.kill = context.WithCancel(ctx)
	p.cmd = exec.CommandContext(ctx, program, args...)
	p.cmd.Stderr = &p.said
	if into {
		p.cmd.Stdin = theirs
	} else {
		p.cmd.Stdout = theirs
	}
	if err := p.cmd.Start(); err != nil {
		p.kill()
		_ = ours.Close()
		return nil, fmt.Errorf("sound: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = ours.Close() }) // unblocks who reads or writes
	return p, nil
}

// limit makes a pipe as short as it can be; where that fails there is only more delay.
func limit(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) })
	}
}

func (p *process) Read(b []byte) (int, error) {
	n, err := p.ours.Read(b)
	if err != nil {
		err = p.explain(err)
	}
	return n, err
}

func (p *process) Write(b []byte) (int, error) {
	n, err := p.ours.Write(b)
	if err != nil {
		err = p.explain(err)
	}
	return n, err
}

// explain waits for a program that gave up and repeats its words.
func (p *process) explain(err error) error {
	p.kill()
	return errors.Join(err, p.Close())
}

// Close ends the program and waits: aplay plays out what it was given, arecord
// ends at once. The error is the program's.
func (p *process) Close() error {
	p.once.Do(func() {
		if !p.into {
			p.kill()
		}
		_ = p.ours.Close()
		err := p.cmd.Wait()
		p.kill()
		if said := strings.TrimSpace(p.said.String()); said != "" {
			p.err = fmt.Errorf("sound: %s", said)
		} else if !p.into {
			p.err = nil
		} else if err != nil {
			p.err = fmt.Errorf("sound: %w", err)
		}
	})
	return p.err
}
