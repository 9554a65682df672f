package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"huying/cmd/bench/anchor"
	"huying/cmd/villagesim/kill"
)

// The chaos: so many deaths by kill -9, under the load of so many kiosks. A
// broker has its store inside, so it dies as often as hub and database.
const (
	chaosKiosks     = 8
	chaosHub        = 20
	chaosDatabase   = 10
	chaosKiosk      = 5
	chaosPace       = 300 * time.Millisecond
	chaosFinger     = 90 * time.Millisecond // a finger on the key and off it, in which nobody presses
	chaosBetween    = 1200 * time.Millisecond
	chaosRingWithin = 2 * time.Second // goal: of the return
)

// chaosLine is one line of the chaos' table.
type chaosLine struct {
	who                    string
	deaths, presses        int
	lost, doubled          int
	worst                  time.Duration
	acknowledged, survived int // before one kill -9 more, and after it
}

// chaos is "bench chaos": the hub, its database and kiosks are killed beside a
// broker that is killed as often, in turn, under the same load.
func chaos(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	quick := set.Bool("quick", false, "a few deaths: shows that it runs")
	kept := set.Int("kept", 100_000, "presses that are acknowledged before one kill -9 more")
	dir := set.String("dir", os.TempDir(), "folder on a real disk")
	ram := set.String("ram", "/dev/shm", "folder in memory for the journals of 450 kiosks")
	peers := set.String("peers", "tools/bench-peers", "source of the brokers' programs")
	if err := set.Parse(args); err != nil {
		return err
	}
	raiseFiles()
	p, err := newPlace(ctx, options{dir: *dir, ram: *ram, peers: *peers})
	if err != nil {
		return err
	}
	defer p.remove()
	n := deaths{chaosHub, chaosDatabase, chaosKiosk}
	if *quick {
		n, *kept = deaths{2, 1, 1}, min(*kept, 5000)
	}
	ours, err := chaosOurs(ctx, p, n)
	if err == nil {
		ours.acknowledged, ours.survived, err = keptThroughKill(ctx, p, *kept)
	}
	if err != nil {
		return fmt.Errorf("hub: %w", err)
	}
	theirs, err := chaosMosquitto(ctx, p, n, *kept)
	if err != nil {
		return fmt.Errorf("mosquitto: %w", err)
	}
	return printChaos(n, ours, theirs)
}

// deaths is how often what dies.
type deaths struct{ hub, database, kiosk int }

func (d deaths) all() int { return d.hub + d.database + d.kiosk }

func chaosOurs(ctx context.Context, p *place, n deaths) (chaosLine, error) {
	l := chaosLine{who: "huying", deaths: n.all()}
	terminal := filepath.Join(p.dir, "terminal")
	if err := p.program(ctx, "./cmd/terminal", terminal); err != nil {
		return l, err
	}
	dir := filepath.Join(p.dir, "chaos")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return l, err
	}
	c, err := kill.Start(ctx, kill.Options{Dir: dir, Programs: kill.Programs{Hub: p.hub, Terminal: terminal}, Kiosks: chaosKiosks})
	if err != nil {
		return l, err
	}
	defer c.Stop()
	c.Load(chaosPace)
	var all []func(context.Context) (kill.Outcome, error)
	for do, times := range map[*func(context.Context) (kill.Outcome, error)]int{
		ptr(c.KillHub): n.hub, ptr(c.KillDatabase): n.database, ptr(c.KillKiosk): n.kiosk} {
		for range times {
			all = append(all, *do)
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, do := range all {
		if err := pauseFor(ctx, chaosBetween); err != nil {
			return l, err
		}
		o, err := do(ctx)
		if err != nil {
			fmt.Fprintf(os.Stderr, "death %d: %v\n", i+1, err) // it is counted at the end
		}
		l.worst = max(l.worst, o.Worst)
	}
	a, err := c.End(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if a.Presses == 0 {
		return l, errors.New("the county could not be read in the end")
	}
	l.presses, l.lost, l.doubled = a.Presses, len(a.Lost), len(a.Doubled)
	return l, nil
}

func ptr[T any](v T) *T { return &v }

func pauseFor(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func chaosMosquitto(ctx context.Context, p *place, n deaths, kept int) (chaosLine, error) {
	l := chaosLine{who: "mosquitto, QoS 1, Debian's settings", deaths: n.all(), acknowledged: kept}
	r, err := anchor.RunChaos(ctx, filepath.Join(p.peers, "chaos"), "-kiosks", strconv.Itoa(chaosKiosks),
		"-kills", strconv.Itoa(n.hub+n.database), "-kiosk-kills", strconv.Itoa(n.kiosk),
		"-pace", (chaosPace + chaosFinger).String(), "-queued", strconv.Itoa(kept), "-dir", p.dir)
	l.presses, l.lost, l.doubled, l.worst, l.survived = r.Presses, r.Lost, r.Doubled, time.Duration(r.Worst)*time.Millisecond, r.QueuedFound
	return l, err
}

func printChaos(n deaths, ours, theirs chaosLine) error {
	fmt.Printf("kill -9 under load of %d kiosks: %d of the hub, %d of its database, %d of a kiosk; of the broker %d, %d of a kiosk\n",
		chaosKiosks, n.hub, n.database, n.kiosk, n.hub+n.database, n.kiosk)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tdeaths\tpresses\tlost\tdoubled\tworst ring after the return\tacknowledged, then kill -9\tsurvived\t")
	for _, l := range []chaosLine{ours, theirs} {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t\n", l.who, l.deaths, l.presses, l.lost, l.doubled,
			l.worst.Round(time.Millisecond), l.acknowledged, l.survived)
	}
	_ = t.Flush()
	if ours.lost+ours.doubled > 0 || ours.worst > chaosRingWithin || ours.survived != ours.acknowledged {
		return errors.New("goal missed: 0 lost, 0 doubled, every press rung within 2 s of the return")
	}
	return nil
}
