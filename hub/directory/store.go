package directory

import (
	"context"
	"time"

	"huying/hub/authority"
)

// The stores give refusals (hub/refusal) for what a person can mend; any other
// error means that the store itself failed. They normalise nothing: callers
// hand in what Normalize returned. All are safe for concurrent use.

// People keeps staff members.
type People interface {
	// PutPerson adds a person, or replaces the one with the same ID.
	// Refusal: account_taken when another ID has the account.
	PutPerson(ctx context.Context, p Person) error
	// PersonByID finds a person. Refusal: unknown_person.
	PersonByID(ctx context.Context, id string) (Person, error)
	// PersonByAccount finds a person by account. Refusal: unknown_person.
	PersonByAccount(ctx context.Context, account string) (Person, error)
	// AllPeople lists everybody in order of account.
	AllPeople(ctx context.Context) ([]Person, error)
}

// Kiosks keeps kiosks and the points at which they stand.
type Kiosks interface {
	// AddKiosk adds a kiosk without a key. Refusal: kiosk_exists.
	AddKiosk(ctx context.Context, k Kiosk) error
	// PutKiosk adds a kiosk as it is, key and all, or replaces the one with the
	// same id: a hub learns so of the kiosks of the hubs below it.
	PutKiosk(ctx context.Context, k Kiosk) error
	// Kiosk finds a kiosk. Refusal: unknown_kiosk.
	Kiosk(ctx context.Context, id string) (Kiosk, error)
	// AllKiosks lists all, revoked ones too, in order of ID.
	AllKiosks(ctx context.Context) ([]Kiosk, error)
	// RevokeKiosk ends the trust in a kiosk's key and drops its open code; doing
	// so twice is no error. Refusal: unknown_kiosk.
	RevokeKiosk(ctx context.Context, id string) error
}

// Codes keeps one-time enrolment codes.
type Codes interface {
	// IssueCode keeps a code; an older one of the same kiosk is void from then.
	// Refusal: unknown_kiosk.
	IssueCode(ctx context.Context, c Code) error
	// RedeemCode uses the code with that hash up and gives its kiosk the key, in
	// one transaction: of two at the same time one gets it. EnrolledAt becomes
	// now and Revoked false. Refusal: bad_code when the hash is unknown, used,
	// or now is not before its Expires; the kiosk is then unchanged.
	RedeemCode(ctx context.Context, hash, publicKey []byte, now time.Time) (Kiosk, error)
}

// Photos keeps at most one photo of each person.
type Photos interface {
	// PutPhoto keeps a photo in place of an earlier one. Refusal: unknown_person.
	PutPhoto(ctx context.Context, p Photo) error
	// Photo finds a person's photo. Refusal: no_photo.
	Photo(ctx context.Context, person string) (Photo, error)
	// DropPhoto forgets a person's photo; that there is none is no error.
	DropPhoto(ctx context.Context, person string) error
}

// Remote keeps what kiosks are told from afar.
type Remote interface {
	// PutSettings keeps s as the latest revision of its kiosk, or of all, and
	// gives it with its number. Whether the kiosk exists is the caller's affair.
	PutSettings(ctx context.Context, s Settings) (Settings, error)
	// AllSettings lists the latest revision of each kiosk that has its own, in
	// order of kiosk; the one for all kiosks comes first.
	AllSettings(ctx context.Context) ([]Settings, error)
	// News is asked for every few seconds.
	News(ctx context.Context) (News, error)
}

// Store is all of it.
type Store interface {
	People
	Kiosks
	Codes
	Photos
	Remote
	authority.Keeper
}
