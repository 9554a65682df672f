package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"huying/hub/directory"
	"huying/hub/store/query"
)

const foreignKeyViolation = "23503"

// PutPhoto implements directory.Photos.
func (s *Store) PutPhoto(ctx context.Context, p directory.Photo) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err := s.q.PutPhoto(ctx, query.PutPhotoParams{Person: p.Person, Jpeg: p.JPEG, Sha256: p.SHA256[:],
		GivenBy: p.GivenBy, GivenAt: p.GivenAt})
	if sqlState(err) == foreignKeyViolation {
		return directory.ErrUnknownPerson()
	}
	return wrap("put photo", err)
}

// Photo implements directory.Photos.
func (s *Store) Photo(ctx context.Context, person string) (directory.Photo, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	r, err := s.q.Photo(ctx, person)
	if errors.Is(err, pgx.ErrNoRows) {
		return directory.Photo{}, directory.ErrNoPhoto()
	}
	p := directory.Photo{Person: r.Person, JPEG: r.Jpeg, GivenBy: r.GivenBy, GivenAt: r.GivenAt.UTC()}
	copy(p.SHA256[:], r.Sha256)
	return p, wrap("photo", err)
}

// DropPhoto implements directory.Photos.
func (s *Store) DropPhoto(ctx context.Context, person string) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return wrap("drop photo", s.q.DropPhoto(ctx, person))
}
