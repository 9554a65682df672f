package hardware

import "huying/firmware-bridge/input"

// merger makes one set of keys of several. A key is broken while any of the
// devices that have it is, and stuck while it is stuck on any: repairing one
// must not hide the other.
type merger struct {
	broken, stuck map[input.Key]map[string]bool
}

func newMerger() *merger {
	m := &merger{broken: map[input.Key]map[string]bool{}, stuck: map[input.Key]map[string]bool{}}
	for _, k := range input.Keys() {
		m.broken[k], m.stuck[k] = map[string]bool{}, map[string]bool{}
	}
	return m
}

// take says whether an event of the device of that name is to be told, and how.
func (m *merger) take(device string, e input.Event) (input.Event, bool) {
	switch e.Kind {
	case input.Fault:
		m.broken[e.Key][device] = true
		e.Detail = device + ": " + e.Detail
	case input.Restored:
		return e, m.over(m.broken[e.Key], device)
	case input.Stuck:
		m.stuck[e.Key][device] = true
	case input.Unstuck:
		return e, m.over(m.stuck[e.Key], device)
	}
	return e, true
}

// over ends the trouble of one device and reports whether it was the last.
func (m *merger) over(on map[string]bool, device string) bool {
	delete(on, device)
	return len(on) == 0
}
