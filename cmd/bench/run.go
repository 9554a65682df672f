package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"huying/cmd/bench/anchor"
	"huying/hub/postgres"
)

// bench is one run of everything.
type bench struct {
	options
	*place
	url   string // a PostgreSQL of its own for the anchors and the rungs
	lines []*line
	n     int // repeat, from 1
}

func run(ctx context.Context, o options) error {
	want := map[string]func(*bench, context.Context) error{
		"1": (*bench).idle, "2": (*bench).busy, "3": (*bench).full, "4": (*bench).rungs,
		"5": (*bench).journals, "6": (*bench).badLines, "7": (*bench).lamp}
	rows := strings.Split(o.rows, ",")
	for _, r := range rows {
		if want[r] == nil {
			return fmt.Errorf("-rows %q: there are rows 1 to 7", o.rows)
		}
	}
	raiseFiles()
	p, err := newPlace(ctx, o)
	if err != nil {
		return err
	}
	defer p.remove()
	pg, err := postgres.Supervise(ctx, postgres.Config{Dir: filepath.Join(p.dir, "anchor-postgres"), Log: quiet})
	if err != nil {
		return err
	}
	defer func() { _ = pg.Stop(context.Background()) }()
	b := &bench{options: o, place: p, url: pg.URL()}
	if o.profile != "" {
		f, err := os.Create(filepath.Join(o.profile, "bench.pprof"))
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for b.n = 1; b.n <= o.repeats; b.n++ {
		for _, r := range rows {
			began, busy := time.Now(), others()
			if err := want[r](b, ctx); err != nil {
				return fmt.Errorf("row %s: %w", r, err)
			}
			fmt.Fprintf(os.Stderr, "repeat %d of %d, row %s: %s, %s\n", b.n, o.repeats, r,
				time.Since(began).Round(time.Second), busy())
		}
	}
	fmt.Printf("medians of %d repeats, everything interleaved; a ratio is the median of the repeats' own ratios\n", o.repeats)
	if missed := print(os.Stdout, b.lines); missed > 0 && !o.quick {
		return fmt.Errorf("%d goals missed", missed)
	}
	return nil
}

// line finds or makes a line of the table.
func (b *bench) line(l line) *line {
	i := slices.IndexFunc(b.lines, func(x *line) bool { return x.row == l.row && x.against == l.against })
	if i < 0 {
		b.lines = append(b.lines, &l)
		return &l
	}
	return b.lines[i]
}

func (b *bench) say(r fmt.Stringer) {
	if b.verbose {
		fmt.Fprintln(os.Stderr, "  ", r)
	}
}

func (b *bench) told(m measured) {
	b.say(m.ring)
	b.say(m.ack)
	if b.verbose {
		fmt.Fprintln(os.Stderr, "  ", m.used.each(m.ring.N))
	}
}

// peer runs one broker and gives its figures.
func (b *bench) peer(ctx context.Context, name string, length time.Duration, args ...string) (anchor.Peer, error) {
	args = append(args, "-seconds", strconv.FormatFloat(length.Seconds(), 'f', -1, 64))
	p, err := anchor.RunPeer(ctx, filepath.Join(b.place.peers, name), args...)
	if err == nil {
		b.say(p.Result)
	}
	return p, err
}

// with runs do in a fresh county whose kiosks keep their journals in folder.
func (b *bench) with(ctx context.Context, folder string, do func(*county) error) error {
	journals, err := os.MkdirTemp(folder, "journals-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(journals)
	defer os.RemoveAll(filepath.Join(b.place.dir, "hub-data"))
	c, err := openCounty(ctx, b.place, b.options, journals)
	if err != nil {
		return err
	}
	defer c.close()
	return do(c)
}

// warm is pressed before each measurement and not counted: buffers, caches and
// prepared statements are paid for once.
func (c *county) warm(ctx context.Context, length time.Duration) error {
	if _, err := c.closedLoop(ctx, "warm-up", length); err != nil {
		return err
	}
	return c.settle(ctx)
}

// idle is row 1: ten presses a second, each a new call, journals on the disk.
func (b *bench) idle(ctx context.Context) error {
	const pace = 10
	length := b.length(6 * time.Second)
	var m measured
	err := b.with(ctx, b.place.dir, func(c *county) error {
		err := c.warm(ctx, 100*time.Millisecond)
		if err == nil {
			m, err = c.openLoop(ctx, "hub at 10/s", pace, length)
		}
		b.told(m)
		return err
	})
	if err != nil {
		return err
	}
	ours := m.ring.P50.Seconds()
	commit, err := anchor.CommitAtPace(ctx, b.url, pace, length)
	if err != nil {
		return err
	}
	b.say(commit)
	const row = "idle press to ring p50, 10/s"
	for _, a := range []struct {
		name, program string
		goal          float64
		args          []string
	}{
		{"Mosquitto QoS 1, plain client (never syncs)", "mosquitto", 1, nil},
		{"Mosquitto QoS 1, paho (never syncs)", "mosquitto", 0, []string{"-client", "paho"}},
		{"JetStream, sync always", "jetstream", 0, nil},
	} {
		p, err := b.peer(ctx, a.program, length, append(a.args, "-pace", strconv.Itoa(pace))...)
		if err != nil {
			return err
		}
		b.line(line{row: row, against: a.name, show: took, goal: a.goal}).add(ours, p.P50.Seconds())
	}
	b.line(line{row: row, against: "PostgreSQL one-row commit at 10/s", show: took}).add(ours, commit.P50.Seconds())
	b.line(line{row: "idle press to acknowledgement p50, 10/s", against: "PostgreSQL one-row commit at 10/s", show: took}).
		add(m.ack.P50.Seconds(), commit.P50.Seconds())
	return nil
}

// busy is row 2: a thousand presses a second from 450 kiosks.
func (b *bench) busy(ctx context.Context) error {
	length := b.length(5 * time.Second)
	var m measured
	err := b.with(ctx, b.place.ram, func(c *county) error {
		err := c.warm(ctx, 300*time.Millisecond)
		if err == nil {
			stop := b.profiled(ctx, c, "busy", length)
			m, err = c.openLoop(ctx, "hub at 1000/s", 1000, length)
			err = errors.Join(err, stop())
		}
		b.told(m)
		return err
	})
	if err != nil {
		return err
	}
	p, err := b.peer(ctx, "jetstream", length, "-publishers", strconv.Itoa(kioskCount), "-pace", "1000")
	if err != nil {
		return err
	}
	b.line(line{row: "press to ring p99, 450 kiosks, 1,000/s", against: "JetStream, sync always", show: took, goal: 0.2}).
		add(m.ring.P99.Seconds(), p.P99.Seconds())
	b.line(line{row: "the bench's own pacer, p99", against: "the peer's pacer", show: took}).
		add(m.late.Seconds(), p.Pacer.Seconds())
	return nil
}

// full is row 3: every kiosk presses again as soon as it was acknowledged.
func (b *bench) full(ctx context.Context) error {
	length := b.length(3 * time.Second)
	var m measured
	err := b.with(ctx, b.place.ram, func(c *county) error {
		err := c.warm(ctx, 300*time.Millisecond)
		if err == nil {
			for _, v := range c.villages {
				v.signAhead(signedAhead)
			}
			stop := b.profiled(ctx, c, "full", length)
			m, err = c.closedLoop(ctx, "hub closed loop", length)
			err = errors.Join(err, stop())
		}
		b.told(m)
		return err
	})
	if err != nil {
		return err
	}
	const row = "presses stored and rung, 450 kiosks, closed loop"
	for _, a := range []struct {
		name, program string
		goal          float64
		args          []string
	}{
		{"JetStream, sync always", "jetstream", 12, nil},
		{"Mosquitto in RAM, plain client", "mosquitto", 1, nil},
		{"Mosquitto in RAM, paho", "mosquitto", 1, []string{"-client", "paho"}},
	} {
		p, err := b.peer(ctx, a.program, length, append(a.args, "-publishers", strconv.Itoa(kioskCount), "-closed")...)
		if err != nil {
			return err
		}
		b.line(line{row: row, against: a.name, show: rate, goal: a.goal, atLeast: true}).add(m.ring.PerSecond, p.PerSecond)
	}
	return b.fullDisk(ctx, row, m, length)
}

// fullDisk compares the same with the disk itself and with one transaction for
// each press.
func (b *bench) fullDisk(ctx context.Context, row string, m measured, length time.Duration) error {
	disk, err := anchor.Fdatasync(ctx, b.place.dir, length)
	if err != nil {
		return err
	}
	b.say(disk)
	single, err := anchor.CommitClosed(ctx, b.url, 16, length)
	if err != nil {
		return err
	}
	b.say(single)
	b.line(line{row: row, against: "bare fdatasync", show: rate}).add(m.ring.PerSecond, disk.PerSecond)
	b.line(line{row: row, against: "one transaction for each press, 16 connections", show: rate, atLeast: true}).
		add(m.ring.PerSecond, single.PerSecond)
	b.line(line{row: "presses for each commit (the hub's own count)", show: plain, goal: 7, atLeast: true, alone: true}).
		add(float64(m.ring.N)/max(m.commits, 1), 0)
	return nil
}

// signedAhead is how many presses of a kiosk are signed before row 3 begins.
const signedAhead = 400

// profiled begins a processor profile of the hub, if asked to, and gives a
// function that waits for it.
func (b *bench) profiled(ctx context.Context, c *county, name string, length time.Duration) func() error {
	if b.profile == "" {
		return func() error { return nil }
	}
	done := make(chan error, 1)
	go func() {
		done <- c.hub.profile(ctx, filepath.Join(b.profile, name+"-"+strconv.Itoa(b.n)+".pprof"), length)
	}()
	return func() error { return <-done }
}

// measureRungs starts from an empty database each time.
func (b *bench) measureRungs(ctx context.Context, over time.Duration) (lateness, error) {
	dir := filepath.Join(b.place.dir, "rungs")
	pg, err := postgres.Supervise(ctx, postgres.Config{Dir: dir, Log: quiet})
	if err != nil {
		return lateness{}, err
	}
	defer os.RemoveAll(dir)
	defer func() { _ = pg.Stop(context.Background()) }()
	return measureRungs(ctx, pg.URL(), pending, over)
}

// rungs is row 4.
func (b *bench) rungs(ctx context.Context) error {
	over := b.length(5 * time.Second)
	after, err := anchor.AfterFuncLateness(ctx, pending, over)
	if err != nil {
		return err
	}
	b.say(after)
	l, err := b.measureRungs(ctx, over)
	if err != nil {
		return err
	}
	poll, err := anchor.PollLateness(ctx, pending, 5*time.Second)
	if err != nil {
		return err
	}
	b.say(l.pushed)
	b.say(l.stored)
	const row = "rung lateness p99, 20,000 pending"
	b.line(line{row: row + ", pushed and committed", against: "time.AfterFunc p99", show: took, goal: 1.5}).
		add(l.both.P99.Seconds(), after.P99.Seconds())
	b.line(line{row: row + ", pushed", against: "time.AfterFunc p99", show: took}).add(l.pushed.P99.Seconds(), after.P99.Seconds())
	b.line(line{row: row + ", committed", against: "time.AfterFunc p99", show: took}).add(l.stored.P99.Seconds(), after.P99.Seconds())
	b.line(line{row: row + ", pushed and committed", against: "a poll every 5 s", show: took}).
		add(l.both.P99.Seconds(), poll.P99.Seconds())
	return nil
}
