// Command bench measures Huying beside what it is compared with: in the same
// run, at the same pace, one after the other in turn, several times over. It
// prints one table of medians and ratios and the goal of each.
//
// An absolute figure belongs to one machine on one day, so no goal is one:
// every goal is a ratio to an anchor. Everything is started by this program on
// free ports of 127.0.0.1 with its data in a temporary folder, and is gone
// when it ends. "bench chaos" is another thing: it kills ours and a broker
// under load and counts what is left.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// options are the program's flags.
type options struct {
	repeats int
	quick   bool
	rows    string
	hub     string // a built hub; empty: build it
	dir     string // where the temporary folder is made; must be a real disk
	ram     string // where the journals of 450 kiosks are kept
	peers   string // source of the peers
	profile string // folder for processor profiles of the hub; empty: none
	port    int
	metrics int
	verbose bool
}

// length is how long one measurement of a second-long kind takes.
func (o options) length(full time.Duration) time.Duration {
	if o.quick {
		return min(full, 4*time.Second)
	}
	return full
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "chaos" {
		end(func(ctx context.Context) error { return chaos(ctx, os.Args[2:]) })
		return
	}
	var o options
	flag.IntVar(&o.repeats, "repeats", 5, "how often everything is measured; medians are shown")
	flag.BoolVar(&o.quick, "quick", false, "once and shortly: shows that it runs, not how fast it is")
	flag.StringVar(&o.rows, "rows", "1,2,3,4,5,6,7", "which rows to measure")
	flag.StringVar(&o.hub, "hub", "", "a built hub; otherwise ./cmd/hub is built")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "folder on a real disk for databases, brokers and the journals of row 1")
	flag.StringVar(&o.ram, "ram", "/dev/shm", "folder in memory for the journals of 450 kiosks, which share one disk only here")
	flag.StringVar(&o.peers, "peers", "tools/bench-peers", "source of the brokers' programs")
	flag.StringVar(&o.profile, "profile", "", "folder for processor profiles of the hub in rows 2 and 3")
	flag.IntVar(&o.port, "port", 0, "port of the hub; 0 takes a free one")
	flag.IntVar(&o.metrics, "metrics", 0, "port of the hub's metrics; 0 takes a free one")
	flag.BoolVar(&o.verbose, "v", false, "print every single measurement")
	flag.Parse()
	if o.quick {
		o.repeats = 1
	}
	// 450 kiosks have 450 processors; here they leave to the hub what they can.
	debug.SetGCPercent(800)
	end(func(ctx context.Context) error { return run(ctx, o) })
}

// end runs to the end, or to Ctrl-C.
func end(do func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	err := do(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
