package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/hub/refusal"
	"huying/hub/releases"
	"huying/hub/store/eventlog"
	"huying/hub/store/query"
)

const putOutcomes = `INSERT INTO rollout_kiosk (rollout, kiosk, phase, data)
	SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::jsonb[])
	ON CONFLICT (rollout, kiosk) DO UPDATE SET phase = excluded.phase, data = excluded.data`

// diskFull is PostgreSQL's code for what it cannot write for want of room.
const diskFull = "53100"

// Packages implements releases.Store.
func (s *Store) Packages(ctx context.Context) ([]releases.Package, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.Packages(ctx)
	if err != nil {
		return nil, wrap("packages", err)
	}
	all := make([]releases.Package, len(rows))
	for i, r := range rows {
		p := releases.Package{Upload: r.Upload, UploadedAt: r.UploadedAt.UTC()}
		if err := errors.Join(json.Unmarshal(r.Manifest, &p.Manifest), json.Unmarshal(r.UploadedBy, &p.UploadedBy)); err != nil {
			return nil, fmt.Errorf("store: package %s %s: %w", r.Version, r.Arch, err)
		}
		all[i] = p
	}
	return all, nil
}

// AddChunk implements releases.Store. Refusal: store_full.
func (s *Store) AddChunk(ctx context.Context, upload string, n int, data []byte, at time.Time) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err := s.q.AddChunk(ctx, query.AddChunkParams{Upload: upload, N: int32(n), StoredAt: at, Bytes: data}) //nolint:gosec // at most a thousand
	if sqlState(err) == diskFull {
		return errors.Join(refusal.New(refusal.StoreFull,
			"数据库所在的磁盘满了，安装包存不下。请先删除不用的版本或清理磁盘；磁盘满着，呼叫记录也会存不进去。"), err)
	}
	return wrap("add chunk", err)
}

// PutPackage implements releases.Store.
func (s *Store) PutPackage(ctx context.Context, p releases.Package) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	manifest, err := json.Marshal(p.Manifest)
	if err != nil {
		return err
	}
	by, err := json.Marshal(p.UploadedBy)
	if err != nil {
		return err
	}
	added, err := s.q.PutPackage(ctx, query.PutPackageParams{Version: p.Version, Arch: p.Arch, Upload: p.Upload,
		Manifest: manifest, UploadedBy: eventlog.Storable(by), UploadedAt: p.UploadedAt})
	if err == nil && added == 0 {
		return releases.ErrExists
	}
	return wrap("put package", err)
}

// Chunk implements releases.Store.
func (s *Store) Chunk(ctx context.Context, upload string, n int) ([]byte, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	data, err := s.q.Chunk(ctx, query.ChunkParams{Upload: upload, N: int32(n)}) //nolint:gosec // at most a thousand
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return data, wrap("chunk", err)
}

// DropPackage implements releases.Store.
func (s *Store) DropPackage(ctx context.Context, version, arch string) (bool, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.reader, func(tx pgx.Tx) error {
		q := query.New(tx)
		upload, err := q.DropPackage(ctx, query.DropPackageParams{Version: version, Arch: arch})
		if err != nil {
			return err
		}
		return q.DropUpload(ctx, upload)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, wrap("drop package", err)
}

// DropUpload implements releases.Store.
func (s *Store) DropUpload(ctx context.Context, upload string) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return wrap("drop upload", s.q.DropUpload(ctx, upload))
}

// DropUploads implements releases.Store.
func (s *Store) DropUploads(ctx context.Context, before time.Time) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return wrap("drop uploads", s.q.DropUploads(ctx, before))
}

// LatestRollout implements releases.Store.
func (s *Store) LatestRollout(ctx context.Context) (r releases.Rollout, found bool, err error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err = pgx.BeginTxFunc(ctx, s.reader, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		q := query.New(tx)
		row, err := q.LatestRollout(ctx)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(row.Data, &r); err != nil {
			return err
		}
		r.ID, r.Rev, r.Kiosks = row.ID, row.Rev, map[string]releases.Outcome{}
		rows, err := q.RolloutOutcomes(ctx, row.ID)
		if err != nil {
			return err
		}
		all, err := decodeAll[releases.Outcome](rows)
		for _, o := range all {
			r.Kiosks[o.Kiosk] = o
		}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return releases.Rollout{}, false, nil
	}
	return r, err == nil, wrap("latest rollout", err)
}

// RolloutRev implements releases.Store.
func (s *Store) RolloutRev(ctx context.Context) (id, rev int64, err error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	r, err := s.q.RolloutRev(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, 0, nil
	}
	return r.ID, r.Rev, wrap("rollout rev", err)
}

// SaveRollout implements releases.Store.
func (s *Store) SaveRollout(ctx context.Context, r releases.Rollout, outcomes []releases.Outcome) (id, rev int64, err error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	data, err := json.Marshal(r)
	if err != nil {
		return 0, 0, err
	}
	data = eventlog.Storable(data)
	err = pgx.BeginFunc(ctx, s.reader, func(tx pgx.Tx) error {
		q := query.New(tx)
		if id, rev = r.ID, r.Rev+1; id == 0 {
			rev = 1
			id, err = addRollout(ctx, q, r, data)
		} else {
			err = putRollout(ctx, q, r, data)
		}
		if err != nil || len(outcomes) == 0 {
			return err
		}
		columns, err := outcomeColumns(id, outcomes)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, putOutcomes, columns...)
		return err
	})
	if errors.Is(err, releases.ErrStale) {
		return 0, 0, err
	}
	return id, rev, wrap("save rollout", err)
}

// addRollout begins a rollout unless another is not over.
func addRollout(ctx context.Context, q *query.Queries, r releases.Rollout, data []byte) (int64, error) {
	if err := q.LockRollouts(ctx); err != nil {
		return 0, err
	}
	last, err := q.RolloutRev(ctx)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, err
	}
	if err == nil && !(&releases.Rollout{State: releases.State(last.State)}).Over() {
		return 0, releases.ErrStale
	}
	return q.AddRollout(ctx, query.AddRolloutParams{Version: text(r.Version), Stage: string(r.Stage), State: string(r.State), Data: data})
}

func putRollout(ctx context.Context, q *query.Queries, r releases.Rollout, data []byte) error {
	n, err := q.PutRollout(ctx, query.PutRolloutParams{ID: r.ID, Rev: r.Rev, Stage: string(r.Stage), State: string(r.State), Data: data})
	if err == nil && n == 0 {
		return releases.ErrStale
	}
	return err
}

func outcomeColumns(rollout int64, all []releases.Outcome) ([]any, error) {
	n := len(all)
	kiosks, phases, data := make([]string, n), make([]string, n), make([][]byte, n)
	for i, o := range all {
		b, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		kiosks[i], phases[i], data[i] = text(o.Kiosk), string(o.Phase), eventlog.Storable(b)
	}
	return []any{rollout, kiosks, phases, data}, nil
}
