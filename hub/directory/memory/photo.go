package memory

import (
	"bytes"
	"context"

	"huying/hub/directory"
)

// PutPhoto implements directory.Photos.
func (s *Store) PutPhoto(_ context.Context, p directory.Photo) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.people[p.Person]; !ok {
		return directory.ErrUnknownPerson()
	}
	p.JPEG = bytes.Clone(p.JPEG)
	s.photos[p.Person] = p
	return nil
}

// Photo implements directory.Photos.
func (s *Store) Photo(_ context.Context, person string) (directory.Photo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.photos[person]
	if !ok {
		return directory.Photo{}, directory.ErrNoPhoto()
	}
	p.JPEG = bytes.Clone(p.JPEG)
	return p, nil
}

// DropPhoto implements directory.Photos.
func (s *Store) DropPhoto(_ context.Context, person string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.photos, person)
	return nil
}
