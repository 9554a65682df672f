package session

import (
	"cmp"
	"hash/maphash"
	"slices"
	"time"

	"huying/hub/socket"
	"huying/internal/call"
	"huying/internal/wire"
)

// seat is one socket of a kiosk, as the desk sees it.
type seat struct {
	*socket.Conn
	h     *Kiosks
	hello wire.Hello
	key   []byte // with which it proved itself
	since time.Time

	config *wire.ConfigState // what it said last of its settings; under h.mu
	health *wire.Health      // its last; under h.mu
}

// stand is all sockets that proved themselves as one kiosk. Usually that is
// one. There are two for a moment when a kiosk comes back before its old line
// is known to be dead; there are two for long when a data folder was copied:
// then two programs live with one identity, a clone. Both must ring, so both
// stay: the desk sees one line, the newest, and what it says of a call goes to
// who pressed.
type stand struct {
	main   *seat   // what the desk knows
	others []*seat // older ones of other starts
	clone  *Clone  // nil: all is well
	calls  map[call.ID]*seat
}

// Clone is two live programs with the identity of one kiosk.
type Clone struct {
	Kiosk     string
	Since     time.Time
	Addresses []string // from where they come, the newest first
}

// FaultClone is the fault that a hub adds to the HEALTH of a kiosk of which
// there are two.
const FaultClone = "clone"

// maxCalls bounds what is remembered of whose a call is; who is forgotten is
// found by the number of its start.
const maxCalls = 64

// lateFrames is how long frames of a program that died may still come out of
// the hub's own buffers.
const lateFrames = 5 * time.Second

// enter makes a socket the one that speaks for its kiosk, here and at the
// desk, in one order for both.
func (h *Kiosks) enter(s *seat) {
	id := s.hello.Kiosk
	door := &h.doors[maphash.String(h.seed, id)%uint64(len(h.doors))]
	door.Lock()
	defer door.Unlock()
	h.sit(s)
	h.Calls.KioskUp(id, s)
	h.Calls.FromKiosk(id, s, s.hello)
}

// sit lets a socket speak for its kiosk. An older socket of the same start was
// left by a lost line and ends; one of another start is asked whether it lives.
func (h *Kiosks) sit(s *seat) {
	id := s.hello.Kiosk
	h.mu.Lock()
	st := h.stands[id]
	if st == nil {
		st = &stand{calls: map[call.ID]*seat{}}
		h.stands[id] = st
	}
	var stale, asked []*seat
	for _, o := range st.all() {
		if o.hello.BootID == s.hello.BootID {
			stale = append(stale, o)
		} else {
			asked = append(asked, o)
		}
	}
	st.main, st.others = s, asked
	h.mu.Unlock()
	for _, o := range stale {
		o.Conn.Close("replaced by a newer connection")
	}
	for _, o := range asked {
		_ = o.Send(wire.Ping{})
	}
}

// rise takes a socket away that ended. If the desk knew it, the others must
// come again, so that the desk hears their HELLO.
func (h *Kiosks) rise(s *seat) {
	id := s.hello.Kiosk
	h.mu.Lock()
	var orphans []*seat
	if st := h.stands[id]; st != nil {
		if st.main == s {
			orphans = st.others
			delete(h.stands, id)
		}
		st.others = slices.DeleteFunc(slices.Clone(st.others), func(o *seat) bool { return o == s })
		if st.clone != nil && (st.main == s || len(st.others) == 0) {
			st.clone = nil
			h.log.Info("clone is gone, or both come again", "kiosk", id)
		}
	}
	h.mu.Unlock()
	for _, o := range orphans {
		o.Conn.Close("the newer connection ended")
	}
	h.Calls.KioskDown(id, s)
}

func (st *stand) all() []*seat {
	if st.main == nil {
		return nil
	}
	return append([]*seat{st.main}, st.others...)
}

// speaksFor gives the socket in whose name the desk hears a frame. A frame of
// an older socket shows that it lives: there is a clone.
func (h *Kiosks) speaksFor(s *seat, f wire.Frame) *seat {
	id := s.hello.Kiosk
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.stands[id]
	if st == nil || !slices.Contains(st.all(), s) {
		return s // it was replaced; the desk passes it over
	}
	for _, c := range callsOf(f) {
		if len(st.calls) >= maxCalls {
			clear(st.calls)
		}
		st.calls[c] = s
	}
	if s == st.main {
		return s
	}
	// What was under way when its program died proves nothing; an answer to what
	// was asked after the newer one came does.
	_, answer := f.(wire.Pong)
	if st.clone == nil && (answer || time.Since(st.main.since) > lateFrames) {
		st.raise(h)
	}
	return st.main
}

