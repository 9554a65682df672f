// Package selftest decides when a kiosk tests itself and keeps the results.
// It is pure: time enters as a parameter, and the runtime does what it is told
// and reports the outcome.
//
// A round of tests is made some minutes after a start and then each day. It
// never begins while a call is open or a key is down, and a press ends it at
// once: what was not finished or failed is tried again later, at first soon
// and then ever more seldom. No tone is played by night.
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
	Again    time.Duration // until what failed or was cut off is tried again; doubled after each failure, up to Every
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
	daily   time.Duration // when all tests are due
	due     time.Duration // when those of redo are
	pause   time.Duration // after the next failure
	redo    []Name        // failed, cut off, or waiting for the day
	round   []Name        // still to be done
	current Name          // under way; empty: none
	since   time.Duration
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
	return &Plan{times: t, daily: now + t.First + time.Duration(jitter*float64(t.First)), pause: t.Again, results: map[Name]result{}}
}

// Next says which test to begin now, if any. free says that no call is open
// and no key is down; while it is false nothing begins, and what is under way
// is given up. day says that people may be disturbed by a tone.
func (p *Plan) Next(now time.Duration, free, day bool) (Name, bool) {
	if p.current != "" {
		switch {
		case !free:
			p.redo = append(append(p.redo, p.current), p.round...)
			p.current, p.round = "", nil
			p.due = now + p.times.Again
		case now-p.since >= p.times.Patience:
			p.Done(now, p.current, wire.Failed, "no answer in time")
		}
		return "", false
	}
	if !free || len(p.round) == 0 && !p.begin(now, day) {
		return "", false
	}
	if !day && p.round[0] == Sound {
		p.redo, p.round = append(p.redo, Sound), p.round[1:]
		if len(p.round) == 0 {
			p.finish(now)
			return "", false
		}
	}
	p.current, p.round, p.since = p.round[0], p.round[1:], now
	return p.current, true
}

// begin makes a round of what is due, in the usual order.
func (p *Plan) begin(now time.Duration, day bool) bool {
	switch {
	case now >= p.daily:
		p.round, p.daily = Names(), now+p.times.Every
	case len(p.redo) == 0 || now < p.due || !day && len(p.redo) == 1 && p.redo[0] == Sound:
		return false
	default:
		p.round = slices.DeleteFunc(Names(), func(n Name) bool { return !slices.Contains(p.redo, n) })
	}
	p.redo = nil
	return true
}

// Done takes the outcome of the test that is under way; another one's is late
// and is passed over. It reports whether it was taken.
func (p *Plan) Done(now time.Duration, name Name, r wire.Result, detail string) bool {
	if name != p.current || name == "" {
		return false
	}
	p.results[name] = result{r, detail, now}
	p.current = ""
	if r == wire.Failed {
		p.redo = append(p.redo, name)
		if name == Media {
			p.redo = append(p.redo, Press) // its press is what opens the voice server
		}
	}
	if len(p.round) == 0 {
		p.finish(now)
	}
	return true
}

func (p *Plan) finish(now time.Duration) {
	failed := slices.ContainsFunc(p.redo, func(n Name) bool { return p.results[n].Result == wire.Failed })
	p.due = now
	if failed {
		p.due += p.pause
		p.pause = min(2*p.pause, p.times.Every)
	} else {
		p.pause = p.times.Again
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
