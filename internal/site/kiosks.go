package site

import (
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

func (s *Site) kioskUp(id string) {
	k := s.kiosk(id)
	if !k.up {
		k.since = s.now
	}
	k.up, k.hello = true, false
	s.emit(KioskChanged{id})
	s.changedOf(k)
}

func (s *Site) kioskDown(id string) {
	k := s.kiosk(id)
	if !k.up {
		return
	}
	k.up, k.since = false, s.now
	s.emit(KioskChanged{id})
	s.changedOf(k)
}

func (s *Site) changedOf(k *kiosk) {
	for _, id := range k.calls {
		if s.open[id] != nil {
			s.emit(Changed{id})
		}
	}
}

func (s *Site) fromKiosk(in FromKiosk) {
	k := s.kiosk(in.Kiosk)
	switch f := in.Frame.(type) {
	case wire.Hello:
		s.hello(k, f)
	case wire.Ping:
		s.toKiosk(k.id, wire.Pong{})
		s.reconcile(k, f.Episode, false)
	case wire.Press:
		s.press(k, f, in.At)
	case wire.Grant:
		s.register(k, f.Call, f.Grant)
	case wire.Deny:
		if e := s.ownCall(k, f.Call); e != nil {
			_ = s.step(e, call.Denied{Grant: f.Grant, Closing: f.Closing}, s.me())
		}
	case wire.Health, wire.Pong, wire.Refuse:
	default:
		s.emit(Refused{Kiosk: k.id, Why: unexpected(in.Frame.Type())})
	}
}

func unexpected(t wire.Type) wire.Refuse {
	return wire.Refuse{Code: "unexpected", Frame: t, Message: "this site does not take such a frame here"}
}

// ownCall is a call this site knows and that belongs to the kiosk.
func (s *Site) ownCall(k *kiosk, id call.ID) *entry {
	if id.Kiosk != k.id {
		return nil
	}
	return s.calls[id]
}

func (s *Site) hello(k *kiosk, f wire.Hello) {
	if k.hello {
		return // one HELLO to a connection: a second is an echo of the first
	}
	k.hello = true
	s.toKiosk(k.id, wire.Welcome{Site: s.me(), Proto: wire.Proto})
	s.reconcile(k, f.Episode, true)
}

// reconcile compares the kiosk's view of its calls with ours, so that any
// lost frame heals.
func (s *Site) reconcile(k *kiosk, ep wire.Episodes, hello bool) {
	if o := ep.Open; o != nil && o.Call.Kiosk == k.id {
		if e := s.calls[o.Call]; e != nil {
			s.reconcileOpen(k, e, o, hello)
		}
	}
	for _, x := range ep.Ended {
		s.reconcileEnded(k, x)
	}
}

func (s *Site) reconcileOpen(k *kiosk, e *entry, o *wire.Open, hello bool) {
	s.register(k, o.Call, o.Grant)
	mine := e.c.TalksHere(s.me())
	switch {
	case hello && mine && o.Grant.Epoch < e.c.Grant.Epoch:
		_ = s.step(e, call.Forgot{}, s.me())
	case hello && mine:
		s.emit(GiveMedia{e.c.ID, e.c.Grant})
	}
	if o.Rev < e.rev || e.code == wire.CodeClosed {
		e.rev = max(e.rev, o.Rev+1)
		s.sendState(e)
	}
}

// reconcileEnded takes the kiosk's word that a call was closed elsewhere.
func (s *Site) reconcileEnded(k *kiosk, x wire.Ended) {
	if x.Call.Kiosk != k.id {
		return
	}
	if s.archived(x.Call) {
		s.toKiosk(k.id, wire.State{Call: x.Call, Rev: 1, Code: wire.CodeClosed, Closing: forKiosk(&x.Closing)})
		return
	}
	e := s.entryFor(x.Call)
	if x.Grant.Epoch != 0 {
		_ = s.step(e, call.Learn{Fact: x.Grant}, s.me())
	}
	_ = s.step(e, call.Learn{Fact: x.Closing}, s.me())
	if e.c.Closing != nil {
		f := wire.State{Call: x.Call, Rev: e.rev, Code: wire.CodeClosed, Closing: forKiosk(e.c.Closing)}
		if e.saveN > s.saved {
			s.after(ToKiosk{k.id, f})
		} else {
			s.toKiosk(k.id, f)
		}
	}
}

func (s *Site) register(k *kiosk, id call.ID, g call.Grant) {
	if g.Epoch == 0 {
		return
	}
	if e := s.ownCall(k, id); e != nil {
		_ = s.step(e, call.Learn{Fact: g}, s.me())
	}
}

// maxAge is beyond what any journal or outbox can hold back; a larger age is
// a broken clock, and in nanoseconds it could overflow into the future, where
// no rung would ever be due.
const maxAge = 365 * 24 * time.Hour

// ageOf is the age that a frame carries, at most maxAge.
func ageOf(ms int64) call.Mono {
	return time.Duration(min(ms, maxAge.Milliseconds())) * time.Millisecond
}

// press is the heart of it: ring at once, store, then acknowledge.
func (s *Site) press(k *kiosk, f wire.Press, at time.Time) {
	if f.Press.Kiosk != k.id {
		s.emit(Refused{Kiosk: k.id, Why: unexpected(f.Type())})
		return
	}
	if k.seen.Has(f.Press.Mark) {
		s.repeated(f)
		return
	}
	age := ageOf(f.AgeMS)
	at = pressedAt(f, at, age)
	if !f.Purpose.Calls() {
		s.record(k, f, at)
		return
	}
	e := s.entryFor(f.Call)
	if home, _ := s.cfg.Home(k.id); home != s.me() {
		e.c.Why.Direct = true
	}
	s.take(e, k, pressed(f, at), s.me(), age)
	s.answer(k, f)
}

// longestAway is how far back a kiosk's own clock is believed.
const longestAway = 30 * 24 * time.Hour

// pressedAt is when people are told that the key went down. A kiosk that was
// off in between knows it by its own clock alone, which may be dead.
func pressedAt(f wire.Press, now time.Time, age call.Mono) time.Time {
	known := now.Add(-age)
	if f.At.Before(known) && now.Sub(f.At) <= longestAway {
		return f.At
	}
	return known
}

func pressed(f wire.Press, at time.Time) call.Pressed {
	return call.Pressed{Mark: f.Press.Mark, Key: f.Key, Purpose: f.Purpose, At: at, Sig: f.Sig}
}

// answer acknowledges a press once it is stored, and says so if that may take
// a while.
func (s *Site) answer(k *kiosk, f wire.Press) {
	s.after(ToKiosk{k.id, wire.PressAck{Press: f.Press, Call: f.Call}})
	if s.storeDown {
		s.hold(f.Press)
	}
}

// record stores and acknowledges a press that is not for help: practice, a
// self-test, a rating. It goes the way of every press, and makes no call.
func (s *Site) record(k *kiosk, f wire.Press, at time.Time) {
	row := PressRow{f.Press, f.Call, pressed(f, at)}
	s.keepPress(row, nil)
	s.after(Recorded{row})
	if e := s.ownCall(k, f.Call); e != nil && f.Purpose == call.ForRating {
		_ = s.step(e, call.Learn{Fact: call.Rated{Mark: f.Press.Mark, Key: f.Key, At: row.Fact.At, Sig: f.Sig}}, s.me())
	}
	s.answer(k, f)
}

// keepPress puts a press that this site did not know into the next save.
func (s *Site) keepPress(row PressRow, e *entry) {
	k := s.kiosk(row.Press.Kiosk)
	k.seen.Add(row.Press.Mark)
	s.save.Presses = append(s.save.Presses, row)
	s.unsaved[row.Press] = true
	s.toSave = append(s.toSave, unsaved{row.Press, e, s.saveN + 1})
}

// take stores a press that this site did not know.
func (s *Site) take(e *entry, k *kiosk, fact call.Pressed, from call.Site, age call.Mono) {
	s.keepPress(PressRow{call.PressID{Kiosk: k.id, Mark: fact.Mark}, e.c.ID, fact}, e)
	e.unsaved++
	_ = s.step(e, call.Learn{Fact: fact, Age: age}, from)
	s.emit(KioskChanged{k.id})
}

// repeated answers a press that is known already. A kiosk that presses here
// itself although another site told us first asks us to ring.
func (s *Site) repeated(f wire.Press) {
	if e := s.calls[f.Call]; e != nil && f.Purpose.Calls() {
		if home, _ := s.cfg.Home(f.Call.Kiosk); home != s.me() && e.c.Phase() != call.Closed && !e.c.Why.Direct {
			_ = s.step(e, call.Become{Why: call.Why{Direct: true}}, s.me())
			s.keep(e)
		}
	}
	ack := ToKiosk{f.Press.Kiosk, wire.PressAck{Press: f.Press, Call: f.Call}}
	switch {
	case !s.unsaved[f.Press]:
		s.emit(ack)
	case s.storeDown:
		s.hold(f.Press)
	}
}
