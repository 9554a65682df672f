package kiosk

import (
	"huying/internal/call"
	"huying/internal/wire"
)

// PanelState is what the kiosk shows and says.
type PanelState string

// The states of the panel, in the order a call usually goes through.
const (
	Idle     PanelState = "idle"
	Sending  PanelState = "sending"
	Received PanelState = "received"
	Ringing  PanelState = "ringing"
	Answered PanelState = "answered"
	Requeued PanelState = "requeued"
	OnTheWay PanelState = "on_the_way"
	WrapUp   PanelState = "wrap_up"
	Ended    PanelState = "ended"
	NoLine   PanelState = "no_line"
	// The states around a call: they stand where otherwise Idle, WrapUp or
	// Ended would.
	Rating      PanelState = "rating"      // how was it? green good, red bad
	Rated       PanelState = "rated"       // Key says how; thanks
	Practising  PanelState = "practising"  // both keys went down; on its way to home
	Practised   PanelState = "practised"   // home has it: keys and line work, nobody is rung
	Unpractised PanelState = "unpractised" // home does not answer: the line does not work
)

// Panel is all that is to be shown.
type Panel struct {
	State  PanelState
	Key    call.Key
	Call   call.ID
	Waited call.Mono // since the press that opened the call
	Held   bool      // rings, but no site could store it
	Down   bool      // a key is down and its press is not decided: show, do not speak
	Quiet  bool      // a quiet call: dark and silent
	Grant  call.Grant
	Media  *wire.Media
	Home   bool
	Last   bool
}

// noLineAfter is when a press that found no line says so; below it the kiosk
// is still trying and "sending" is the truth.
const noLineAfter = 3_000_000_000 // 3 s

// Panel says what to show now. "Received" means that a site has committed the
// press, "ringing" that besides the page of somebody on duty rings at a site
// whose line is up, "answered" that a grant lives (invariant I2).
func (k *Kiosk) Panel(now call.Mono) Panel {
	p := Panel{State: Idle, Home: k.links[k.cfg.Home].up}
	if l := k.links[k.cfg.Last]; l != nil {
		p.Last = l.up
	}
	p.Down = k.hold != nil
	if k.ep == nil {
		k.between(&p, now)
		return p
	}
	ep := k.ep
	p.Quiet = ep.c.Quiet
	p.Call, p.Key, p.Waited = ep.c.ID, ep.c.Key(), now-ep.openedAt
	p.Grant, p.Media = ep.c.Grant, ep.media
	p.State = k.panelState()
	p.Held = p.State == Sending && k.anyHeld()
	if p.State == WrapUp {
		k.rate(&p, now)
	}
	return p
}

// between is what a kiosk without an open call shows: a key that is down, the
// outcome of a lesson, a rating, the end of a call, or nothing.
func (k *Kiosk) between(p *Panel, now call.Mono) {
	if n := len(k.ended); n > 0 && now-k.ended[n-1].at < k.cfg.Times.EndedShown {
		p.State, p.Call = Ended, k.ended[n-1].rec.Call
	}
	k.rate(p, now)
	if l := k.lesson; l != nil {
		switch {
		case l.passed != 0 && now-l.passed < practised:
			p.State, p.Key = Practised, call.Enquiry
		case l.passed == 0 && now-l.since < k.cfg.Times.AckWait:
			p.State, p.Key = Practising, call.Enquiry
		case l.passed == 0 && now-l.since < k.cfg.Times.AckWait+practised:
			p.State, p.Key = Unpractised, call.Enquiry
		}
	}
	if h := k.hold; h != nil && !h.rating {
		p.State, p.Key, p.Call, p.Waited = Sending, h.p.rec.Key, h.p.rec.Press, now-h.p.at
	}
}

// rate asks for a rating, and thanks for one.
func (k *Kiosk) rate(p *Panel, now call.Mono) {
	switch {
	case k.asked.until > now:
		p.State, p.Call = Rating, k.asked.call
	case k.rated.key != "" && now-k.rated.at < practised:
		p.State, p.Key = Rated, k.rated.key
	}
}

func (k *Kiosk) panelState() PanelState {
	ep := k.ep
	switch ep.c.Phase() {
	case call.Talking:
		return Answered
	case call.WrapUp:
		return WrapUp
	}
	acked := k.lastAcked()
	switch {
	case k.onTheWay():
		return OnTheWay
	case k.cutOff() && (!acked || ep.requeued):
		return NoLine
	case ep.requeued:
		return Requeued
	case acked && k.rings():
		return Ringing
	case acked:
		return Received
	}
	return Sending
}

// cutOff reports whether no line is up, for so long and so long after the last
// press that it must be said.
func (k *Kiosk) cutOff() bool {
	for _, l := range k.links {
		if l.up || k.now-l.since < noLineAfter {
			return false
		}
	}
	p := k.last()
	return p == nil || k.now-p.at >= noLineAfter
}

// last is the last press of the open call; nil if this kiosk's disk lost it.
func (k *Kiosk) last() *press {
	for _, p := range k.presses {
		if p.inCall(k.ep.c.ID) && p.rec.Press.Mark == k.ep.c.Last {
			return p
		}
	}
	return nil
}

// lastAcked reports whether a site has the last press of the open call on
// disk. An earlier one is not enough: it may have been green, and this one red.
func (k *Kiosk) lastAcked() bool {
	p := k.last()
	if p == nil {
		return false
	}
	for _, d := range p.sites {
		if d.acked {
			return true
		}
	}
	return false
}

// rings reports whether a site said last that somebody's page rings.
func (k *Kiosk) rings() bool {
	for site, code := range k.ep.codes {
		if code == wire.CodeRinging && k.links[site].up {
			return true
		}
	}
	return false
}

func (k *Kiosk) anyHeld() bool {
	for _, p := range k.presses {
		if p.held && p.inCall(k.ep.c.ID) {
			return true
		}
	}
	return false
}

// Open is the open call as this kiosk knows it, or nil.
func (k *Kiosk) Open() *call.Call {
	if k.ep == nil {
		return nil
	}
	c := k.ep.c
	return &c
}

// Unacked counts the presses that home has not acknowledged.
func (k *Kiosk) Unacked() int {
	n := 0
	for _, p := range k.presses {
		if d := p.sites[k.cfg.Home]; d == nil || !d.acked {
			n++
		}
	}
	return n
}
