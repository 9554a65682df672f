package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"huying/cmd/bench/anchor"
	"huying/terminal/journal"
)

const (
	// journalPace is in appends a second: as fast as a hand hammers on a key, and
	// slow enough for the disk to be at rest before each.
	journalPace = 40
	// recordSize is a press's record in the journal, octets: 292 in the demo.
	recordSize = 300
	// sector is what the journal pads that record to, its head included.
	sector = 512
)

// journals is row 5: what a kiosk's journal costs, by itself and beside the
// press that it is written in parallel with.
func (b *bench) journals(ctx context.Context) error {
	length := b.length(12 * time.Second)
	ours, bare, err := appends(ctx, b.place.dir, length)
	if err != nil {
		return err
	}
	b.say(ours)
	b.say(bare)
	bolt, err := b.peer(ctx, "bbolt", length, "-pace", strconv.Itoa(journalPace), "-size", strconv.Itoa(recordSize), "-dir", b.place.dir)
	if err != nil {
		return err
	}
	const row = "journal append p50, at a kiosk's pace"
	b.line(line{row: row, against: "write and fdatasync of one sector", show: took, goal: 1.05}).add(ours.P50.Seconds(), bare.P50.Seconds())
	b.line(line{row: row, against: "bbolt, one transaction", show: took}).add(ours.P50.Seconds(), bolt.P50.Seconds())
	with, without, err := b.parallel(ctx)
	if err != nil {
		return err
	}
	b.say(with)
	b.say(without)
	b.line(line{row: "press to ring p50, journal on the disk", against: "the same hub, journal in memory", show: took}).
		add(with.P50.Seconds(), without.P50.Seconds())
	b.line(line{row: "added by the journal to press to ring p50, ms", show: millis, goal: 0.1, alone: true}).
		add((with.P50-without.P50).Seconds()*1000, 0)
	return nil
}

// appends measures the journal and the least that any journal must do, in turn
// on one disk, so that both meet the same moments of it.
func appends(ctx context.Context, dir string, length time.Duration) (ours, bare anchor.Result, err error) {
	folder, err := os.MkdirTemp(dir, "append-")
	if err != nil {
		return ours, bare, err
	}
	defer os.RemoveAll(folder)
	j, _, err := journal.Open(journal.Dir(filepath.Join(folder, "journal")), quiet)
	if err != nil {
		return ours, bare, err
	}
	defer j.Close()
	// Written before, so that the sync has no lengths and no extents to write.
	n := max(1, int(length.Seconds()*journalPace))
	raw, err := os.OpenFile(filepath.Join(folder, "raw"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return ours, bare, err
	}
	defer raw.Close()
	_, err = raw.Write(make([]byte, n*sector))
	if err := errors.Join(err, raw.Sync()); err != nil {
		return ours, bare, err
	}
	record := journal.Record{Kind: 1, Data: bytes.Repeat([]byte{1}, recordSize)}
	block := bytes.Repeat([]byte{2}, sector)
	steps := []func(i int) error{
		func(int) error { return j.Append(record) },
		func(i int) error {
			if _, err := raw.WriteAt(block, int64(i)*sector); err != nil {
				return err
			}
			return unix.Fdatasync(int(raw.Fd()))
		},
	}
	took, elapsed, err := inTurn(ctx, n, steps)
	if err != nil {
		return ours, bare, err
	}
	return anchor.Summarise("journal append", took[0], elapsed), anchor.Summarise("sector and fdatasync", took[1], elapsed), nil
}

// inTurn does each step n times at the journal's pace, in each round in another
// order, for what was done before makes a tenth of a difference; it gives what
// each took.
func inTurn(ctx context.Context, n int, steps []func(i int) error) (samples [][]time.Duration, elapsed time.Duration, err error) {
	samples = make([][]time.Duration, len(steps))
	pause := time.Second / journalPace / time.Duration(len(steps))
	began := time.Now()
	for i := range n {
		for _, k := range rand.Perm(len(steps)) {
			select {
			case <-ctx.Done():
				return nil, 0, ctx.Err()
			case <-time.After(pause):
			}
			start := time.Now()
			if err := steps[k](i); err != nil {
				return nil, 0, err
			}
			samples[k] = append(samples[k], time.Since(start))
		}
	}
	return samples, time.Since(began), nil
}

const (
	parallelTurns = 8  // with and without the journal, in turn
	parallelEach  = 25 // presses in a turn, each a kiosk's first
)

// parallel presses at one hub, in turn, at kiosks whose journal is on the disk
// and at kiosks whose journal is in memory, where a sync is free. The hub's
// database is in memory too: kiosk and hub do not share a disk anywhere but
// here, and one's sync would wait for the other's.
func (b *bench) parallel(ctx context.Context) (with, without anchor.Result, err error) {
	turns := parallelTurns
	if b.quick {
		turns = 2
	}
	if err := os.Chmod(b.place.ram, 0o755); err != nil { //nolint:gosec // PostgreSQL's own user passes through
		return with, without, err
	}
	apart := *b
	apart.place = &place{dir: b.place.ram, ram: b.place.ram, hub: b.place.hub, peers: b.place.peers}
	var rings [2][]time.Duration
	err = apart.with(ctx, b.place.dir, func(c *county) error {
		if err := c.warm(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		for _, v := range c.villages[len(c.villages)/2:] {
			if err := v.forget(b.place.ram); err != nil {
				return err
			}
		}
		for turn := range turns {
			for half := range 2 {
				at := half*len(c.villages)/2 + turn*parallelEach
				_, err := c.openLoopOf(ctx, "parallel", c.villages[at:at+parallelEach], journalPace, parallelEach*time.Second/journalPace)
				if err != nil {
					return err
				}
				c.tally.mu.Lock()
				rings[half] = append(rings[half], c.tally.rings...)
				c.tally.mu.Unlock()
			}
		}
		return nil
	})
	return anchor.Summarise("press to ring, journal on the disk", rings[0], 0),
		anchor.Summarise("press to ring, journal in memory", rings[1], 0), err
}

// forget gives the kiosk a journal in another folder.
func (v *village) forget(folder string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.journal.Close(); err != nil {
		return err
	}
	j, _, err := journal.Open(journal.Dir(filepath.Join(folder, "memory-"+v.id)), quiet)
	v.journal = j
	return err
}
