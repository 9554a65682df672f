package desk

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/wire"
)

// Between sites: conditions and tickets go up, what people do with tickets
// goes down (ADR 16).

// Figures of telling the site above.
const (
	tellRound = 64 // frames at a time; calls come in between
	tellAgain = 10 * time.Second
)

// untold is a ticket whose latest revision the site above has not
// acknowledged.
type untold struct {
	ticket life.Ticket
	sent   time.Time
}

// ack is owed to a site below, once the copy is stored.
type ack struct {
	site call.Site
	id   string
	rev  uint64
}

// peerUp tells a site above everything anew: it may have lost it.
func (l *lives) peerUp(peer call.Site) {
	if peer != l.d.cfg.Site.Parent || peer == "" {
		return
	}
	for _, k := range l.d.cfg.Places.Kiosks() {
		l.tellKiosks[k] = true
	}
	for id, u := range l.tellTickets {
		u.sent = time.Time{}
		l.tellTickets[id] = u
	}
	for _, t := range l.open() {
		l.tellTickets[t.ID] = untold{ticket: t}
	}
}

// open lists tickets that are not closed, this site's and copies.
func (l *lives) open() []life.Ticket {
	out := []life.Ticket{}
	for _, t := range l.w.Tickets() {
		if t.Phase != life.Closed {
			out = append(out, t)
		}
	}
	for _, t := range l.copies {
		out = append(out, *t)
	}
	return out
}

// tell sends what the site above has not heard, a round at a time.
func (l *lives) tell(now time.Time) {
	parent := l.d.cfg.Site.Parent
	if parent == "" || len(l.tellKiosks)+len(l.tellTickets) == 0 || !l.d.s.PeerUp(parent) {
		return
	}
	line := l.d.peers[parent]
	for _, k := range someOf(l.tellKiosks, tellRound) {
		if c, ok := l.condition(now, k); ok {
			l.d.queue(line, c)
		}
	}
	n := 0
	for id, u := range l.tellTickets {
		if now.Sub(u.sent) < tellAgain {
			continue
		}
		if n++; n > tellRound {
			break
		}
		u.sent = now
		l.tellTickets[id] = u
		body, err := json.Marshal(u.ticket.Brief())
		if err != nil {
			l.d.log.Error("ticket not told", "ticket", id, "error", err)
			continue
		}
		l.d.queue(line, wire.Ticket{ID: id, Rev: u.ticket.Rev, Sent: now, Body: body})
	}
}

// condition is what is told above of a kiosk; false if nothing is known.
func (l *lives) condition(now time.Time, kiosk string) (wire.Condition, bool) {
	if !l.mine(kiosk) {
		c, ok := l.below[kiosk]
		c.SinceMS += now.Sub(c.at).Milliseconds()
		if c.ProvenBy != "" {
			c.ProvenMS += now.Sub(c.at).Milliseconds()
		}
		return c.Condition, ok
	}
	k, ok := l.w.Kiosk(kiosk)
	if !ok {
		return wire.Condition{}, false
	}
	s := l.w.Summary(kiosk)
	c := wire.Condition{Kiosk: kiosk, State: string(s.State), SinceMS: ms(now, s.Since), Failed: s.Failed, Overdue: s.Overdue}
	if s.Proven.By != "" {
		c.ProvenBy, c.ProvenMS = string(s.Proven.By), ms(now, s.Proven.At)
	}
	if h := k.Health; h != nil {
		c.Power, c.Version = h.Power, h.Version
		if h.Config != nil {
			c.Config = h.Config.Rev
		}
	}
	return c, true
}

func ms(now, since time.Time) int64 { return max(now.Sub(since).Milliseconds(), 0) }

// fromPeer takes what is about health; false: the frame is about calls. A site
// below may speak of its own kiosks only.
func (l *lives) fromPeer(peer call.Site, f wire.Frame) bool {
	now := l.cfg.Now()
	switch f := f.(type) {
	case wire.Condition:
		if l.theirs(peer, f.Kiosk) {
			l.below[f.Kiosk] = heardOf{f, now}
			l.conditionChanged(f.Kiosk)
		}
	case wire.Ticket:
		l.copyTicket(now, peer, f)
	case wire.TicketAck:
		if u, ok := l.tellTickets[f.ID]; ok && peer == l.d.cfg.Site.Parent && u.ticket.Rev <= f.Rev {
			delete(l.tellTickets, f.ID)
			l.told = append(l.told, life.Telling{ID: f.ID, Rev: f.Rev})
			l.poke()
		}
	case wire.TicketDo:
		if peer == l.d.cfg.Site.Parent {
			if err := l.do(now, f); err != nil {
				l.d.log.Warn("what the site above did with a ticket came to nothing", "ticket", f.ID, "action", f.Action, "error", err)
			}
		}
	default:
		return false
	}
	return true
}

