package link

import (
	"sync"

	"huying/internal/wire"
)

// Bounds of what waits for one connection, in frames. A kiosk has one open
// call and at most 64 presses under way to a site; whatever is beyond comes
// from a line that does not take anything.
const (
	maxCalls  = 512
	maxBehind = 16
)

// lanes is what waits to be written: calls first, everything else behind.
type lanes struct {
	mu     sync.Mutex
	conn   uint64 // the connection that frames are for; 0 when there is none
	calls  []wire.Frame
	behind []wire.Frame
	more   chan struct{}
}

func newLanes() *lanes { return &lanes{more: make(chan struct{}, 1)} }

// open begins an empty pair of lanes for a connection; 0 closes them.
func (l *lanes) open(conn uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn, l.calls, l.behind = conn, nil, nil
	select {
	case <-l.more:
	default:
	}
}

// outcome says what became of a frame that was put into a lane.
type outcome string

const (
	queued   outcome = "queued"
	elapsed  outcome = "elapsed"  // its connection is gone
	dropped  outcome = "dropped"  // the lane behind is full: this frame heals by itself
	overflow outcome = "overflow" // the calls' lane is full: the line takes nothing
)

func (l *lanes) put(conn uint64, f wire.Frame) outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case conn == 0 || conn != l.conn:
		return elapsed
	case urgent(f):
		if len(l.calls) >= maxCalls {
			return overflow
		}
		l.calls = append(l.calls, f)
	case !l.latest(f):
		if len(l.behind) >= maxBehind {
			return dropped
		}
		l.behind = append(l.behind, f)
	}
	select {
	case l.more <- struct{}{}:
	default:
	}
	return queued
}

// latest replaces a waiting frame of which only the newest matters.
func (l *lanes) latest(f wire.Frame) bool {
	for i, w := range l.behind {
		if w.Type() == f.Type() && f.Type() != wire.TRefuse {
			l.behind[i] = f
			return true
		}
	}
	return false
}

// take gives the next frame to write.
func (l *lanes) take(conn uint64) (wire.Frame, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if conn != l.conn {
		return nil, false
	}
	for _, lane := range []*[]wire.Frame{&l.calls, &l.behind} {
		if len(*lane) > 0 {
			f := (*lane)[0]
			*lane = (*lane)[1:]
			return f, true
		}
	}
	return nil, false
}

// urgent reports whether a frame belongs to the lane of calls. HELLO does, for
// nothing may go before it.
func urgent(f wire.Frame) bool {
	switch f.Type() {
	case wire.THealth, wire.TPing, wire.TPong, wire.TRefuse:
		return false
	}
	return true
}
