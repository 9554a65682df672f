package desk

import (
	"context"
	"errors"
	"slices"

	"huying/hub/auth"
	"huying/hub/refusal"
	"huying/hub/view"
	"huying/internal/life"
	"huying/internal/wire"
)

// HealthPoints lists every point of this site with the health of its kiosk.
func (d *Desk) HealthPoints(context.Context, auth.Person) ([]view.PointHealth, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []view.PointHealth{}
	tickets := d.lives.ticketsOf()
	for _, k := range d.cfg.Places.Kiosks() {
		out = append(out, d.lives.row(k, tickets))
	}
	return out, nil
}

// Figures of a kiosk's detail.
const (
	historyTickets = 50
	historyTests   = 100
)

// HealthPoint tells all that is known of one kiosk's health. While the store
// is away what is in memory is told.
func (d *Desk) HealthPoint(ctx context.Context, by auth.Person, kiosk string) (view.PointLife, error) {
	if _, _, known := d.cfg.Places.Point(kiosk); !known {
		return view.PointLife{}, refusal.New(refusal.UnknownKiosk, "没有这台终端，请核对终端编号。")
	}
	var past []life.Ticket
	var tests []life.Test
	if store := d.cfg.Life.Store; store != nil {
		var err, err2 error
		past, err = store.TicketsOf(ctx, kiosk, historyTickets)
		tests, err2 = store.TestsOf(ctx, kiosk, historyTests)
		if err := errors.Join(err, err2); err != nil {
			d.log.Warn("history not read", "kiosk", kiosk, "error", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.lives.detail(kiosk)
	out.History = d.lives.show(d.lives.fresh(past, func(t life.Ticket) bool { return t.Kiosk == kiosk }), by)
	slices.SortFunc(out.History, func(a, b view.Ticket) int { return b.OpenedAt.Compare(a.OpenedAt) })
	for _, t := range tests {
		out.Past = append(out.Past, selfTest(t))
	}
	return out, nil
}

// fresh replaces stored tickets by those in memory, and adds what the store
// has not got yet.
func (l *lives) fresh(stored []life.Ticket, want func(life.Ticket) bool) []life.Ticket {
	out := slices.Clone(stored)
	seen := map[string]bool{}
	for i, t := range out {
		seen[t.ID] = true
		if now, ok := l.ticket(t.ID); ok {
			out[i] = now
		}
	}
	for _, t := range append(l.open(), l.w.Tickets()...) {
		if !seen[t.ID] && want(t) {
			seen[t.ID] = true
			out = append(out, t)
		}
	}
	return out
}

func (l *lives) show(all []life.Ticket, by auth.Person) []view.Ticket {
	out := make([]view.Ticket, 0, len(all))
	for _, t := range all {
		out = append(out, l.ticketFor(&t, by))
	}
	return out
}

// Tickets lists those that are not closed, in the order in which people should
// see to them; with all set also closed ones, the latest limit.
func (d *Desk) Tickets(ctx context.Context, by auth.Person, all bool, limit int) ([]view.Ticket, error) {
	var past []life.Ticket
	if store := d.cfg.Life.Store; all && store != nil {
		var err error
		if past, err = store.LatestTickets(ctx, mostTickets); err != nil {
			return nil, auth.StoreDown(err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.lives.fresh(past, func(t life.Ticket) bool { return all || t.Phase != life.Closed })
	list = slices.DeleteFunc(list, func(t life.Ticket) bool { return !auth.Covers(by.Unit, unitOfKiosk(t.Subject)) })
	out := d.lives.show(list, by)
	orderTickets(out)
	if all {
		slices.SortStableFunc(out, func(a, b view.Ticket) int { return b.OpenedAt.Compare(a.OpenedAt) })
	}
	return out[:min(len(out), limit)], nil
}

// Alarms lists red tickets whose fault stands, or that nobody has confirmed.
func (d *Desk) Alarms(ctx context.Context, by auth.Person) ([]view.Ticket, error) {
	open, err := d.Tickets(ctx, by, false, mostTickets)
	return slices.DeleteFunc(open, func(t view.Ticket) bool { return !t.Red }), err
}

// mostTickets is how many are looked through: those of all units, of which a
// person sees some.
const mostTickets = 5000

// snapshotTickets are those that a page begins with.
func (l *lives) snapshotTickets(p auth.Person) []view.Ticket {
	out := []view.Ticket{}
	for _, t := range l.open() {
		if t.Phase != life.Closed && auth.Covers(p.Unit, unitOfKiosk(t.Subject)) {
			out = append(out, l.ticketFor(&t, p))
		}
	}
	orderTickets(out)
	return out
}

// DoTicket is what a person does with a ticket. One of a site below is done
// there; its answer comes with the ticket, over the feed.
func (d *Desk) DoTicket(_ context.Context, by auth.Person, id string, action view.TicketAction, note string) (view.Ticket, error) {
	d.mu.Lock()
	defer d.release()
	err := d.lives.do(d.lives.cfg.Now(), wire.TicketDo{ID: id, Action: string(action), Person: caller(by),
		Site: d.cfg.Site.Policy.Site, Note: note})
	if err != nil {
		return view.Ticket{}, explainTicket(err)
	}
	t, _ := d.lives.ticket(id)
	d.log.Info("ticket", "ticket", id, "action", string(action), "person", by.ID)
	return d.lives.ticketFor(&t, by), nil
}

func explainTicket(err error) error {
	var r life.Refusal
	if !errors.As(err, &r) {
		return err
	}
	switch r {
	case life.UnknownTicket:
		return refusal.New(refusal.UnknownTicket, "没有这张故障单，可能页面已经过时，请刷新。")
	case life.TicketClosed:
		return refusal.New(refusal.TicketClosed, "这张故障单已经关闭。")
	case life.NoteMissing:
		return refusal.At(refusal.BadField, "body.note", "请写明情况：用了什么应急办法、修了什么，或者故障还在为什么关闭。")
	case life.PersonMissing:
		return refusal.New(refusal.BadField, "缺少姓名，请填写是谁。")
	case errSiteAway:
		return refusal.New(refusal.SiteAway, "乡镇站点现在连不上，登记不了；请打电话告诉乡镇，线路恢复后再登记。")
	}
	return err
}
