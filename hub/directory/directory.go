// Package directory holds who and what a hub knows by name: people with their
// accounts, kiosks with their service points and keys, and the one-time codes
// by which a kiosk registers its key. It defines the interfaces that a store
// must offer; directorytest proves a store, memory is the one for tests and
// simulation, and hub/store keeps the real one.
package directory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"huying/hub/auth"
)

// Unit is an administrative unit by code and name.
type Unit struct {
	Code string // administrative division code
	Name string
}

// Person is a staff member with an account at this hub.
type Person struct {
	ID           string // URL-safe, never reused
	Account      string // what is typed to sign in; lower case
	Name         string
	Post         string // in words for people: 接线员
	Role         auth.Role
	Unit         string // administrative division code
	PasswordHash string // argon2id text; empty: cannot sign in with a password
}

// Identity is the person without account and secret.
func (p Person) Identity() auth.Person {
	return auth.Person{ID: p.ID, Name: p.Name, Post: p.Post, Role: p.Role, Unit: p.Unit}
}

// Kiosk is a terminal with two keys and the service point at which it stands.
type Kiosk struct {
	ID         string // the point's unit code, "-", a number: "361025105207-1"
	Point      Unit   // the village or group
	Township   Unit
	PublicKey  []byte    // Ed25519, 32 bytes; empty until enrolled
	EnrolledAt time.Time // zero until enrolled
	Revoked    bool      // its key is not believed; enrolling anew ends that
}

// Enrolled reports whether the kiosk may connect.
func (k Kiosk) Enrolled() bool { return len(k.PublicKey) > 0 && !k.Revoked }

// Clone is a copy that shares no memory.
func (k Kiosk) Clone() Kiosk {
	k.PublicKey = bytes.Clone(k.PublicKey)
	return k
}

// Code is a one-time enrolment code of one kiosk. Only its hash is kept.
type Code struct {
	Kiosk    string
	Hash     []byte // auth.Hasher.Code, 32 bytes
	IssuedBy string // Person.ID
	Expires  time.Time
}

// Settings is a revision of what kiosks are told from afar.
type Settings struct {
	Rev     uint32          // counts over all kiosks of the hub, from 1
	Kiosk   string          // empty: for all kiosks of the hub
	Values  json.RawMessage // an object; what may be in it says internal/settings
	GivenBy string          // Person.ID
	GivenAt time.Time
}

// Photo is how a person looks, for villagers who do not read.
type Photo struct {
	Person  string // Person.ID
	JPEG    []byte // hub/photo made it: square, without metadata, at most 100 KiB
	SHA256  [32]byte
	GivenBy string // Person.ID: the person's own, or an administrator's
	GivenAt time.Time
}

// NewPhoto makes the record of a photo; now becomes whole microseconds, which is
// what a database keeps.
func NewPhoto(person string, jpeg []byte, by string, now time.Time) Photo {
	return Photo{Person: person, JPEG: jpeg, SHA256: sha256.Sum256(jpeg), GivenBy: by, GivenAt: now.Truncate(time.Microsecond)}
}

// Tag is the photo's entity tag for HTTP, as photo.Tag makes it.
func (p Photo) Tag() string { return `"` + hex.EncodeToString(p.SHA256[:]) + `"` }

// News is what a hub must notice soon, whichever process of it did it.
type News struct {
	Revoked  []string // ids of all kiosks whose keys are not believed, in order
	Settings uint32   // the latest revision; 0: none was ever given
}
