package releases

import (
	"context"
	"errors"
	"time"

	"huying/internal/release"
)

// Package is a release's package for one kind of machine, without its bytes.
type Package struct {
	release.Manifest
	Upload     string // names its bytes
	UploadedBy Person
	UploadedAt time.Time
}

// What a store refuses, to be told apart by errors.Is.
var (
	ErrExists = errors.New("releases: there is a package of this version for this machine")
	ErrStale  = errors.New("releases: another process has changed the rollout since")
)

// ChunkSize is the size of all but the last piece of a package in a store, in
// bytes: small enough that a press does not wait long behind one on the disk.
const ChunkSize = 256 << 10

// Store keeps packages and rollouts. A refusal (hub/refusal) is for people; any
// other error means that the store itself failed.
type Store interface {
	// Packages lists all, the one that came last in front.
	Packages(ctx context.Context) ([]Package, error)
	// AddChunk keeps the nth piece of an upload, from 0.
	AddChunk(ctx context.Context, upload string, n int, data []byte, at time.Time) error
	// PutPackage makes a package of an upload. ErrExists.
	PutPackage(ctx context.Context, p Package) error
	// Chunk gives a piece; an empty one is not there.
	Chunk(ctx context.Context, upload string, n int) ([]byte, error)
	// DropPackage forgets a package and its bytes; false: there was none.
	DropPackage(ctx context.Context, version, arch string) (bool, error)
	// DropUpload forgets the bytes of an upload that became no package.
	DropUpload(ctx context.Context, upload string) error
	// DropUploads forgets the bytes that belong to no package and came before.
	DropUploads(ctx context.Context, before time.Time) error

	// LatestRollout gives the rollout that began last with what became of each
	// kiosk; false: there never was one.
	LatestRollout(ctx context.Context) (Rollout, bool, error)
	// RolloutRev gives number and revision of the latest; zeros: there is none.
	RolloutRev(ctx context.Context) (id, rev int64, err error)
	// SaveRollout keeps a rollout, a new one if its ID is 0, and these outcomes;
	// it gives the ID and the next Rev. ErrStale if the stored Rev is another
	// than the rollout's, or one is to begin while another is not over.
	SaveRollout(ctx context.Context, r Rollout, outcomes []Outcome) (id, rev int64, err error)
}
