// Package load drives a message broker the way a county presses keys: many
// connections, a payload of a press's size, one subscriber that stands for the
// operator who rings. It measures, in one process and on one clock, how long a
// press takes to ring (subscriber's receipt) and to be accepted (the broker's
// acknowledgement), and prints one JSON line.
package load

import (
	"errors"
	"flag"
	"fmt"
	"time"
)

// stampBytes is the part of a payload that the measurement itself needs: the
// press's number and the moment it was pressed, eight bytes each.
const stampBytes = 16

// Workload says how hard to press and for how long.
type Workload struct {
	// Publishers is the number of connections that press, 1 to 10,000.
	Publishers int
	// Pace is presses per second over all publishers. It is used when Closed
	// is false: presses leave on time, whether or not the last one was answered.
	Pace float64
	// Closed makes every publisher wait for its acknowledgement and then press
	// again at once.
	Closed bool
	// Seconds is the length of the measured part; a short warm-up precedes it.
	Seconds float64
	// Bytes is the size of one payload, at least 16.
	Bytes int
}

// Flags registers the workload's flags and returns the value they fill.
func Flags(set *flag.FlagSet) *Workload {
	w := &Workload{}
	set.IntVar(&w.Publishers, "publishers", 1, "connections that press")
	set.Float64Var(&w.Pace, "pace", 10, "presses per second over all publishers (open loop)")
	set.BoolVar(&w.Closed, "closed", false, "closed loop: each publisher waits for its acknowledgement; -pace is not used")
	set.Float64Var(&w.Seconds, "seconds", 5, "seconds to measure, after a warm-up")
	set.IntVar(&w.Bytes, "bytes", 200, "payload size in bytes")
	return w
}

// Validate returns every fault of the workload, each naming its flag.
func (w Workload) Validate() error {
	var faults []error
	if w.Publishers < 1 || w.Publishers > 10000 {
		faults = append(faults, fmt.Errorf("-publishers is %d: use 1 to 10000", w.Publishers))
	}
	if !w.Closed && (w.Pace <= 0 || w.Pace > 1e6) {
		faults = append(faults, fmt.Errorf("-pace is %g: use more than 0, at most 1000000", w.Pace))
	}
	if w.Seconds <= 0 || w.Seconds > 3600 {
		faults = append(faults, fmt.Errorf("-seconds is %g: use more than 0, at most 3600", w.Seconds))
	}
	if w.Bytes < stampBytes || w.Bytes > 1<<16 {
		faults = append(faults, fmt.Errorf("-bytes is %d: use %d to 65536", w.Bytes, stampBytes))
	}
	return errors.Join(faults...)
}

// Mode is "closed" or "open".
func (w Workload) Mode() string {
	if w.Closed {
		return "closed"
	}
	return "open"
}

// Presses is how many presses an open loop makes: at least one.
func (w Workload) Presses() int {
	return max(1, int(w.Pace*w.Seconds))
}

func (w Workload) length() time.Duration {
	return time.Duration(w.Seconds * float64(time.Second))
}

// Broker is what a peer brings: one subscriber and as many publishers as asked.
type Broker interface {
	// Subscribe calls ring for each payload, from one goroutine, and returns
	// once the broker has confirmed the subscription.
	Subscribe(ring func(payload []byte)) error
	// Publisher opens a connection of its own, numbered from 0.
	Publisher(i int) (Publisher, error)
}

// Publisher is one kiosk's connection.
type Publisher interface {
	// Publish returns when the broker has acknowledged the payload. It is
	// called from several goroutines at once in an open loop.
	Publish(payload []byte) error
	// Close ends the connection.
	Close()
}
