package kiosk

import (
	"time"

	"huying/internal/call"
)

// What a key is pressed for shows, for some presses, only when it comes up
// again: a green key that stays down asks for a quiet call, green with red is
// practice, and after a talk a short press rates it. Such a press is numbered,
// journaled and shown at the first edge like every other, and sent when it is
// decided, at the latest after Times.Quiet. A red key outside the seconds
// after a talk is never held back. In doubt a press is for help.

// hold is the press whose purpose its key's way up decides.
type hold struct {
	p      *press
	rating bool // made while a rating was asked for
}

// asked is a talk that may be rated by the next press.
type asked struct {
	call  call.ID
	until call.Mono
}

// mayHold reports whether a press that begins now is to be held back.
func (k *Kiosk) mayHold(in Press) bool {
	if !in.Held || in.Purpose != call.ForHelp {
		return false
	}
	return k.ratable() || k.ep == nil && in.Key == call.Enquiry
}

// ratable reports whether a press now rates the last talk.
func (k *Kiosk) ratable() bool {
	return k.asked.until > k.now && (k.ep == nil || k.ep.c.Phase() == call.WrapUp)
}

// during decides the press that is held while another key goes down. It
// reports whether both together are practice.
func (k *Kiosk) during(in Press) bool {
	h := k.hold
	if h == nil {
		return false
	}
	down := k.now - h.p.at
	practice := !h.rating && in.Key == call.Urgent && h.p.rec.Key == call.Enquiry && down >= k.cfg.Times.Together
	if practice {
		k.decide(call.ForPractice)
		return true
	}
	k.decide(call.ForHelp) // both hands on both keys: that is no lesson
	return false
}

// released decides a press whose key came up.
func (k *Kiosk) released(key call.Key) {
	h := k.hold
	if h == nil || h.p.rec.Key != key {
		return
	}
	if h.rating {
		k.decide(call.ForRating)
		return
	}
	k.decide(call.ForHelp)
}

// overdue decides a press whose key stays down.
func (k *Kiosk) overdue() {
	h := k.hold
	if h == nil {
		return
	}
	switch down := k.now - h.p.at; {
	case h.rating && down >= k.cfg.Times.Insist:
		k.decide(call.ForHelp) // whoever leans on a key needs somebody
	case !h.rating && down >= k.cfg.Times.Quiet:
		k.decide(call.ForQuiet)
	}
}

func (k *Kiosk) decide(purpose call.Purpose) {
	p := k.hold.p
	k.hold = nil
	k.settle(p, purpose)
}

// settle gives a press its purpose and sends it on its way. What was journaled
// at the edge is written again, now with its call and its signature.
func (k *Kiosk) settle(p *press, purpose call.Purpose) {
	p.rec.Undecided, p.rec.Purpose, p.rec.Call = false, purpose, p.rec.Press
	switch {
	case purpose == call.ForRating:
		p.rec.Call = k.asked.call
		k.rated = shown{p.rec.Key, k.now}
	case purpose == call.ForPractice:
		k.practise(p)
	case purpose.Calls():
		k.join(p)
	}
	if purpose != call.ForSelfTest {
		k.asked = asked{}
	}
	if k.cfg.Sign != nil {
		p.rec.Sig = k.cfg.Sign(p.rec.Press, p.rec.Call, p.rec.Key, purpose)
	}
	rec := p.rec
	w := Write{Rec: Record{Pressed: &rec}}
	if !p.calls() {
		w.Then = k.later(p)
	}
	for _, s := range k.engagedSites() {
		if p.calls() && k.wants(p, s) {
			k.deliver(p, s)
		}
	}
	k.emit(w)
	k.emit(Wake{})
	k.forget()
}

// later sends a press that is not for help once that is on the disk. Nobody
// waits for it, and if the power failed in between, the kiosk would take the
// press for one for help, of a number that home knows as something else and
// would not ring for.
func (k *Kiosk) later(p *press) []Effect {
	s := k.cfg.Home
	if !k.links[s].up {
		return nil
	}
	p.sites[s] = &delivery{sentAt: k.now, pause: k.cfg.Times.ResendFirst}
	return []Effect{Send{s, k.frameOf(p)}}
}

// join brings a press into the open call, or opens one.
func (k *Kiosk) join(p *press) {
	if k.ep == nil {
		k.open(p.rec.Press)
	}
	ep := k.ep
	p.rec.Call = ep.c.ID
	was := ep.c.Phase()
	ep.c.Merge(call.Pressed{Mark: p.rec.Press.Mark, Key: p.rec.Key, Purpose: p.rec.Purpose, At: p.rec.At})
	if was != call.Ringing {
		ep.waitSince = k.now
	}
}

// practice is a lesson: presses that home must acknowledge, and no call.
type practice struct {
	since   call.Mono
	presses []call.PressID
	passed  call.Mono // when home had them all; 0: not yet
}

// practised is how long the outcome of a lesson, and of a rating, is shown;
// patience is when a lesson that home did not acknowledge has failed, as for
// every other press.
const practised = 10 * time.Second

func (k *Kiosk) practise(p *press) {
	if l := k.lesson; l == nil || l.passed != 0 || k.now-l.since > k.cfg.Times.AckWait {
		k.lesson = &practice{since: k.now}
	}
	k.lesson.presses = append(k.lesson.presses, p.rec.Press)
}

// learned looks whether home has all presses of the lesson.
func (k *Kiosk) learned() {
	if k.lesson == nil || k.lesson.passed != 0 {
		return
	}
	for _, p := range k.presses {
		for _, id := range k.lesson.presses {
			if d := p.sites[k.cfg.Home]; p.rec.Press == id && (d == nil || !d.acked) {
				return
			}
		}
	}
	k.lesson.passed = max(k.now, 1)
}

// shown is a key and since when it is shown.
type shown struct {
	key call.Key
	at  call.Mono
}