func (st *stand) raise(h *Kiosks) {
	c := &Clone{Kiosk: st.main.hello.Kiosk, Since: time.Now()}
	for _, s := range st.all() {
		c.Addresses = append(c.Addresses, s.Address())
	}
	st.clone = c
	h.log.Error("clone: two live kiosks have one identity; both ring, revoke it and enrol both anew",
		"kiosk", c.Kiosk, "addresses", c.Addresses)
	if h.Cloned != nil {
		h.Cloned()
	}
	no := wire.Refuse{Code: FaultClone, Message: "another living kiosk has this one's identity; both ring, enrol both anew"}
	for _, s := range st.all() {
		go func() { _ = s.Send(no) }()
	}
}

// Clones lists the kiosks of which there are two now, in order of kiosk.
func (h *Kiosks) Clones() []Clone {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []Clone
	for _, st := range h.stands {
		if st.clone != nil {
			out = append(out, *st.clone)
		}
	}
	slices.SortFunc(out, func(a, b Clone) int { return cmp.Compare(a.Kiosk, b.Kiosk) })
	return out
}

// marked adds the hub's own knowledge to a kiosk's report.
func (h *Kiosks) marked(kiosk string, f wire.Health) wire.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.stands[kiosk]
	if st == nil || st.clone == nil || len(f.Faults) >= wire.MaxFaults {
		return f
	}
	f.Faults = append(slices.Clip(slices.DeleteFunc(f.Faults, func(x wire.Fault) bool { return x.Code == FaultClone })),
		wire.Fault{Code: FaultClone, ForMS: time.Since(st.clone.Since).Milliseconds(), Detail: "seen by the hub"})
	return f
}

// Write sends what the desk has for the kiosk to the socket that it is for. It
// fits desk.Conn.
func (s *seat) Write(frame []byte) error {
	to := s.h.addressees(s, frame)
	if to == nil {
		return s.Conn.Write(frame)
	}
	var err error
	for _, t := range to {
		e := t.Conn.Write(frame)
		if t == s {
			err = e // the others' readers tell of their own end
		}
	}
	return err
}

// Close ends the socket when the desk replaced it; one of another start stays,
// for it may live.
func (s *seat) Close(why string) {
	s.h.mu.Lock()
	st := s.h.stands[s.hello.Kiosk]
	kept := st != nil && slices.Contains(st.others, s)
	s.h.mu.Unlock()
	if !kept {
		s.Conn.Close(why)
	}
}

// addressees says for whom a frame of the desk is, nil: for s alone.
func (h *Kiosks) addressees(s *seat, frame []byte) []*seat {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.stands[s.hello.Kiosk]
	if st == nil || st.main != s || len(st.others) == 0 {
		return nil
	}
	f, err := wire.Decode(frame)
	if err != nil {
		return nil
	}
	switch f.(type) {
	case wire.Welcome, wire.Config:
		return nil
	}
	id, about := aboutCall(f)
	if !about {
		return st.all()
	}
	if owner := st.calls[id]; owner != nil && slices.Contains(st.all(), owner) {
		return []*seat{owner}
	}
	for _, o := range st.all() {
		if o.hello.BootNo == id.Boot {
			return []*seat{o}
		}
	}
	return st.all()
}

// aboutCall gives the call that a site's frame is about.
func aboutCall(f wire.Frame) (call.ID, bool) {
	switch f := f.(type) {
	case wire.PressAck:
		return f.Press, true
	case wire.PressHold:
		return f.Press, true
	case wire.Claim:
		return f.Call, true
	case wire.Release:
		return f.Call, true
	case wire.State:
		return f.Call, true
	case wire.Media:
		return f.Call, true
	}
	return call.ID{}, false
}

// callsOf gives the calls and presses that a kiosk's frame says are its own.
func callsOf(f wire.Frame) []call.ID {
	switch f := f.(type) {
	case wire.Press:
		return []call.ID{f.Call, f.Press}
	case wire.Grant:
		return []call.ID{f.Call}
	case wire.Ping:
		if f.Episode.Open != nil {
			return []call.ID{f.Episode.Open.Call}
		}
	}
	return nil
}
