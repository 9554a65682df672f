package mcu

import (
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// keys are the keys of a microcontroller, by their number there.
var keys = []input.Key{input.Red, input.Green}

// link is what the host knows of one microcontroller. It knows no port and no
// clock of its own; frames and times go in, events go to the outbox.
type link struct {
	out      *outbox
	machines []*key.Machine
	clock    clock
	known    bool
	epoch    uint16
	expected uint16 // number of the next event to take
	last     status
	frames   uint16 // number of the last frame
	lost     int    // frames whose numbers are missing
	answer   bool   // an acknowledgement should not wait for the heartbeat
	// hasty acknowledges before keeping, in the test that shows why not.
	hasty bool
}

// newLink returns the link to a microcontroller that was not heard yet.
func newLink(out *outbox) *link {
	l := &link{out: out}
	for _, k := range keys {
		// The firmware debounces and waits out a release (../firmware/keys.c).
		l.machines = append(l.machines, key.NewMachine(k, key.Config{StuckAfter: key.StuckAfter}, out.push))
	}
	return l
}

// opened says that the line is new: what was known of times and frames is not
// true of it any more.
func (l *link) opened() { l.clock, l.last, l.frames = clock{}, status{}, 0 }

// away says that the microcontroller cannot be heard.
func (l *link) away(now time.Duration) {
	for _, m := range l.machines {
		m.Lost(now)
	}
}

// status takes a heartbeat that arrived now.
func (l *link) status(s status, now time.Duration) {
	l.count(s.N)
	if s.Boot != l.last.Boot {
		l.clock = clock{} // a start from cold begins at uptime 0
	}
	l.clock.sample(s.Uptime, now)
	l.last = s
	at := l.clock.at(s.Uptime)
	switch {
	case !l.known || s.Epoch != l.epoch:
		l.known, l.epoch, l.expected = true, s.Epoch, s.First
		l.out.restart(s.First)
	case int16(s.First-l.expected) > 0: // kept no more, and never seen
		l.jump(int(s.First-l.expected), at, s.First)
	case int16(s.Next-l.expected) < 0: // not by this firmware; but we must go on
		l.jump(1, at, s.First)
	}
	if l.expected == s.Next && l.out.room() {
		l.levels(s.Levels, at)
	}
}

// levels compares the keys with what the events told, once all of these were
// taken, and lets time pass up to a moment of which everything is known.
func (l *link) levels(down uint8, at time.Duration) {
	for i, m := range l.machines {
		if active := down>>i&1 == 1; active != m.State().Active {
			m.Level(active, at, input.ByLevel)
		}
		m.Advance(at)
	}
}

// jump goes on behind n events that do not exist any more. Nobody knows of
// which key they were.
func (l *link) jump(n int, at time.Duration, to uint16) {
	for _, k := range keys {
		l.out.push(input.Event{Key: k, Kind: input.Overrun, At: at, N: n})
	}
	l.expected = to
	l.out.accept(to)
	l.answer = true
}

// event takes an event that arrived now, if it is its turn.
func (l *link) event(e keyEvent, now time.Duration) {
	l.count(e.N)
	if !l.known || !l.clock.known || e.Epoch != l.epoch {
		return // the next heartbeat tells about this counting
	}
	l.clock.sample(e.Now, now)
	if l.hasty {
		l.out.accept(e.Seq + 1)
	}
	ahead := int16(e.Seq - l.expected)
	switch {
	case ahead < 0:
		l.answer = true // again: the acknowledgement was lost
		return
	case int16(e.Base-l.expected) > 0 || !l.out.room():
		return // one before it is still kept and comes again, and so does this
	}
	at := l.clock.at(e.At)
	if ahead > 0 {
		l.jump(int(ahead), at, e.Seq)
	}
	l.level(e.What, at, ahead > 0)
	l.expected = e.Seq + 1
	l.out.accept(l.expected)
	l.answer = true
}

// level tells a key's machine what an event says, after a gap or not.
func (l *link) level(what uint8, at time.Duration, gap bool) {
	i := int(what & whatKey)
	if i >= len(l.machines) {
		return // a key that no kiosk has
	}
	m, down, why := l.machines[i], what&whatDown != 0, input.ByEdge
	switch {
	case gap:
		why = input.ByGap
		if !down {
			// It came up and was not known to be down: its press is among the missing.
			m.Level(true, at, input.ByGap)
		}
	case what&whatStart != 0:
		why = input.ByLevel
	}
	m.Level(down, at, why)
}

// count notices frames that were lost on the line.
func (l *link) count(n uint16) {
	if d := n - l.frames; l.clock.known && int16(d) > 1 {
		l.lost += int(d) - 1
	}
	l.frames = n
}
