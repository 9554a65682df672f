package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"huying/tools/machine/errand"
)

// port finds the serial port by its name, as udev would.
func port() (*os.File, error) {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		names, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == errand.Port {
				return os.OpenFile("/dev/"+filepath.Base(filepath.Dir(name)), os.O_RDWR, 0)
			}
		}
	}
	return nil, errors.New("there is no port " + errand.Port)
}

// serve runs one errand after the other. Nobody at the other end reads as the
// end of the port: systemd starts this anew until somebody is there.
func serve() error {
	p, err := port()
	if err != nil {
		return err
	}
	in, out := json.NewDecoder(p), json.NewEncoder(p)
	for {
		var e errand.Errand
		if err := in.Decode(&e); err != nil {
			return fmt.Errorf("no errand: %w", err)
		}
		if err := out.Encode(run(e)); err != nil {
			return err
		}
	}
}

func run(e errand.Errand) errand.Result {
	if e.Press != nil {
		if err := press(*e.Press); err != nil {
			return errand.Result{Code: 255, Out: err.Error()}
		}
		return errand.Result{}
	}
	if len(e.Args) == 0 {
		return errand.Result{Code: 255, Out: "no program"}
	}
	cmd := exec.Command(e.Args[0], e.Args[1:]...)
	cmd.Env = append(os.Environ(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
		"HOME=/root", "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdin = strings.NewReader(e.Stdin)
	cmd.WaitDelay = time.Second // what it leaves behind may hold its output
	said, err := cmd.CombinedOutput()
	r := errand.Result{Out: string(said)}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.Code = exit.ExitCode()
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		r.Code, r.Out = 255, r.Out+err.Error()
	}
	return r
}

// press works a key. A finger stays for a number of ticks, each slept by
// itself: when the machine stands still for want of a processor, a single long
// sleep would be over together with what the kernel waits for, and the press
// shorter than its debouncing.
func press(p errand.Press) error {
	f, err := os.OpenFile(p.File, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for range p.Times {
		for _, pull := range []string{p.Down, p.Up} {
			if _, err := f.WriteAt([]byte(pull), 0); err != nil {
				return err
			}
			if pull == p.Up && p.Brief {
				return nil
			}
			for range p.Ticks {
				time.Sleep(tick)
			}
		}
	}
	return nil
}

const tick = 10 * time.Millisecond

// wire joins standard input and output, one connection of the machine, to an
// address on this side. It ends when either end does.
func wire(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	ended := make(chan error, 2)
	go func() { _, err := io.Copy(conn, os.Stdin); ended <- err }()
	go func() { _, err := io.Copy(os.Stdout, conn); ended <- err }()
	return <-ended
}
