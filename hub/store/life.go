package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/hub/store/eventlog"
	"huying/hub/store/query"
	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/wire"
)

const (
	upsertKioskLife = `INSERT INTO kiosk_life (kiosk, heard, online, data)
		SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::jsonb[])
		ON CONFLICT (kiosk) DO UPDATE SET heard = excluded.heard, online = excluded.online, data = excluded.data`
	upsertTickets = `INSERT INTO ticket (id, n, site, subject, code, phase, present, opened_at, ended_at, rev, data)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
			$8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::jsonb[])
		ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, present = excluded.present,
			opened_at = excluded.opened_at, ended_at = excluded.ended_at, rev = excluded.rev, data = excluded.data`
	markTold = `UPDATE ticket SET told = greatest(told, up.rev) FROM unnest($1::text[], $2::bigint[]) up (id, rev)
		WHERE ticket.id = up.id`
	insertTests = `INSERT INTO kiosk_test (kiosk, ended_at, name, result, detail)
		SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
		ON CONFLICT DO NOTHING`
)

// LoadLife gives what a watch starts from: all kiosks, and the tickets that
// are alive or ended after since, copies of other sites' among them. Next
// counts the tickets of site only. Untold is read for a site that has another
// above it.
func (s *Store) LoadLife(ctx context.Context, site call.Site, since time.Time, above bool) (life.Image, error) {
	ctx, cancel := context.WithTimeout(ctx, longPatience)
	defer cancel()
	var im life.Image
	rows, err := s.q.AllKioskLife(ctx)
	if err != nil {
		return im, wrap("load life", err)
	}
	if im.Kiosks, err = decodeAll[life.Kiosk](rows); err != nil {
		return im, wrap("load life", err)
	}
	if im.Tickets, err = tickets(s.q.LiveTickets(ctx, since)); err != nil {
		return im, wrap("load life", err)
	}
	if above {
		if im.Untold, err = tickets(s.q.UntoldTickets(ctx)); err != nil {
			return im, wrap("load life", err)
		}
	}
	last, err := s.q.LastTicket(ctx, string(site))
	im.Next = uint64(last) + 1
	return im, wrap("load life", err)
}

// SaveLife keeps whole values; it may be repeated. It asks, without holding
// anything up, whether this store is still the writer: ErrSuperseded if not.
func (s *Store) SaveLife(ctx context.Context, v life.Save) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	var p pgx.Batch
	if err := queueLife(&p, v); err != nil {
		return wrap("save life", err)
	}
	if s.incarnation.Load() == 0 {
		return ErrNotLoaded
	}
	return wrap("save life", pgx.BeginFunc(ctx, s.reader, func(tx pgx.Tx) error {
		mine, err := query.New(tx).WriterIs(ctx, s.incarnation.Load())
		if err == nil && !mine {
			err = ErrSuperseded
		}
		if err != nil {
			return err
		}
		return tx.SendBatch(ctx, &p).Close()
	}))
}

func queueLife(p *pgx.Batch, v life.Save) error {
	kiosks, err := kioskColumns(v.Kiosks)
	if err != nil {
		return err
	}
	alarms, err := ticketColumns(v.Tickets)
	if err != nil {
		return err
	}
	if len(v.Kiosks) > 0 {
		p.Queue(upsertKioskLife, kiosks...)
	}
	if len(v.Tickets) > 0 {
		p.Queue(upsertTickets, alarms...)
	}
	if len(v.Tests) > 0 {
		p.Queue(insertTests, testColumns(v.Tests)...)
	}
	if len(v.Told) > 0 {
		ids, revs := make([]string, len(v.Told)), make([]int64, len(v.Told))
		for i, t := range v.Told {
			ids[i], revs[i] = text(t.ID), number(t.Rev)
		}
		p.Queue(markTold, ids, revs)
	}
	return nil
}

func kioskColumns(all []life.Kiosk) ([]any, error) {
	n := len(all)
	ids, heard, online, data := make([]string, n), make([]time.Time, n), make([]bool, n), make([][]byte, n)
	for i, k := range all {
		b, err := json.Marshal(k)
		if err != nil {
			return nil, fmt.Errorf("kiosk %s: %w", k.ID, err)
		}
		ids[i], heard[i], online[i], data[i] = k.ID, k.Heard, k.Online, eventlog.Storable(b)
	}
	return []any{ids, heard, online, data}, nil
}

