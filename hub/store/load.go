package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huying/hub/store/query"
	"huying/internal/call"
	"huying/internal/failpoint"
	"huying/internal/site"
)

// Load makes the caller the only writer and gives what a site starts from:
// all open calls and the latest site.Remember of each kiosk, the seen presses,
// and the streams to other sites. A new site.Site needs a new Load.
func (s *Store) Load(ctx context.Context) (*site.Image, error) {
	ctx, cancel := context.WithTimeout(ctx, longPatience)
	defer cancel()
	if err := s.take(ctx); err != nil {
		return nil, fmt.Errorf("store: load: %w", err)
	}
	defer s.give()
	var im *site.Image
	var incarnation int64
	failpoint.At(failpoint.HubLoadBefore)
	err := pgx.BeginFunc(ctx, s.reader, func(tx pgx.Tx) (err error) {
		q := query.New(tx)
		// Waits for a commit that is under way and holds up the next one, so
		// that all that is read below is of one moment.
		if incarnation, err = q.TakeOver(ctx); err != nil {
			return err
		}
		im, err = readImage(ctx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: load: %w", err)
	}
	s.attempt = 0
	s.incarnation.Store(incarnation)
	failpoint.At(failpoint.HubLoadAfter)
	if failpoint.Seeded(failpoint.ForgetOpen) {
		clear(im.Calls)
	}
	return im, nil
}

func readImage(ctx context.Context, q *query.Queries) (*site.Image, error) {
	im := site.NewImage()
	for _, read := range []func(context.Context, *query.Queries, *site.Image) error{readSeen, readCalls, readOutbox, readPeers} {
		if err := read(ctx, q, im); err != nil {
			return nil, err
		}
	}
	return im, nil
}

func readSeen(ctx context.Context, q *query.Queries, im *site.Image) error {
	runs, err := q.SeenRuns(ctx)
	if err != nil {
		return fmt.Errorf("seen presses: %w", err)
	}
	for _, r := range runs {
		seen := im.Seen[r.Kiosk]
		seen.Runs = append(seen.Runs, call.Run{Boot: uint32(r.Boot), From: uint32(r.FromSeq), To: uint32(r.ToSeq)})
		im.Seen[r.Kiosk] = seen
	}
	return nil
}

func readCalls(ctx context.Context, q *query.Queries, im *site.Image) error {
	rows, err := q.CallsToStartFrom(ctx, site.Remember)
	if err != nil {
		return fmt.Errorf("calls: %w", err)
	}
	calls, err := decodeCalls(rows)
	for _, c := range calls {
		im.Calls[c.ID] = c
	}
	return err
}

func decodeCalls(rows [][]byte) ([]call.Call, error) {
	calls := make([]call.Call, len(rows))
	for i, data := range rows {
		if err := json.Unmarshal(data, &calls[i]); err != nil {
			return nil, fmt.Errorf("call %.200s: %w", data, err)
		}
	}
	return calls, nil
}

func readOutbox(ctx context.Context, q *query.Queries, im *site.Image) error {
	rows, err := q.Outbox(ctx)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	for _, r := range rows {
		fact, err := call.ReadFact(r.Kind, r.Data)
		if err != nil {
			return fmt.Errorf("outbox %d for %s: %w", r.N, r.Site, err)
		}
		peer := call.Site(r.Site)
		im.Out[peer] = append(im.Out[peer], site.OutRow{Peer: peer, N: uint64(r.N), Call: idOf(r.Kiosk, r.Boot, r.Seq), Fact: fact})
	}
	return nil
}

func readPeers(ctx context.Context, q *query.Queries, im *site.Image) error {
	peers, err := q.Peers(ctx)
	if err != nil {
		return fmt.Errorf("peers: %w", err)
	}
	for _, p := range peers {
		if p.NextN > 1 {
			im.NextN[call.Site(p.Site)] = uint64(p.NextN)
		}
		if p.Have > 0 {
			im.Have[call.Site(p.Site)] = uint64(p.Have)
		}
	}
	return nil
}

func idOf(kiosk string, boot, seq int64) call.ID {
	return call.ID{Kiosk: kiosk, Mark: call.Mark{Boot: uint32(boot), Seq: uint32(seq)}}
}
