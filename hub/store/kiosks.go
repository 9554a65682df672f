package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/store/query"
	"huying/internal/failpoint"
)

// AddKiosk implements directory.Kiosks.
func (s *Store) AddKiosk(ctx context.Context, k directory.Kiosk) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	added, err := s.q.AddKiosk(ctx, query.AddKioskParams(kioskRow(k)))
	if err == nil && added == 0 {
		return directory.ErrKioskExists()
	}
	return wrap("add kiosk", err)
}

// PutKiosk implements directory.Kiosks.
func (s *Store) PutKiosk(ctx context.Context, k directory.Kiosk) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	failpoint.At(failpoint.HubKioskBefore)
	defer failpoint.At(failpoint.HubKioskAfter)
	return wrap("put kiosk", s.q.PutKiosk(ctx, query.PutKioskParams(kioskRow(k))))
}

// Kiosk implements directory.Kiosks.
func (s *Store) Kiosk(ctx context.Context, id string) (directory.Kiosk, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	r, err := s.q.Kiosk(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return directory.Kiosk{}, directory.ErrUnknownKiosk()
	}
	return kiosk(r), wrap("kiosk", err)
}

// AllKiosks implements directory.Kiosks.
func (s *Store) AllKiosks(ctx context.Context) ([]directory.Kiosk, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.AllKiosks(ctx)
	kiosks := make([]directory.Kiosk, len(rows))
	for i, r := range rows {
		kiosks[i] = kiosk(r)
	}
	return kiosks, wrap("all kiosks", err)
}

// RevokeKiosk implements directory.Kiosks.
func (s *Store) RevokeKiosk(ctx context.Context, id string) error {
	return s.with(ctx, "revoke kiosk", id, func(ctx context.Context, q *query.Queries) error {
		if err := q.DropCode(ctx, id); err != nil {
			return err
		}
		_, err := q.RevokeKiosk(ctx, id)
		return err
	})
}

// IssueCode implements directory.Codes.
func (s *Store) IssueCode(ctx context.Context, c directory.Code) error {
	return s.with(ctx, "issue code", c.Kiosk, func(ctx context.Context, q *query.Queries) error {
		return q.IssueCode(ctx, query.IssueCodeParams{Kiosk: c.Kiosk, Hash: c.Hash, IssuedBy: c.IssuedBy, Expires: c.Expires})
	})
}

// RedeemCode implements directory.Codes.
func (s *Store) RedeemCode(ctx context.Context, hash, publicKey []byte, now time.Time) (k directory.Kiosk, err error) {
	limited, cancel := s.asking(ctx)
	defer cancel()
	id, err := s.q.CodeKiosk(limited, hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, directory.ErrBadCode()
	}
	if err != nil {
		return k, wrap("redeem code", err)
	}
	err = s.with(ctx, "redeem code", id, func(ctx context.Context, q *query.Queries) error {
		used, err := q.UseCode(ctx, query.UseCodeParams{Kiosk: id, Hash: hash, At: now})
		if err != nil {
			return err
		}
		if used == 0 {
			return directory.ErrBadCode()
		}
		r, err := q.EnrolKiosk(ctx, query.EnrolKioskParams{ID: id, PublicKey: publicKey, EnrolledAt: &now})
		k = kiosk(r)
		return err
	})
	if err != nil {
		return directory.Kiosk{}, err
	}
	return k, nil
}

// with runs a transaction that holds the kiosk's row, so that for one kiosk
// all of them come one after another.
func (s *Store) with(ctx context.Context, what, id string, do func(context.Context, *query.Queries) error) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.reader, func(tx pgx.Tx) error {
		q := query.New(tx)
		switch _, err := q.LockKiosk(ctx, id); {
		case errors.Is(err, pgx.ErrNoRows):
			return directory.ErrUnknownKiosk()
		case err != nil:
			return err
		}
		return do(ctx, q)
	})
	if _, refused := refusal.Of(err); refused {
		return err
	}
	return wrap(what, err)
}

func kioskRow(k directory.Kiosk) query.Kiosk {
	r := query.Kiosk{ID: k.ID, PointCode: k.Point.Code, PointName: k.Point.Name, TownshipCode: k.Township.Code,
		TownshipName: k.Township.Name, PublicKey: k.PublicKey, Revoked: k.Revoked}
	if !k.EnrolledAt.IsZero() {
		r.EnrolledAt = &k.EnrolledAt
	}
	return r
}

func kiosk(r query.Kiosk) directory.Kiosk {
	k := directory.Kiosk{ID: r.ID, Point: directory.Unit{Code: r.PointCode, Name: r.PointName},
		Township:  directory.Unit{Code: r.TownshipCode, Name: r.TownshipName},
		PublicKey: r.PublicKey, Revoked: r.Revoked}
	if r.EnrolledAt != nil {
		k.EnrolledAt = r.EnrolledAt.UTC()
	}
	return k
}
