package auth

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"huying/hub/refusal"
)

// Accounts finds people. An unknown one is found=false without an error; an
// error means that the store is away.
type Accounts interface {
	// ByAccount finds a person and the password hash by the account's name,
	// which is given in lower case. A person without a password has hash "".
	ByAccount(ctx context.Context, account string) (p Person, hash string, found bool, err error)
	// ByID finds a person who has signed in before.
	ByID(ctx context.Context, id string) (p Person, found bool, err error)
}

// SignIn checks accounts and passwords.
type SignIn struct {
	accounts Accounts
	guard    *Guard
	hasher   *Hasher
	now      func() time.Time
}

// NewSignIn makes a SignIn; now is the clock for back-off, nil for time.Now.
func NewSignIn(accounts Accounts, guard *Guard, hasher *Hasher, now func() time.Time) *SignIn {
	if now == nil {
		now = time.Now
	}
	return &SignIn{accounts: accounts, guard: guard, hasher: hasher, now: now}
}

// Check proves who somebody is. Wrong account, wrong password and an account
// without a password are the same refusal after the same work. Refusals:
// bad_credentials, too_many_attempts, busy, store_down.
func (s *SignIn) Check(ctx context.Context, account, password, address string) (Person, error) {
	account = strings.ToLower(strings.TrimSpace(account))
	if wait := s.guard.Attempt(account, address, s.now()); wait > 0 {
		return Person{}, TooMany(wait)
	}
	person, hash, found, err := s.accounts.ByAccount(ctx, account)
	if err != nil {
		s.guard.Undecided(account, address)
		return Person{}, StoreDown(err)
	}
	if !found {
		hash = ""
	}
	same, err := s.hasher.match(ctx, password, hash)
	if err != nil {
		s.guard.Undecided(account, address)
		return Person{}, err
	}
	if !same {
		return Person{}, refusal.New(refusal.BadCredentials, "账号或密码不对，请检查后重新输入；忘记密码请找管理员重设。")
	}
	s.guard.Succeeded(account, address)
	return person, nil
}

// TooMany is the refusal of a Guard: how long to wait, in words.
func TooMany(wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	return refusal.Wait(refusal.TooManyAttempts, fmt.Sprintf("试错次数太多，请等 %d 秒再试。", seconds), wait)
}

// StoreDown wraps an error of the store as a refusal that keeps the cause for
// the log.
func StoreDown(cause error) error {
	return fmt.Errorf("%w: %w", refusal.New(refusal.StoreDown, "数据库暂时连不上，请稍后再试；呼叫照常振铃和接听。"), cause)
}
