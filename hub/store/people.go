package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/store/query"
)

var _ directory.Store = (*Store)(nil)

const uniqueViolation = "23505"

// PutPerson implements directory.People.
func (s *Store) PutPerson(ctx context.Context, p directory.Person) error {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	err := s.q.PutPerson(ctx, query.PutPersonParams{ID: p.ID, Account: p.Account, Name: p.Name, Post: p.Post,
		Role: string(p.Role), Unit: p.Unit, PasswordHash: p.PasswordHash})
	if sqlState(err) == uniqueViolation {
		return directory.ErrAccountTaken()
	}
	return wrap("put person", err)
}

// PersonByID implements directory.People.
func (s *Store) PersonByID(ctx context.Context, id string) (directory.Person, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return onePerson(s.q.PersonByID(ctx, id))
}

// PersonByAccount implements directory.People.
func (s *Store) PersonByAccount(ctx context.Context, account string) (directory.Person, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	return onePerson(s.q.PersonByAccount(ctx, account))
}

// AllPeople implements directory.People.
func (s *Store) AllPeople(ctx context.Context) ([]directory.Person, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.AllPeople(ctx)
	people := make([]directory.Person, len(rows))
	for i, r := range rows {
		people[i] = person(r)
	}
	return people, wrap("all people", err)
}

func onePerson(r query.Person, err error) (directory.Person, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return directory.Person{}, directory.ErrUnknownPerson()
	}
	return person(r), wrap("person", err)
}

func person(r query.Person) directory.Person {
	return directory.Person{ID: r.ID, Account: r.Account, Name: r.Name, Post: r.Post, Role: auth.Role(r.Role),
		Unit: r.Unit, PasswordHash: r.PasswordHash}
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", what, err)
}
