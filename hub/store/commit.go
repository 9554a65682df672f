package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/internal/failpoint"
	"huying/internal/site"
)

// Commit stores saves, in their order, in one transaction and one round trip:
// when it returns nil they are on disk, all of them. After any other error
// than ErrSuperseded and ErrNotLoaded nobody knows whether they are; the caller repeats the
// same saves, with later ones behind them if it likes, and nothing is doubled.
// At is the wall time to be written into the event log. A lost connection is
// tried again once at once. Callers should hand in what waits, at most about a
// thousand saves.
func (s *Store) Commit(ctx context.Context, at time.Time, saves []site.Save) error {
	if len(saves) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opt.CommitTimeout+time.Duration(len(saves))*time.Millisecond)
	defer cancel()
	b, err := fold(saves)
	if err != nil {
		return err
	}
	if err := s.take(ctx); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	defer s.give()
	if s.incarnation.Load() == 0 {
		return ErrNotLoaded
	}
	err = s.send(ctx, b, at)
	if err != nil && connectionLost(err) && ctx.Err() == nil {
		err = s.send(ctx, b, at)
	}
	switch {
	case err == nil:
		return nil
	case sqlState(err) == superseded:
		return ErrSuperseded
	}
	return fmt.Errorf("store: commit %d saves: %w", len(saves), err)
}

// send makes one attempt. The statements of a pgx batch are one transaction,
// which ends with the batch.
func (s *Store) send(ctx context.Context, b *batch, at time.Time) error {
	s.attempt++
	var p pgx.Batch
	p.Queue("SELECT enter_batch($1, $2)", s.incarnation.Load(), s.attempt)
	b.queueSite(&p, at)
	b.queuePeers(&p)
	conn, err := s.writer.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	failpoint.At(failpoint.HubCommitBefore)
	sent := conn.SendBatch(ctx, &p)
	failpoint.At(failpoint.HubCommitSent)
	if err := sent.Close(); err != nil {
		return err
	}
	failpoint.At(failpoint.HubCommitAfter)
	return nil
}

const (
	insertPresses = `INSERT INTO press (kiosk, boot, seq, call_boot, call_seq, key, purpose, pressed_at, sig, stored_at)
		SELECT p.*, $10 FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
			$7::text[], $8::timestamptz[], $9::bytea[]) p
		ON CONFLICT DO NOTHING`
	upsertCalls = `INSERT INTO call AS was (kiosk, boot, seq, key, phase, opened_at, closed_at, data)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
			$7::timestamptz[], $8::jsonb[])
		ON CONFLICT (kiosk, boot, seq) DO UPDATE SET key = excluded.key, phase = excluded.phase,
			opened_at = excluded.opened_at, closed_at = excluded.closed_at, data = excluded.data`
	insertEvents = `INSERT INTO event (kiosk, call_boot, call_seq, digest, kind, site, data, stored_at)
		SELECT e.*, $8 FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[],
			$7::jsonb[]) e
		ON CONFLICT DO NOTHING`
	deleteOutbox = `DELETE FROM outbox o USING unnest($1::text[], $2::bigint[]) done (site, n)
		WHERE o.site = done.site AND o.n <= done.n`
	// A fact whose number was given before was stored before, and perhaps
	// acknowledged and deleted since.
	insertOutbox = `INSERT INTO outbox (site, n, kiosk, boot, seq, kind, data)
		SELECT f.* FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
			$7::json[]) f (site, n, kiosk, boot, seq, kind, data)
		LEFT JOIN peer ON peer.site = f.site
		WHERE f.n >= coalesce(peer.next_n, 1)`
	upsertPeers = `INSERT INTO peer AS was (site, next_n, have)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
		ON CONFLICT (site) DO UPDATE SET next_n = greatest(was.next_n, excluded.next_n),
			have = greatest(was.have, excluded.have)`
)

func (b *batch) queueSite(p *pgx.Batch, at time.Time) {
	if t := &b.press; len(t.kiosk) > 0 {
		p.Queue(insertPresses, t.kiosk, t.boot, t.seq, t.callBoot, t.callSeq, t.key, t.purpose, t.pressedAt, t.sig, at)
	}
	if t := &b.call; len(t.kiosk) > 0 {
		p.Queue(upsertCalls, t.kiosk, t.boot, t.seq, t.key, t.phase, t.openedAt, t.closedAt, t.data)
	}
	if t := &b.event; len(t.kiosk) > 0 {
		p.Queue(insertEvents, t.kiosk, t.boot, t.seq, t.digest, t.kind, t.site, t.data, at)
	}
}

func (b *batch) queuePeers(p *pgx.Batch) {
	if len(b.peers) == 0 {
		return
	}
	var sites, doneSites []string
	var next, have, done []int64
	for _, name := range slices.Sorted(maps.Keys(b.peers)) {
		f := b.peers[name]
		sites = append(sites, text(string(name)))
		next, have = append(next, number(f.last)+1), append(have, number(f.have))
		if f.sent > 0 {
			doneSites, done = append(doneSites, text(string(name))), append(done, number(f.sent))
		}
	}
	if len(done) > 0 {
		p.Queue(deleteOutbox, doneSites, done)
	}
	if t := &b.out; len(t.site) > 0 {
		p.Queue(insertOutbox, t.site, t.n, t.kiosk, t.boot, t.seq, t.kind, t.data)
	}
	p.Queue(upsertPeers, sites, next, have)
}
