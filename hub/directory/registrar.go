package directory

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"huying/hub/auth"
	"huying/hub/refusal"
)

// CodeLife is how long an enrolment code is good: a visit to the village is
// planned the day before.
const CodeLife = 24 * time.Hour

// Registrar adds kiosks and registers their keys by one-time codes.
type Registrar struct {
	store interface {
		Kiosks
		Codes
	}
	hasher *auth.Hasher
	guard  *auth.Guard
	now    func() time.Time
	root   *[sha256.Size]byte
}

// NewRegistrar makes a Registrar over a store; now nil means
// time.Now. The guard must be its own, not the one of accounts.
func NewRegistrar(store interface {
	Kiosks
	Codes
}, hasher *auth.Hasher, guard *auth.Guard, now func() time.Time) *Registrar {
	if now == nil {
		now = time.Now
	}
	return &Registrar{store: store, hasher: hasher, guard: guard, now: now}
}

// Vouch lets codes carry the letters by which a kiosk knows the hub whose root
// has this fingerprint. It is called before the first code is issued.
func (r *Registrar) Vouch(root [sha256.Size]byte) { r.root = &root }

// Add adds a kiosk that has no key yet. Refusals: bad_field, kiosk_exists,
// store_down.
func (r *Registrar) Add(ctx context.Context, k Kiosk) (Kiosk, error) {
	k.PublicKey, k.EnrolledAt, k.Revoked = nil, time.Time{}, false
	k, err := k.Normalize()
	if err != nil {
		return Kiosk{}, err
	}
	return k, known(r.store.AddKiosk(ctx, k))
}

// Issue makes a code for a kiosk, to be read out to whoever stands there; by
// is the administrator's Person.ID. An older code is void. Refusals:
// unknown_kiosk, busy, store_down.
func (r *Registrar) Issue(ctx context.Context, kiosk, by string) (code string, expires time.Time, err error) {
	fresh := auth.NewCode()
	if r.root != nil {
		fresh = fresh.WithCheck(*r.root)
	}
	code = fresh.String()
	hash, err := r.hasher.Code(ctx, code)
	if err != nil {
		return "", time.Time{}, err
	}
	expires = r.now().Add(CodeLife).UTC().Truncate(time.Second)
	err = known(r.store.IssueCode(ctx, Code{Kiosk: kiosk, Hash: hash, IssuedBy: by, Expires: expires}))
	if err != nil {
		return "", time.Time{}, err
	}
	return code, expires, nil
}

// Redeem registers a kiosk's public key (base64) by a code as somebody typed
// it. Address is where the request came from, for back-off. Refusals:
// bad_field, bad_code, too_many_attempts, busy, store_down.
func (r *Registrar) Redeem(ctx context.Context, code, publicKey, address string) (Kiosk, error) {
	const subject = "enrol"
	key, err := auth.ParsePublicKey(publicKey)
	if err != nil {
		return Kiosk{}, err
	}
	if wait := r.guard.Attempt(subject, address, r.now()); wait > 0 {
		return Kiosk{}, auth.TooMany(wait)
	}
	hash, err := r.hasher.Code(ctx, code)
	if err != nil {
		r.guard.Undecided(subject, address)
		return Kiosk{}, err
	}
	kiosk, err := r.store.RedeemCode(ctx, hash, key, r.now())
	switch refusal.Code(err) {
	case refusal.BadCode:
		return Kiosk{}, err
	case "":
		if err != nil {
			r.guard.Undecided(subject, address)
			return Kiosk{}, known(err)
		}
	}
	r.guard.Succeeded(subject, address)
	return kiosk, err
}

// Kiosk finds a kiosk. Refusals: unknown_kiosk, store_down.
func (r *Registrar) Kiosk(ctx context.Context, id string) (Kiosk, error) {
	k, err := r.store.Kiosk(ctx, id)
	return k, known(err)
}

// Revoke ends the trust in a kiosk's key; enrolling anew begins another.
// Refusals: unknown_kiosk, store_down.
func (r *Registrar) Revoke(ctx context.Context, id string) error {
	return known(r.store.RevokeKiosk(ctx, id))
}

// known lets refusals pass and turns every other error of a store into
// store_down with the cause kept for the log.
func known(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := refusal.Of(err); ok {
		return err
	}
	return auth.StoreDown(err)
}
