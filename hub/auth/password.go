package auth

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"huying/hub/refusal"
)

// Strength is how dear one guess is.
type Strength struct {
	Password   argon2id.Params
	CodeRounds int // of PBKDF2-HMAC-SHA256; one hub must not change it while codes are out
}

// Strong is the strength of a hub. Passwords: 19 MiB, two passes, one lane, a
// first choice of the OWASP Password Storage Cheat Sheet; less memory than RFC
// 9106 asks for, because the same small machine rings the calls. Codes: the
// count of the same sheet for PBKDF2-HMAC-SHA256, so that who reads the
// database does not find a code within its 24 hours cheaply, and the same code
// still gives the same hash for the store to look up.
var Strong = Strength{
	Password:   argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32},
	CodeRounds: 600_000,
}

// Weak is for tests only: everything else the same, at next to no cost.
var Weak = Strength{
	Password:   argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32},
	CodeRounds: 2,
}

// Limits of passwords, in characters and, for the longest, bytes.
const (
	MinPassword = 8
	MaxPassword = 128
)

// hashing at once: two, so that a flood of sign-ins leaves a core for calls;
// waiting: a bounded few, for at most hashPatience.
const (
	hashSlots    = 2
	hashWaiting  = 32
	hashPatience = 5 * time.Second
)

// Hasher does slow hashing, few at a time. It is safe for concurrent use.
type Hasher struct {
	strength Strength
	slots    chan struct{}
	queue    chan struct{}
	decoy    string
}

// NewHasher makes a Hasher with the given strength: Strong, or Weak in tests.
func NewHasher(strength Strength) (*Hasher, error) {
	// The decoy has the same cost as a real one: an account that does not exist
	// takes as long as one that does.
	decoy, err := argon2id.CreateHash("there is no such person", &strength.Password)
	if err != nil {
		return nil, err
	}
	return &Hasher{
		strength: strength,
		slots:    make(chan struct{}, hashSlots),
		queue:    make(chan struct{}, hashWaiting),
		decoy:    decoy,
	}, nil
}

// Hash makes the text to keep for a password. A password that is too short or
// too long is a refusal that names the limits.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || len(password) > MaxPassword {
		return "", refusal.At(refusal.BadField, "password", "密码要有 8 到 128 个字符，请换一个。")
	}
	var hash string
	err := h.within(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, &h.strength.Password)
		return err
	})
	return hash, err
}

// match compares a password with a hash. An empty hash costs the same time and
// never matches.
func (h *Hasher) match(ctx context.Context, password, hash string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	var same bool
	err := h.within(ctx, func() (err error) {
		same, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return same && known, err
}

// within runs slow work in one of the slots, or refuses when too many wait.
func (h *Hasher) within(ctx context.Context, work func() error) error {
	busy := refusal.Wait(refusal.Busy, "系统正忙，请过几秒再试。", hashPatience)
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return busy
	}
	patience := time.NewTimer(hashPatience)
	defer patience.Stop()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-patience.C:
		return busy
	case <-ctx.Done():
		return ctx.Err()
	}
	return work()
}