func ticketColumns(all []life.Ticket) ([]any, error) {
	n := len(all)
	ids, ns, sites, subjects, codes := make([]string, n), make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	phases, present, opened, ended := make([]string, n), make([]bool, n), make([]time.Time, n), make([]*time.Time, n)
	revs, data := make([]int64, n), make([][]byte, n)
	for i, t := range all {
		b, err := json.Marshal(t)
		if err != nil {
			return nil, fmt.Errorf("ticket %s: %w", t.ID, err)
		}
		ids[i], ns[i], sites[i], subjects[i], codes[i] = text(t.ID), number(t.N), text(string(t.Site)), text(t.Subject), text(t.Code)
		phases[i], present[i], opened[i] = string(t.Phase), t.Present, t.OpenedAt
		if !t.EndedAt.IsZero() {
			ended[i] = &t.EndedAt
		}
		revs[i], data[i] = number(t.Rev), eventlog.Storable(b)
	}
	return []any{ids, ns, sites, subjects, codes, phases, present, opened, ended, revs, data}, nil
}

func testColumns(all []life.TestOf) []any {
	n := len(all)
	ids, ended := make([]string, n), make([]time.Time, n)
	name, result, detail := make([]string, n), make([]string, n), make([]string, n)
	for i, t := range all {
		ids[i], ended[i], name[i] = t.Kiosk, t.Test.At, text(t.Test.Name)
		result[i], detail[i] = string(t.Test.Result), text(t.Test.Detail)
	}
	return []any{ids, ended, name, result, detail}
}

// Ledger holds a kiosk's count of its presses against those that are stored.
// It counts first; only where the counts differ are presses read and named.
func (s *Store) Ledger(ctx context.Context, kiosk string, l wire.Ledger) (life.Difference, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	upTo, without := life.Range(l)
	waiting := make([]int64, len(without))
	for i, n := range without {
		waiting[i] = int64(n)
	}
	r, err := s.q.TallyPresses(ctx, query.TallyPressesParams{UpTo: int64(upTo), Without: waiting, Kiosk: kiosk, Since: int64(l.Since)})
	if err != nil {
		return life.Difference{}, wrap("ledger", err)
	}
	if t := (life.Tally{Due: int(r.Due), Last: uint32(r.Last), Doubled: int(r.Doubled)}); t.Agrees(l) {
		return life.Difference{Stored: t.Due}, nil
	}
	rows, err := s.q.PressMarks(ctx, query.PressMarksParams{Kiosk: kiosk, Since: int64(l.Since)})
	if err != nil {
		return life.Difference{}, wrap("ledger", err)
	}
	marks := make([]call.Mark, len(rows))
	for i, m := range rows {
		marks[i] = call.Mark{Boot: uint32(m.Boot), Seq: uint32(m.Seq)}
	}
	return life.Compare(kiosk, l, marks), nil
}

// MostTickets bounds what one question about tickets or tests gives.
const MostTickets = 500

// LatestTickets lists tickets, whatever their phase, the latest first.
func (s *Store) LatestTickets(ctx context.Context, limit int) ([]life.Ticket, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return tickets(s.q.LatestTickets(ctx, int32(min(max(limit, 1), MostTickets))))
}

// TicketsOf lists the tickets of a kiosk, or of a unit ("361025105-all"), the
// latest first.
func (s *Store) TicketsOf(ctx context.Context, subject string, limit int) ([]life.Ticket, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return tickets(s.q.TicketsOf(ctx, query.TicketsOfParams{Subject: subject, AtMost: int32(min(max(limit, 1), MostTickets))}))
}

// TestsOf lists the results of a kiosk's self-tests, the latest first.
func (s *Store) TestsOf(ctx context.Context, kiosk string, limit int) ([]life.Test, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.TestsOf(ctx, query.TestsOfParams{Kiosk: kiosk, AtMost: int32(min(max(limit, 1), MostTickets))})
	out := make([]life.Test, len(rows))
	for i, r := range rows {
		out[i] = life.Test{Name: r.Name, Result: wire.Result(r.Result), At: r.EndedAt.UTC(), Detail: r.Detail}
	}
	return out, wrap("tests", err)
}

func tickets(rows [][]byte, err error) ([]life.Ticket, error) {
	if err != nil {
		return nil, wrap("tickets", err)
	}
	return decodeAll[life.Ticket](rows)
}

func decodeAll[T any](rows [][]byte) ([]T, error) {
	out := make([]T, len(rows))
	for i, data := range rows {
		if err := json.Unmarshal(data, &out[i]); err != nil {
			return nil, fmt.Errorf("%.200s: %w", data, err)
		}
	}
	return out, nil
}
