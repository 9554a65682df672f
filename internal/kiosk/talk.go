package kiosk

import (
	"huying/internal/call"
	"huying/internal/wire"
)

func (k *Kiosk) frame(site call.Site, f wire.Frame) {
	l := k.links[site]
	if l == nil {
		return
	}
	switch f := f.(type) {
	case wire.PressAck:
		k.acked(site, f.Press)
	case wire.PressHold:
		k.held(f.Press)
	case wire.Claim:
		k.claim(site, f)
	case wire.Release:
		k.release(site, f)
	case wire.State:
		k.state(site, l, f)
	case wire.Media:
		if k.ep != nil && k.ep.c.Grant.Site == site && f.Call == k.ep.c.ID && k.ep.c.Grant.Live && f.Epoch == k.ep.c.Grant.Epoch {
			k.ep.media = &f
		}
	case wire.Ping:
		k.send(site, wire.Pong{})
	}
}

// farthest is beyond every epoch that a kiosk gives by itself: its number of
// starts has 32 bits and counts 65,536 each (ADR 2).
const farthest = 1 << 49

// claim grants the word or says who has it.
func (k *Kiosk) claim(site call.Site, f wire.Claim) {
	if f.Site != site {
		return // nobody claims in another site's name
	}
	if k.ep == nil && k.endedCall(f.Call) == nil && f.Call.Kiosk == k.cfg.ID {
		// A press that this kiosk's disk lost: somebody wants to talk about
		// it, and that is what it was made for.
		k.open(f.Call)
		k.ep.c.Merge(call.Pressed{Mark: f.Call.Mark, Key: call.Enquiry})
	}
	if k.ep == nil || k.ep.c.ID != f.Call {
		k.send(site, k.denyOther(f))
		return
	}
	g := k.ep.c.Grant
	switch {
	case g.Live && g.Site == f.Site && g.Person.ID == f.Person.ID && f.After < g.Epoch:
		k.send(site, wire.Grant{Call: f.Call, Grant: g})
	case !k.mayGrant(g, f):
		k.send(site, wire.Deny{Call: f.Call, Site: f.Site, Grant: g})
	default:
		epoch := max(g.Epoch+1, f.After+1, uint64(k.boot)<<16)
		k.ep.media, k.ep.requeued = nil, false
		k.ep.alive, k.ep.quietAt = false, k.now
		k.register(call.Grant{Epoch: epoch, Site: f.Site, Person: f.Person, Live: true})
	}
}

// mayGrant is the fence: nobody talks, and the claimant knows the last epoch.
// A claimant who knows a later one is right: this disk lost it. One that no
// kiosk ever gave is a lie; believed, it would leave no epoch for the next.
func (k *Kiosk) mayGrant(g call.Grant, f wire.Claim) bool {
	if f.After > g.Epoch {
		return f.After < farthest
	}
	return !g.Live && f.After == g.Epoch
}

func (k *Kiosk) denyOther(f wire.Claim) wire.Deny {
	d := wire.Deny{Call: f.Call, Site: f.Site}
	if e := k.endedCall(f.Call); e != nil {
		d.Grant, d.Closing = e.rec.Grant, &e.rec.Closing
	}
	return d
}

// register changes who talks: durable first, then told to all.
func (k *Kiosk) register(g call.Grant) {
	if !k.ep.c.Merge(g) {
		return
	}
	if !g.Live {
		k.ep.waitSince, k.ep.media = k.now, nil
		k.ep.requeued = g.Ending != call.HungUp
		k.ask(g)
	}
	g = k.ep.c.Grant
	k.write(Record{Granted: &GrantedRecord{k.ep.c.ID, g}}, wire.Grant{Call: k.ep.c.ID, Grant: g})
}

// ask offers a talk that a person ended for rating; after a quiet one the
// kiosk stays dark.
func (k *Kiosk) ask(g call.Grant) {
	if g.Ending == call.HungUp && !k.ep.c.Quiet {
		k.asked = asked{k.ep.c.ID, k.now + k.cfg.Times.Rating}
	}
}

func (k *Kiosk) release(site call.Site, f wire.Release) {
	over := call.Grant{Epoch: f.Epoch, Site: f.Site, Person: f.Person, Ending: f.Ending, Spoke: f.Spoke}
	if k.ep == nil || k.ep.c.ID != f.Call {
		if e := k.endedCall(f.Call); e != nil && e.rec.Grant.Epoch >= f.Epoch {
			over = e.rec.Grant
		}
		k.send(site, wire.Grant{Call: f.Call, Grant: over})
		return
	}
	g := k.ep.c.Grant
	if g.Live && g.Site != site || f.Epoch < g.Epoch || f.Epoch == g.Epoch && !g.Live {
		k.send(site, wire.Grant{Call: f.Call, Grant: g})
		return
	}
	over.Through = k.ep.c.Last
	k.register(over)
}

// state is what a site says of a call. Only its end changes what the kiosk
// does; the rest is shown.
func (k *Kiosk) state(site call.Site, l *link, f wire.State) {
	if e := k.endedCall(f.Call); e != nil && f.Code == wire.CodeClosed {
		e.known[site] = true
	}
	if k.ep == nil || k.ep.c.ID != f.Call || f.Rev <= l.rev {
		return
	}
	l.rev = f.Rev
	k.ep.codes[site] = f.Code
	if f.Closing == nil {
		return
	}
	k.ep.c.Merge(*f.Closing)
	if k.ep.c.Phase() == call.Closed {
		k.end(site)
	}
}

func (k *Kiosk) end(site call.Site) {
	c := &k.ep.c
	if g := c.Grant; g.Live {
		g.Live, g.Ending, g.Through = false, call.HungUp, c.Last
		c.Merge(g)
		k.ask(g)
	}
	e := newEnded(EndedRecord{c.ID, c.Grant, *c.Closing}, k.now)
	e.known[site] = true
	k.ended = append(k.ended, e)
	if len(k.ended) > maxEnded {
		k.ended = k.ended[1:]
	}
	k.ep = nil
	k.emit(Write{Rec: Record{Ended: &e.rec}})
	k.forget()
}

func (k *Kiosk) endedCall(id call.ID) *ended {
	for _, e := range k.ended {
		if e.rec.Call == id {
			return e
		}
	}
	return nil
}
