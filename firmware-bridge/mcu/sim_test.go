package mcu

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// sim is the firmware on a simulated microcontroller: see keysim.c for the
// commands. Its clock stands still between two calls of run.
type sim struct {
	in      io.WriteCloser
	out     *bufio.Reader
	now     time.Duration
	outputs uint8
	changes []change // of the outputs
	cmd     *exec.Cmd
	errs    bytes.Buffer
}

// change is what the pins of lamps and buzzer show from a time on.
type change struct {
	outputs uint8
	at      time.Duration
}

const chip328, chip2560 = "atmega328p", "atmega2560"

// firmware builds the firmware, with flags for a wrong one, and the simulator.
func firmware(t *testing.T, chip, flags string) (elf, keysim string) {
	t.Helper()
	for _, tool := range []string{"avr-gcc", "make", "cc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("THE FIRMWARE IS NOT TESTED: %s is missing; deploy/setup.sh test installs it", tool)
		}
	}
	if _, err := os.Stat("/usr/include/simavr/sim_avr.h"); err != nil {
		t.Skip("THE FIRMWARE IS NOT TESTED: simavr is missing; deploy/setup.sh test installs it")
	}
	// The sources are looked at so that go test knows a cached result to be old.
	for _, kind := range []string{"*.[ch]", "sim/*.c", "Makefile"} {
		files, _ := filepath.Glob("../firmware/" + kind)
		for _, f := range files {
			_, _ = os.Stat(f)
		}
	}
	out, err := filepath.Abs("../../bin/firmware")
	if err != nil {
		t.Fatal(err)
	}
	keysim = filepath.Join(out, "keysim")
	build(t, "OUT="+out, keysim)
	if flags != "" {
		out = t.TempDir()
	}
	elf = filepath.Join(out, chip+".elf")
	build(t, "OUT="+out, "FLAGS="+flags, elf)
	return elf, keysim
}

func build(t *testing.T, args ...string) {
	t.Helper()
	// Two test binaries may build at once: flock lets one wait for the other.
	cmd := exec.Command("flock", append([]string{"../firmware/Makefile", "make", "-s", "-C", "../firmware"}, args...)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, said)
	}
}

func startSim(t *testing.T, chip, flags string) *sim {
	t.Helper()
	elf, keysim := firmware(t, chip, flags)
	s := &sim{cmd: exec.Command(keysim, chip, elf)}
	s.cmd.Stderr = &s.errs
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.in, s.out = in, bufio.NewReader(out)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.in.Close()
		if err := s.cmd.Wait(); err != nil {
			t.Errorf("keysim: %v: %s", err, s.errs.String())
		}
	})
	return s
}

// send gives the simulator a command; a simulator that is gone is noticed by
// the next run.
func (s *sim) send(c byte, args ...any) {
	b := []byte{c}
	for _, a := range args {
		b, _ = binary.Append(b, binary.LittleEndian, a)
	}
	_, _ = s.in.Write(b)
}

// contact closes or opens a key at a time of the simulation.
func (s *sim) contact(key int, closed bool, at time.Duration) {
	s.send('K', uint8(key), closed, uint64(at/time.Microsecond))
}

// host sends octets to the microcontroller.
func (s *sim) host(octets []byte) {
	for len(octets) > 0 {
		n := min(len(octets), 255)
		s.send('I', uint8(n), octets[:n])
		octets = octets[n:]
	}
}

// run lets time pass and returns what the microcontroller sent.
func (s *sim) run(d time.Duration) (octets []byte, err error) {
	s.send('R', uint32(d/time.Microsecond))
	for {
		kind, err := s.out.ReadByte()
		if err != nil {
			return nil, fmt.Errorf("keysim is gone: %w: %s", err, s.errs.String())
		}
		switch kind {
		case 'O':
			b, err := s.out.ReadByte()
			if err != nil {
				return nil, err
			}
			octets = append(octets, b)
		case 'L':
			if s.outputs, err = s.out.ReadByte(); err != nil {
				return nil, err
			}
			at, err := s.time()
			if err != nil {
				return nil, err
			}
			s.changes = append(s.changes, change{s.outputs, at})
		case 'D':
			s.now, err = s.time()
			return octets, err
		}
	}
}

func (s *sim) time() (time.Duration, error) {
	var b [8]byte
	_, err := io.ReadFull(s.out, b[:])
	return time.Duration(binary.LittleEndian.Uint64(b[:])) * time.Microsecond, err
}
