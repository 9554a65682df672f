package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huying/hub/store/eventlog"
	"huying/hub/store/query"
	"huying/internal/call"
)

// MostCalls bounds what one page of Calls holds.
const MostCalls = 500

// Calls lists calls, the one this site heard of last in front. Before is the
// last call of the page before, the zero ID for the first page; one that is
// not known gives none. At most limit (1 to MostCalls) are given.
func (s *Store) Calls(ctx context.Context, limit int, before call.ID) ([]call.Call, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	atMost := int32(min(max(limit, 1), MostCalls))
	var rows [][]byte
	var err error
	if before.IsZero() {
		rows, err = s.q.LatestCalls(ctx, atMost)
	} else {
		rows, err = s.q.CallsBefore(ctx, query.CallsBeforeParams{
			Kiosk: before.Kiosk, Boot: int64(before.Boot), Seq: int64(before.Seq), AtMost: atMost})
	}
	if err != nil {
		return nil, fmt.Errorf("store: calls: %w", err)
	}
	return decodeCalls(rows)
}

// Call finds a call, however old; false if this site never heard of it.
func (s *Store) Call(ctx context.Context, id call.ID) (call.Call, bool, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	data, err := s.q.CallByID(ctx, query.CallByIDParams{Kiosk: id.Kiosk, Boot: int64(id.Boot), Seq: int64(id.Seq)})
	if errors.Is(err, pgx.ErrNoRows) {
		return call.Call{}, false, nil
	}
	if err != nil {
		return call.Call{}, false, fmt.Errorf("store: call: %w", err)
	}
	calls, err := decodeCalls([][]byte{data})
	if err != nil {
		return call.Call{}, false, err
	}
	return calls[0], true, nil
}

// Events gives the entries of the event log about a call, oldest first; none
// for a call that is not known.
func (s *Store) Events(ctx context.Context, id call.ID) ([]eventlog.Event, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.Events(ctx, query.EventsParams{Kiosk: id.Kiosk, Boot: int64(id.Boot), CallSeq: int64(id.Seq)})
	if err != nil {
		return nil, fmt.Errorf("store: events: %w", err)
	}
	events := make([]eventlog.Event, len(rows))
	for i, r := range rows {
		fact, err := call.ReadFact(r.Kind, r.Data)
		if err != nil {
			return nil, fmt.Errorf("store: event %d: %w", r.Seq, err)
		}
		events[i] = eventlog.Event{Seq: r.Seq, Call: id, At: r.StoredAt.UTC(), From: call.Site(r.Site), Fact: fact}
	}
	return events, nil
}