// theirs reports whether a kiosk, or a unit's subject, is a site's below.
func (l *lives) theirs(peer call.Site, subject string) bool {
	home, ok := l.d.cfg.Site.Home(subject)
	if ok && home == peer && peer != l.d.cfg.Site.Policy.Site {
		return true
	}
	l.d.log.Warn("foreign health refused", "site", peer, "subject", subject)
	return false
}

// copyTicket keeps a copy of a ticket of a site below, and acknowledges it
// once it is stored.
func (l *lives) copyTicket(now time.Time, peer call.Site, f wire.Ticket) {
	var t life.Ticket
	// The id says whose ticket it is, to who asks whether a person may see it.
	if err := json.Unmarshal(f.Body, &t); err != nil || t.ID != f.ID || t.Site == l.d.cfg.Site.Policy.Site ||
		!strings.HasPrefix(t.ID, t.Subject+"."+string(t.Site)+".t") {
		l.d.log.Error("ticket not understood", "site", peer, "ticket", f.ID, "error", err)
		return
	}
	if !l.theirs(peer, t.Subject) {
		return
	}
	t.Shift(now.Sub(f.Sent))
	t.Rev = f.Rev
	if was := l.copies[t.ID]; was == nil || was.Rev < t.Rev {
		l.copies[t.ID] = &t
		l.ticketChanged(t.ID)
	}
	l.acks = append(l.acks, ack{peer, t.ID, t.Rev})
	l.poke()
}

// acknowledge follows the storing of copies; closed ones need not stay.
func (l *lives) acknowledge(acks []ack) {
	for _, a := range acks {
		l.d.queue(l.d.peers[a.site], wire.TicketAck{ID: a.id, Rev: a.rev})
		if t := l.copies[a.id]; t != nil && t.Phase == life.Closed && !l.tickets[a.id] {
			l.forget(a.id)
		}
	}
}

// forget lets go of a closed copy, once every page was told.
func (l *lives) forget(id string) {
	for f := range l.d.feeds {
		if f.tickets[id] {
			return // a page that is slow; the copy goes with the next restart
		}
	}
	delete(l.copies, id)
}

// do carries out what a person did with a ticket: here, or at the site below
// whose ticket it is.
func (l *lives) do(now time.Time, f wire.TicketDo) error {
	t, ok := l.ticket(f.ID)
	if !ok {
		return life.UnknownTicket
	}
	if t.Site == l.d.cfg.Site.Policy.Site {
		effects, err := l.w.Do(now, f.ID, life.Action(f.Action), f.Person, f.Site, f.Note)
		l.carry(effects)
		return err
	}
	if err := t.Try(now, life.Action(f.Action), f.Person, f.Note); err != nil {
		return err
	}
	home, _ := l.d.cfg.Site.Home(t.Subject)
	if !l.d.s.PeerUp(home) {
		return errSiteAway
	}
	l.d.queue(l.d.peers[home], f)
	return nil
}

var errSiteAway = life.Refusal("site_away")

// retire stops missing a kiosk whose key is not believed any more.
func (l *lives) retire(kiosk string) {
	if l.mine(kiosk) && l.cfg.Retired(kiosk) {
		l.carry(l.w.Retire(l.cfg.Now(), kiosk))
	}
}

// Census counts, for the metrics, kiosks of this site by state and tickets
// that are not closed by code.
func (d *Desk) Census(context.Context) (kiosks, tickets map[string]int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	kiosks, tickets = map[string]int{}, map[string]int{}
	for _, k := range d.cfg.Places.Kiosks() {
		if d.lives.mine(k) {
			kiosks[string(d.lives.w.Summary(k).State)]++
		}
	}
	for _, t := range d.lives.open() {
		if t.Phase != life.Closed {
			code := t.Code
			if titles[code] == "" {
				code = "other" // kiosks name them, and must not make series without end
			}
			tickets[code]++
		}
	}
	return kiosks, tickets
}
