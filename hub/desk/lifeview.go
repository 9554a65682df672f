package desk

import (
	"cmp"
	"slices"
	"time"

	"huying/hub/auth"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/wire"
)

// noLineHome is the fault of a kiosk that speaks to this site and not to its
// own.
const noLineHome = "no_line_home"

// health says in few words how a kiosk is.
func (l *lives) health(kiosk string) *view.Health {
	if !l.mine(kiosk) {
		return l.healthBelow(kiosk)
	}
	s := l.w.Summary(kiosk)
	h := &view.Health{State: view.HealthState(s.State), ProvenBy: string(s.Proven.By), ProvenAt: moment(s.Proven.At),
		Failed: s.Failed, Overdue: s.Overdue}
	return h
}

// healthBelow joins what the kiosk's own site said with what is heard of the
// kiosk here.
func (l *lives) healthBelow(kiosk string) *view.Health {
	c, told := l.below[kiosk]
	n := l.near[kiosk]
	here := n != nil && n.up
	home, _ := l.d.cfg.Site.Home(kiosk)
	h := &view.Health{State: view.HealthUnheard, Stale: !l.d.s.PeerUp(home)}
	switch {
	case told:
		h.State, h.ProvenBy, h.Failed, h.Overdue = view.HealthState(c.State), c.ProvenBy, c.Failed, c.Overdue
		if c.ProvenBy != "" {
			h.ProvenAt = moment(c.at.Add(-time.Duration(c.ProvenMS) * time.Millisecond))
		}
	case here:
		h.State = view.HealthOK
	}
	if here && h.State == view.HealthOffline {
		h.State, h.Failed = view.HealthFault, append(slices.Clone(h.Failed), noLineHome)
	}
	return h
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ticketsOf counts the tickets of each kiosk that are not closed.
func (l *lives) ticketsOf() map[string]int {
	n := map[string]int{}
	for _, t := range l.open() {
		if t.Phase != life.Closed {
			n[t.Kiosk]++
		}
	}
	return n
}

// row is a kiosk in the list of proof of life.
func (l *lives) row(kiosk string, tickets map[string]int) view.PointHealth {
	now := l.cfg.Now()
	point, township, _ := l.d.cfg.Places.Point(kiosk)
	out := view.PointHealth{Kiosk: kiosk, Point: point, Township: township, Health: *l.health(kiosk), Tickets: tickets[kiosk]}
	if k, ok := l.w.Kiosk(kiosk); ok && l.mine(kiosk) {
		out.Online, out.HeardAt = k.Online, moment(k.Heard)
		out.Since, out.SinceMS = moment(k.Since), ms(now, k.Since)
		said(&out, k.Health)
		return out
	}
	if c, ok := l.condition(now, kiosk); ok && !l.mine(kiosk) {
		out.Online = c.State != string(life.Offline) && !out.Health.Stale
		out.Since, out.SinceMS = moment(now.Add(-time.Duration(c.SinceMS)*time.Millisecond)), c.SinceMS
		out.Power, out.Version, out.ConfigRev = power(c.Power), c.Version, c.Config
	}
	if n := l.near[kiosk]; n != nil {
		out.Online, out.HeardAt = out.Online || n.up, moment(n.heard)
		said(&out, n.health)
	}
	return out
}

func said(out *view.PointHealth, h *wire.Health) {
	if h == nil {
		return
	}
	out.Power, out.Version = power(h.Power), h.Version
	if h.Config != nil {
		out.ConfigRev = h.Config.Rev
	}
}

func power(p *wire.Power) *view.Power {
	if p == nil {
		return nil
	}
	return &view.Power{Mains: p.Mains, Percent: p.Percent, LeftMS: p.LeftMS}
}

// detail is all that is in memory of a kiosk's health.
func (l *lives) detail(kiosk string) view.PointLife {
	out := view.PointLife{PointHealth: l.row(kiosk, l.ticketsOf()), Tests: []view.SelfTest{}, Proofs: []view.Proof{}, Faults: []view.KioskFault{},
		History: []view.Ticket{}, Past: []view.SelfTest{}}
	k, _ := l.w.Kiosk(kiosk)
	if n := l.near[kiosk]; n != nil && !l.mine(kiosk) {
		k = life.Kiosk{Health: n.health, HealthAt: n.heard}
	}
	for _, t := range k.Tests {
		out.Tests = append(out.Tests, selfTest(t))
	}
	for by, at := range k.Proofs {
		out.Proofs = append(out.Proofs, view.Proof{By: string(by), At: at})
	}
	slices.SortFunc(out.Proofs, func(a, b view.Proof) int { return b.At.Compare(a.At) })
	out.Ledger = view.Ledger{CheckedAt: moment(k.Ledger.CheckedAt), Made: k.Ledger.Made, Missing: k.Ledger.Missing, Surplus: k.Ledger.Surplus}
	if h := k.Health; h != nil {
		out.Ledger.Made, out.Ledger.Waiting = h.Ledger.Made, h.Ledger.Unacked
		for _, f := range h.Faults {
			out.Faults = append(out.Faults, view.KioskFault{Code: f.Code, Part: f.Part, Title: title(f.Code, f.Part), Detail: f.Detail,
				Since: k.HealthAt.Add(-time.Duration(min(f.ForMS, 1e10)) * time.Millisecond)})
		}
		if c := h.Config; c != nil {
			out.Config = &view.KioskConfig{Rev: c.Rev, Tried: c.Tried, Error: c.Error}
		}
	}
	return out
}

func selfTest(t life.Test) view.SelfTest {
	return view.SelfTest{Name: t.Name, Result: string(t.Result), At: t.At, Detail: t.Detail}
}

// ticketFor shows a ticket as one person may see it.
func (l *lives) ticketFor(t *life.Ticket, p auth.Person) view.Ticket {
	now := l.cfg.Now()
	out := view.Ticket{ID: t.ID, Red: t.Red(), Code: t.Code, Part: t.Part, Title: title(t.Code, t.Part), Detail: t.Detail, Kiosk: t.Kiosk,
		Site: l.d.cfg.Places.Unit(string(t.Site)), Members: t.Members, Presses: t.Presses, Phase: string(t.Phase), Present: t.Present,
		BeganAt: t.BeganAt, LastedMS: t.Lasted(now).Milliseconds(), EndedAt: moment(t.EndedAt), OpenedAt: t.OpenedAt,
		OpenMS: ms(now, t.OpenedAt), Level: string(t.Level), StopGap: !t.StopGapAt.IsZero(), Returns: t.Returns, Steps: []view.TicketStep{}}
	if t.Kiosk != "" {
		out.Unit, out.Township, _ = l.d.cfg.Places.Point(t.Kiosk)
	} else {
		out.Unit = l.d.cfg.Places.Unit(unitOfKiosk(t.Subject))
		out.Township = out.Unit
	}
	if at, rises := t.Rises(l.cfg.Times); rises && t.Level != life.AtCounty {
		if t.Level == life.AtLeader {
			at = at.Add(l.cfg.Times.County)
		}
		due := max(at.Sub(now).Milliseconds(), 0)
		out.DueMS = &due
	}
	if by := t.Taker(); by != nil {
		out.By = l.who(by)
	}
	for _, s := range t.Steps {
		step := view.TicketStep{At: s.At, What: s.What, Text: stepText(s), Note: s.Note}
		if s.By != nil {
			step.Person = l.who(s.By)
		}
		out.Steps = append(out.Steps, step)
	}
	out.May = ticketMay(t, p)
	return out
}

func (l *lives) who(p *call.Person) *view.Person {
	v := l.d.personView(*p)
	return &v
}

// ticketMay lists what a person may do with a ticket, so that a page shows no
// button that would be refused.
func ticketMay(t *life.Ticket, p auth.Person) []view.TicketAction {
	may := []view.TicketAction{}
	if ok, _ := auth.May(p, auth.TicketDo, unitOfKiosk(t.Subject)); !ok || t.Phase == life.Closed {
		return may
	}
	if t.Phase == life.Open {
		may = append(may, view.TicketTake)
	}
	if t.Present {
		may = append(may, view.TicketStopGap)
	}
	if t.Phase != life.Repaired {
		may = append(may, view.TicketRepaired)
	}
	return append(may, view.TicketClose)
}

var heights = map[string]int{string(life.AtLeader): 1, string(life.AtCounty): 2}

// orderTickets puts alarms first, then what went up, then the oldest.
func orderTickets(all []view.Ticket) {
	slices.SortStableFunc(all, func(a, b view.Ticket) int {
		red := 0
		if a.Red != b.Red {
			red = 1
			if a.Red {
				red = -1
			}
		}
		return cmp.Or(red, heights[b.Level]-heights[a.Level], a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
}
