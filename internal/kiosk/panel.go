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
	Answered PanelState = "answered"
	Requeued PanelState = "requeued"
	OnTheWay PanelState = "on_the_way"
	WrapUp   PanelState = "wrap_up"
	Ended    PanelState = "ended"
	NoLine   PanelState = "no_line"
)

// Panel is all that is to be shown.
type Panel struct {
	State  PanelState
	Key    call.Key
	Call   call.ID
	Waited call.Mono // since the press that opened the call
	Held   bool      // rings, but no site could store it
	Grant  call.Grant
	Media  *wire.Media
	Home   bool
	Last   bool
}

// noLineAfter is when a press that found no line says so; below it the kiosk
// is still trying and "sending" is the truth.
const noLineAfter = 3_000_000_000 // 3 s

// Panel says what to show now. "Received" means that a site has committed the
// press, "answered" that a grant lives (invariant I2).
func (k *Kiosk) Panel(now call.Mono) Panel {
	p := Panel{State: Idle, Home: k.links[k.cfg.Home].up}
	if l := k.links[k.cfg.Last]; l != nil {
		p.Last = l.up
	}
	if k.ep == nil {
		if n := len(k.ended); n > 0 && now-k.ended[n-1].at < k.cfg.Times.EndedShown {
			p.State, p.Call = Ended, k.ended[n-1].rec.Call
		}
		return p
	}
	ep := k.ep
	p.Call, p.Key, p.Waited = ep.c.ID, ep.c.Key(), now-ep.openedAt
	p.Grant, p.Media = ep.c.Grant, ep.media
	p.State = k.panelState(p.Waited)
	p.Held = p.State == Sending && k.anyHeld()
	return p
}

func (k *Kiosk) panelState(waited call.Mono) PanelState {
	ep := k.ep
	switch ep.c.Phase() {
	case call.Talking:
		return Answered
	case call.WrapUp:
		return WrapUp
	}
	for _, c := range ep.codes {
		if c == wire.CodeOnTheWay {
			return OnTheWay
		}
	}
	switch {
	case ep.requeued:
		return Requeued
	case k.anyAcked():
		return Received
	case waited >= noLineAfter && !k.anyUp():
		return NoLine
	}
	return Sending
}

func (k *Kiosk) anyUp() bool {
	for _, l := range k.links {
		if l.up {
			return true
		}
	}
	return false
}

func (k *Kiosk) anyHeld() bool {
	for _, p := range k.presses {
		if p.held && p.rec.Call == k.ep.c.ID {
			return true
		}
	}
	return false
}

// anyAcked reports whether a site has a press of the open call on disk.
func (k *Kiosk) anyAcked() bool {
	for _, p := range k.presses {
		if p.rec.Call != k.ep.c.ID {
			continue
		}
		for _, d := range p.sites {
			if d.acked {
				return true
			}
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
