package stead

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"huying/firmware-bridge/input"
)

// Reader is how a program treats presses.
type Reader struct {
	// Hasty says that a press is safe before it is stored.
	Hasty bool
	// Oblivious does not look whether a press that it is told was stored.
	Oblivious bool
	// Busy is how long the disk may be busy before a press is written, and
	// again until it is written out.
	Busy time.Duration
}

// Stored is one press in the journal of a Reader.
type Stored struct {
	ID  string
	Key input.Key
	At  time.Duration // when it was made
	By  time.Duration // when it was stored
}

func journal(folder string) string { return filepath.Join(folder, "journal") }

// Presses reads the journal of a folder.
func Presses(folder string) (all []Stored, err error) {
	f, err := os.Open(journal(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stead: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s Stored
		if _, err := fmt.Sscan(lines.Text(), &s.ID, &s.Key, &s.At, &s.By); err != nil {
			return nil, fmt.Errorf("stead: %q: %w", lines.Text(), err)
		}
		all = append(all, s)
	}
	return all, lines.Err()
}

// Read stores the presses of an input in a folder, as a terminal does: one
// goroutine takes them, another writes. It ends with the input.
func (r Reader) Read(in input.Input, folder string) error {
	before, err := Presses(folder)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, s := range before {
		known[s.ID] = true
	}
	f, err := os.OpenFile(journal(folder), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("stead: %w", err)
	}
	defer f.Close()
	type pressed struct {
		id string
		input.Event
	}
	write, failed := make(chan pressed, 4096), make(chan error, 1)
	go func() {
		defer close(failed)
		for p := range write {
			time.Sleep(rand.N(r.Busy + 1))
			// One write: a kill leaves all of the line or nothing.
			if _, err := f.WriteString(fmt.Sprintln(p.id, p.Key, int64(p.At), int64(input.Monotonic()))); err != nil {
				failed <- err
				return
			}
			time.Sleep(rand.N(r.Busy + 1))
			p.Safe()
		}
	}()
	for e := range in.Events() {
		if e.Kind != input.Press {
			continue
		}
		p := pressed{fmt.Sprintf("%x", rand.Uint64()), e}
		if e.Receipt != nil {
			if known[e.Receipt.Begin()] && !r.Oblivious {
				e.Safe()
				continue
			}
			e.Receipt.Mark(p.id)
		}
		if r.Hasty {
			e.Safe()
		}
		write <- p
	}
	close(write)
	return <-failed
}
