package key

import (
	"time"

	"huying/firmware-bridge/input"
)

// Machine keeps the State of one key and turns its Changes into Events. It
// belongs to one goroutine.
type Machine struct {
	key   input.Key
	conf  Config
	emit  func(input.Event)
	state State
	why   input.Reason // how the latest change to active was noticed
}

// NewMachine returns the machine of a key that has not been seen yet. Every
// event goes to emit, which must not block.
func NewMachine(k input.Key, c Config, emit func(input.Event)) *Machine {
	return &Machine{key: k, conf: c, emit: emit}
}

// State returns what is known about the key.
func (m *Machine) State() State { return m.state }

// Resume goes on from what another machine of the same key knew. That the key
// is stuck is told again; all else was told.
func (m *Machine) Resume(s State) {
	m.state = s
	if s.Phase == StuckDown {
		m.tell([]Change{{input.Stuck, s.Seen}})
	}
}

// Level tells the machine the level at a time and how it was learnt.
func (m *Machine) Level(active bool, at time.Duration, why input.Reason) {
	if active && !m.state.Active {
		m.why = why
	}
	s, changes := Step(m.conf, m.state, active, at)
	m.state = s
	m.tell(changes)
}

// Advance lets time pass. Call it only when no earlier edge can still be
// waiting to be read: a release is decided by the absence of edges.
func (m *Machine) Advance(at time.Duration) {
	s, changes := Advance(m.conf, m.state, at)
	m.state = s
	m.tell(changes)
}

// Next says when Advance should be called at the latest; false if never.
func (m *Machine) Next() (time.Duration, bool) { return Next(m.conf, m.state) }

// Lost tells the machine that its line cannot be read any more. A key that was
// down counts as let go, so that a hand that is on it when the line returns is
// a press and not nothing; a stuck key stays stuck, so that a loose plug under
// a jammed key does not ring the hall again and again.
func (m *Machine) Lost(at time.Duration) {
	if m.state.Phase != StuckDown {
		m.Level(false, at, input.ByEdge)
	}
}

func (m *Machine) tell(changes []Change) {
	for _, c := range changes {
		e := input.Event{Key: m.key, Kind: c.Kind, At: c.At}
		if c.Kind == input.Press {
			e.Reason = m.why
		}
		m.emit(e)
	}
}
