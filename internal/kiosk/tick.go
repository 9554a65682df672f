package kiosk

import (
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// TickEvery is how often the runtime must send Tick while Busy; all waits of
// this package are multiples of seconds, so a quarter is fine enough.
const TickEvery = 250 * time.Millisecond

func (k *Kiosk) tick() {
	k.overdue()
	k.lapse()
	k.escalate()
	k.resend()
	k.ping()
}

// escalate is rule 3: the kiosk is the last escalator.
func (k *Kiosk) escalate() {
	ep := k.ep
	if ep == nil || ep.engaged || ep.c.Phase() != call.Ringing {
		return
	}
	if k.now-ep.waitSince >= k.cfg.Times.answerWait(ep.c.Key()) {
		k.engage()
		return
	}
	home := k.links[k.cfg.Home]
	for _, p := range k.presses {
		if d := p.sites[k.cfg.Home]; !p.inCall(ep.c.ID) || d != nil && d.acked {
			continue
		}
		waited := k.now - p.at
		if waited >= k.cfg.Times.AckWait || !home.up && waited >= k.cfg.Times.DownWait {
			k.engage()
			return
		}
	}
}

// lapse ends a grant whose site and voice are both gone.
func (k *Kiosk) lapse() {
	if k.ep == nil || !k.ep.c.Grant.Live || k.ep.alive {
		return
	}
	g := k.ep.c.Grant
	l := k.links[g.Site]
	if l != nil && (l.up || k.now-max(l.since, k.ep.quietAt) < k.cfg.Times.Lapse) {
		return
	}
	g.Live, g.Ending, g.Through = false, call.Lapsed, k.ep.c.Last
	k.register(g)
	k.engage()
}

func (k *Kiosk) linkUp(site call.Site) {
	l := k.links[site]
	if l == nil {
		return
	}
	*l = link{up: true, since: k.now, pinged: k.now}
	if k.ep != nil && k.ep.codes[site] == wire.CodeRinging {
		delete(k.ep.codes, site) // who rang there may be gone, and so may the site's memory
	}
	unacked := 0
	for _, p := range k.presses {
		d := p.sites[site]
		if !k.wants(p, site) || d != nil && d.acked {
			continue
		}
		unacked++
		delete(p.sites, site) // what the connection before took may be lost
	}
	k.send(site, wire.Hello{Kiosk: k.cfg.ID, Proto: wire.Proto, BootNo: k.boot, NextSeq: k.nextSeq,
		Unacked: unacked, Episode: k.episodes(site)})
}

// episodes is the kiosk's view of its calls, for one site.
func (k *Kiosk) episodes(site call.Site) wire.Episodes {
	var e wire.Episodes
	if k.ep != nil {
		e.Open = &wire.Open{Call: k.ep.c.ID, Grant: k.ep.c.Grant, Rev: k.links[site].rev}
	}
	size := 0
	for _, x := range k.ended {
		if x.known[site] {
			continue
		}
		if size += x.size; size > maxVouched && len(e.Ended) > 0 {
			break // the next PING goes on
		}
		e.Ended = append(e.Ended, wire.Ended{Call: x.rec.Call, Grant: x.rec.Grant, Closing: x.rec.Closing})
	}
	return e
}

func (k *Kiosk) ping() {
	for _, s := range k.sites() {
		l := k.links[s]
		every := k.cfg.Times.PingIdle
		if k.ep != nil {
			every = k.cfg.Times.PingBusy
		}
		if l.up && k.now-l.pinged >= every {
			l.pinged = k.now
			k.send(s, wire.Ping{Episode: k.episodes(s)})
		}
	}
}
