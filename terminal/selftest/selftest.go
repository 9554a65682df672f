// Package selftest decides when a kiosk tests itself and keeps the results.
// It is pure: time enters as a parameter, and the runtime does what it is told
// and reports the outcome.
//
// A round of tests is made some minutes after a start and then each day. It
// never begins while a call is open or a key is down, and a press ends it at
// once: what was not finished is tried again later.
package selftest

import (
	"slices"
	"time"

	"huying/internal/wire"
)

// Name names a test. The names travel in HEALTH and are for ever.
type Name string

// The tests, in the order of a round: what needs least first, so that a
// failure says where the way breaks.
const (
	Disk    Name = "disk"     // a file is written, made durable and read back
	KeyPath Name = "key_path" // a pulse on a wired loop arrives as a press
	Sound   Name = "sound"    // the microphone hears a tone of the speaker
	Link    Name = "link"     // the lines to home and county are up
	Press   Name = "press"    // a press is stored at home and acknowledged
	Media   Name = "media"    // the voice server can be joined
)

// Names lists the tests in the order of a round.
func Names() []Name { return []Name{Disk, KeyPath, Sound, Link, Press, Media} }

// Times of the tests.
type Times struct {
	First    time.Duration // from the start to the first round
	Every    time.Duration // between rounds
	Again    time.Duration // after a round in which a test failed or was cut off
	Patience time.Duration // how long one test may take
}

// DefaultTimes: daily (F99); a hub calls a test overdue after 26 h, so a round
// that fails is repeated soon enough to be a passing cloud.
func DefaultTimes() Times {
	return Times{First: 3 * time.Minute, Every: 24 * time.Hour, Again: 30 * time.Minute, Patience: 30 * time.Second}
}

// Plan is the state of a kiosk's tests.
type Plan struct {
	times   Times
	due     time.Duration
	round   []Name // still to be done
	current Name   // under way; empty: none
	since   time.Duration
	spoilt  bool // a test of this round failed or was cut off
	results map[Name]result
}

type result struct {
	wire.Result
	detail string
	at     time.Duration
}

// New plans the first round. jitter, 0 to 1, spreads the kiosks of a county
// over the times of the rounds.
func New(t Times, now time.Duration, jitter float64) *Plan {
	return &Plan{times: t, due: now + t.First + time.Duration(jitter*float64(t.First)), results: map[Name]result{}}
}

// Next says which test to begin now, if any. free says that no call is open
// and no key is down; while it is false nothing begins, and what is under way
// is given up.
func (p *Plan) Next(now time.Duration, free bool) (Name, bool) {
	if p.current != "" {
		switch {
		case !free:
			p.spoilt, p.current, p.round = true, "", nil
			p.finish(now)
		case now-p.since >= p.times.Patience:
			p.Done(now, p.current, wire.Failed, "no answer in time")
		}
		return "", false
	}
	if !free {
		return "", false
	}
	if len(p.round) == 0 {
		if now < p.due {
			return "", false
		}
		p.round, p.spoilt = Names(), false
	}
	p.current, p.round, p.since = p.round[0], p.round[1:], now
	return p.current, true
}

// Done takes the outcome of the test that is under way; another one's is late
// and is passed over. It reports whether it was taken.
func (p *Plan) Done(now time.Duration, name Name, r wire.Result, detail string) bool {
	if name != p.current || name == "" {
		return false
	}
	p.results[name] = result{r, detail, now}
	p.spoilt = p.spoilt || r == wire.Failed
	p.current = ""
	if len(p.round) == 0 {
		p.finish(now)
	}
	return true
}

func (p *Plan) finish(now time.Duration) {
	p.due = now + p.times.Every
	if p.spoilt {
		p.due = now + p.times.Again
	}
}

// Running is the test under way, or empty.
func (p *Plan) Running() Name { return p.current }

// Busy reports whether a round is under way.
func (p *Plan) Busy() bool { return p.current != "" || len(p.round) > 0 }

// Results are the latest results for HEALTH, in the order of a round.
func (p *Plan) Results(now time.Duration) []wire.Test {
	var out []wire.Test
	for _, n := range Names() {
		if r, ok := p.results[n]; ok {
			out = append(out, wire.Test{Name: string(n), Result: r.Result, AgeMS: (now - r.at).Milliseconds(), Detail: r.detail})
		}
	}
	return out
}

// Failed reports whether the latest result of a test is a failure.
func (p *Plan) Failed(names ...Name) bool {
	return slices.ContainsFunc(names, func(n Name) bool { return p.results[n].Result == wire.Failed })
}
