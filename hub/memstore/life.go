package memstore

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/wire"
)

// health is what is kept of kiosks' lives.
type health struct {
	kiosks  map[string]life.Kiosk
	tickets map[string]life.Ticket
	tests   []life.TestOf
	told    map[string]uint64
}

func newHealth() health {
	return health{kiosks: map[string]life.Kiosk{}, tickets: map[string]life.Ticket{}, told: map[string]uint64{}}
}

// LoadLife gives what a watch starts from.
func (s *Store) LoadLife(ctx context.Context, site call.Site, since time.Time, above bool) (life.Image, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return life.Image{}, err
	}
	defer release()
	im := life.Image{Next: 1}
	for _, k := range s.data.life.kiosks {
		im.Kiosks = append(im.Kiosks, k)
	}
	for _, t := range s.data.life.tickets {
		if t.Site == site {
			im.Next = max(im.Next, t.N+1)
		}
		if t.Phase != life.Closed || t.Present || t.EndedAt.After(since) {
			im.Tickets = append(im.Tickets, t)
		}
		if above && s.data.life.told[t.ID] < t.Rev {
			im.Untold = append(im.Untold, t)
		}
	}
	return im, nil
}

// SaveLife keeps whole values.
func (s *Store) SaveLife(ctx context.Context, v life.Save) error {
	v, err := afterDisk(v)
	if err != nil {
		return err
	}
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	switch s.incarnation {
	case 0:
		return ErrNotLoaded
	case s.data.incarnation:
	default:
		return ErrSuperseded
	}
	for _, k := range v.Kiosks {
		s.data.life.kiosks[k.ID] = k
	}
	for _, t := range v.Tickets {
		s.data.life.tickets[t.ID] = t
	}
	for _, t := range v.Told {
		s.data.life.told[t.ID] = max(s.data.life.told[t.ID], t.Rev)
	}
	for _, t := range v.Tests {
		if !slices.ContainsFunc(s.data.life.tests, func(x life.TestOf) bool {
			return x.Kiosk == t.Kiosk && x.Test.Name == t.Test.Name && x.Test.At.Equal(t.Test.At)
		}) {
			s.data.life.tests = append(s.data.life.tests, t)
		}
	}
	return nil
}

// afterDisk gives what a database would give back.
func afterDisk(v life.Save) (back life.Save, err error) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(eventlog.Storable(data), &back)
	}
	return back, err
}

// Ledger holds a kiosk's count of its presses against those that are kept.
func (s *Store) Ledger(ctx context.Context, kiosk string, l wire.Ledger) (life.Difference, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return life.Difference{}, err
	}
	defer release()
	var marks []call.Mark
	for _, r := range s.data.image.Seen[kiosk].Runs {
		for n := uint64(r.From); n <= uint64(r.To); n++ {
			marks = append(marks, call.Mark{Boot: r.Boot, Seq: uint32(n)})
		}
	}
	return life.Compare(kiosk, l, marks), nil
}

// LatestTickets lists tickets, the latest first.
func (s *Store) LatestTickets(ctx context.Context, limit int) ([]life.Ticket, error) {
	return s.ticketsWhere(ctx, limit, func(life.Ticket) bool { return true })
}

// TicketsOf lists the tickets of a kiosk or a unit, the latest first.
func (s *Store) TicketsOf(ctx context.Context, subject string, limit int) ([]life.Ticket, error) {
	return s.ticketsWhere(ctx, limit, func(t life.Ticket) bool { return t.Subject == subject })
}

func (s *Store) ticketsWhere(ctx context.Context, limit int, ok func(life.Ticket) bool) ([]life.Ticket, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	out := []life.Ticket{}
	for _, t := range s.data.life.tickets {
		if ok(t) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b life.Ticket) int {
		return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), max(limit, 1))], nil
}

// TestsOf lists the results of a kiosk's self-tests, the latest first.
func (s *Store) TestsOf(ctx context.Context, kiosk string, limit int) ([]life.Test, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	out := []life.Test{}
	for _, t := range s.data.life.tests {
		if t.Kiosk == kiosk {
			out = append(out, t.Test)
		}
	}
	slices.SortFunc(out, func(a, b life.Test) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Name, b.Name)) })
	return out[:min(len(out), max(limit, 1))], nil
}
