// Chaos kills Debian's mosquitto, as the package configures it, while kiosks
// press and a desk listens with QoS 1 and durable sessions, and counts what
// became of the presses. It is the other half of the bench's chaos: the same
// number of kiosks, the same pace, as many kills.
//
//	chaos -kiosks 8 -kills 30 -kiosk-kills 5 -queued 100000
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are the program's flags.
type options struct {
	kiosks, kills, kioskKills, queued int
	pace                              time.Duration
	dir                               string
	// of a child
	publish int
	port    int
}

// line is what the program prints, one line of JSON. Times are milliseconds.
type line struct {
	Presses     int   `json:"presses"`      // that a publisher handed to its library
	Acked       int   `json:"acked"`        // of them, those that the broker acknowledged
	Lost        int   `json:"lost"`         // never reached the desk
	LostAcked   int   `json:"lost_acked"`   // of them, those that the broker had acknowledged
	Doubled     int   `json:"doubled"`      // reached it more than once
	Worst       int64 `json:"worst_ms"`     // latest ring, from the press or from the broker's return
	Queued      int   `json:"queued"`       // published while the desk was away, and acknowledged
	QueuedFound int   `json:"queued_found"` // of them, those that the desk was given after one kill
}

func main() {
	var o options
	flag.IntVar(&o.kiosks, "kiosks", 8, "kiosks, each a process of its own")
	flag.IntVar(&o.kills, "kills", 30, "kill -9 of the broker")
	flag.IntVar(&o.kioskKills, "kiosk-kills", 5, "kill -9 of a kiosk")
	flag.IntVar(&o.queued, "queued", 100_000, "presses while the desk is away, before one kill more")
	flag.DurationVar(&o.pace, "pace", 300*time.Millisecond, "mean pause between the presses of one kiosk")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "folder on a real disk")
	flag.IntVar(&o.publish, "publish", -1, "be this kiosk")
	flag.IntVar(&o.port, "port", 0, "of the broker, for a kiosk")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.publish >= 0 {
		return publish(ctx, o)
	}
	dir, err := os.MkdirTemp(o.dir, "huying-chaos-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o.dir = dir
	var l line
	if err := underLoad(ctx, o, &l); err != nil {
		return err
	}
	if err := whileAway(ctx, o, &l); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(l)
}
