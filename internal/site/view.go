package site

import "huying/internal/call"

// CallView is what a page or a check may know of a call here.
type CallView struct {
	Call   call.Call
	Stored bool // all its presses are on disk
	Kiosk  bool // the kiosk is on the line
}

// Call looks a call up; false if it is unknown or archived.
func (s *Site) Call(id call.ID) (CallView, bool) {
	e := s.calls[id]
	if e == nil {
		return CallView{}, false
	}
	return s.view(e), true
}

// Open lists the calls that are not closed, in the order of their ids.
func (s *Site) Open() []CallView {
	out := make([]CallView, 0, len(s.open))
	for _, id := range sortedEntries(s.open) {
		if e := s.open[id]; e.c.Phase() != call.Empty {
			out = append(out, s.view(e))
		}
	}
	return out
}

func (s *Site) view(e *entry) CallView {
	return CallView{Call: e.c, Stored: e.unsaved == 0, Kiosk: s.kiosk(e.c.ID.Kiosk).up}
}

// KioskView is what a page may know of a kiosk.
type KioskView struct {
	Up    bool
	Since call.Mono
	Open  []call.ID // its open calls, oldest first
	Count int       // presses known here in all, for the ledger
}

// Kiosk tells of a kiosk; an unknown one is down.
func (s *Site) Kiosk(id string) KioskView {
	k := s.kiosks[id]
	if k == nil {
		return KioskView{}
	}
	v := KioskView{Up: k.up, Since: k.since, Count: k.seen.Count()}
	for _, c := range k.calls {
		if s.open[c] != nil {
			v.Open = append(v.Open, c)
		}
	}
	return v
}

// Knows reports whether a press was taken in here before.
func (s *Site) Knows(p call.PressID) bool {
	k := s.kiosks[p.Kiosk]
	return k != nil && k.seen.Has(p.Mark)
}

// PeerUp reports whether the line to another site is up.
func (s *Site) PeerUp(site call.Site) bool {
	p := s.peers[site]
	return p != nil && p.up
}

// StoreDown reports whether saves do not get through.
func (s *Site) StoreDown() bool { return s.storeDown }

// Size counts what is kept in memory, for the bound of invariant I11.
func (s *Site) Size() (calls, unsent int) {
	for _, p := range s.peers {
		unsent += len(p.out)
	}
	return len(s.calls), unsent
}

// All lists every call in memory, closed ones too, in the order of their ids.
func (s *Site) All() []call.Call {
	out := make([]call.Call, 0, len(s.calls))
	for _, id := range sortedEntries(s.calls) {
		out = append(out, s.calls[id].c)
	}
	return out
}
