package directory

import (
	"context"

	"huying/hub/auth"
	"huying/hub/refusal"
)

// Accounts is what signing in and sessions need of people.
type Accounts struct {
	people interface {
		PersonByID(ctx context.Context, id string) (Person, error)
		PersonByAccount(ctx context.Context, account string) (Person, error)
	}
}

var _ auth.Accounts = Accounts{}

// NewAccounts wraps a store of people, usually a Standby.
func NewAccounts(people interface {
	PersonByID(ctx context.Context, id string) (Person, error)
	PersonByAccount(ctx context.Context, account string) (Person, error)
}) Accounts {
	return Accounts{people: people}
}

// ByAccount implements auth.Accounts.
func (a Accounts) ByAccount(ctx context.Context, account string) (auth.Person, string, bool, error) {
	p, err := a.people.PersonByAccount(ctx, account)
	if refusal.Code(err) == refusal.UnknownPerson {
		return auth.Person{}, "", false, nil
	}
	return p.Identity(), p.PasswordHash, err == nil, err
}

// ByID implements auth.Accounts.
func (a Accounts) ByID(ctx context.Context, id string) (auth.Person, bool, error) {
	p, err := a.people.PersonByID(ctx, id)
	if refusal.Code(err) == refusal.UnknownPerson {
		return auth.Person{}, false, nil
	}
	return p.Identity(), err == nil, err
}
