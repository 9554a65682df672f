package kiosk

import (
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// press makes the id, sends and journals in parallel: a failed disk does not
// stop the ring.
func (k *Kiosk) press(in Press) {
	if k.pressedEnough(in) {
		return
	}
	purpose := in.Purpose
	if k.during(in) {
		purpose = call.ForPractice
	}
	p := &press{at: k.now - in.Age, sites: map[call.Site]*delivery{}}
	p.rec = PressedRecord{Press: call.PressID{Kiosk: k.cfg.ID, Mark: call.Mark{Boot: k.boot, Seq: k.nextSeq}}, Key: in.Key, At: in.At}
	k.nextSeq++
	k.presses = append(k.presses, p)
	switch {
	case purpose == call.ForHelp && k.mayHold(in):
		k.holdBack(p)
	case purpose == call.ForHelp && k.ratable():
		k.settle(p, call.ForRating)
	default:
		k.settle(p, purpose)
	}
}

// pressedEnough reports whether one more press would change nothing: its call
// rings, with this key, and a thousand presses wait for home. Nobody is lost by
// that: the call is there, and the first press after home has answered counts.
func (k *Kiosk) pressedEnough(in Press) bool {
	if len(k.presses) < maxUnstored {
		return false
	}
	if in.Purpose == call.ForPractice {
		return true
	}
	return k.ep != nil && k.ep.c.Phase() == call.Ringing && !k.onTheWay() &&
		(in.Key == call.Enquiry || k.ep.c.Key() == call.Urgent)
}

// onTheWay reports whether a site said that somebody is coming: a press then
// asks anew.
func (k *Kiosk) onTheWay() bool {
	for _, c := range k.ep.codes {
		if c == wire.CodeOnTheWay {
			return true
		}
	}
	return false
}

// holdBack journals a press whose purpose is not known yet.
func (k *Kiosk) holdBack(p *press) {
	p.rec.Undecided, p.rec.Call = true, p.rec.Press
	k.hold = &hold{p: p, rating: k.ratable()}
	rec := p.rec
	k.emit(Write{Rec: Record{Pressed: &rec}})
	k.emit(Wake{})
}

// inCall reports whether a press belongs to the call id: one for practice or a
// rating never does, and one that is not decided does not yet.
func (p *press) inCall(id call.ID) bool {
	return p.rec.Call == id && p.calls()
}

// calls reports whether a press opened or joined a call.
func (p *press) calls() bool { return p.rec.Purpose.Calls() && !p.rec.Undecided }

func (k *Kiosk) engagedSites() []call.Site {
	if k.ep != nil && k.ep.engaged {
		return k.sites()
	}
	return k.sites()[:1]
}

// deliver sends a press to a site that has not acknowledged it.
func (k *Kiosk) deliver(p *press, s call.Site) {
	d := p.sites[s]
	if d == nil {
		d = &delivery{pause: k.cfg.Times.ResendFirst}
		p.sites[s] = d
	}
	if d.acked || !k.links[s].up {
		return
	}
	d.sentAt = k.now
	k.send(s, k.frameOf(p))
}

func (k *Kiosk) frameOf(p *press) wire.Press {
	f := wire.Press{Press: p.rec.Press, Call: p.rec.Call, Key: p.rec.Key, Purpose: p.rec.Purpose,
		AgeMS: int64((k.now - p.at) / time.Millisecond), Sig: p.rec.Sig}
	if p.rec.Press.Boot != k.boot {
		f.At = p.rec.At // nobody measured how long the kiosk was away
	}
	return f
}

// wants reports whether press p must reach site s: home needs every press,
// once it is decided, the last resort those of the open call once it was added.
func (k *Kiosk) wants(p *press, s call.Site) bool {
	if p.rec.Undecided {
		return false
	}
	if s == k.cfg.Home {
		return true
	}
	return k.ep != nil && k.ep.engaged && p.inCall(k.ep.c.ID)
}

// resend sends what a site has not acknowledged, at most maxFlying at a time:
// after a long outage of a kiosk with a loose contact there are a thousand, for
// which no line has room, and the press that somebody waits for is the last.
func (k *Kiosk) resend() {
	for _, s := range k.sites() {
		if !k.links[s].up {
			continue
		}
		due, flying := k.due(s)
		for _, p := range due[:max(0, min(len(due), maxFlying-flying))] {
			if d := p.sites[s]; d != nil {
				d.pause = min(2*d.pause, k.cfg.Times.ResendMost)
			}
			k.deliver(p, s)
		}
	}
}

// due lists what is to be sent to a site now, in its order: the open call, the
// newest press first, and then the oldest, so that a rating follows its call.
// flying is how many others wait for their acknowledgement.
func (k *Kiosk) due(s call.Site) (due []*press, flying int) {
	var rest []*press
	for _, p := range k.presses {
		d := p.sites[s]
		switch {
		case !k.wants(p, s) || d != nil && d.acked:
		case d != nil && k.now-d.sentAt < d.pause:
			flying++
		case k.ep != nil && p.inCall(k.ep.c.ID):
			due = append(due, p)
		default:
			rest = append(rest, p)
		}
	}
	slices.Reverse(due)
	return append(due, rest...), flying
}

func (k *Kiosk) acked(site call.Site, id call.PressID) {
	for _, p := range k.presses {
		if p.rec.Press != id {
			continue
		}
		d := p.sites[site]
		if d == nil {
			d = &delivery{}
			p.sites[site] = d
		}
		if !d.acked {
			d.acked, p.held = true, false
			k.emit(Write{Rec: Record{Acked: &AckedRecord{id, site}}})
			if k.ep != nil && p.inCall(k.ep.c.ID) && k.ep.codes[site] == "" {
				k.ep.codes[site] = wire.CodeReceived
			}
		}
	}
	k.learned()
	k.forget()
}

func (k *Kiosk) held(id call.PressID) {
	for _, p := range k.presses {
		if p.rec.Press == id {
			p.held = true
		}
	}
}

// engage adds the last resort; nothing ever takes it out of the call again.
func (k *Kiosk) engage() {
	if k.ep.engaged || len(k.sites()) < 2 {
		return
	}
	k.ep.engaged = true // resend does the rest
	k.emit(Wake{})
}

// forget drops presses that home has stored and that no open call needs.
func (k *Kiosk) forget() {
	keep := k.presses[:0]
	over := len(k.presses) - maxPresses
	for i, p := range k.presses {
		d := p.sites[k.cfg.Home]
		stored := d != nil && d.acked
		open := k.ep != nil && p.inCall(k.ep.c.ID)
		if stored && (!open || i < over) {
			continue
		}
		keep = append(keep, p)
	}
	k.presses = keep
}
