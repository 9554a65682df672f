package memstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"huying/hub/releases"
	"huying/hub/store/eventlog"
)

// shelf is what is kept of releases.
type shelf struct {
	packages []releases.Package
	uploads  map[string]*upload
	rollouts []releases.Rollout // in the order of their ids
}

type upload struct {
	pieces map[int][]byte
	at     time.Time
}

// Packages implements releases.Store.
func (s *Store) Packages(ctx context.Context) ([]releases.Package, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	all := slices.Clone(s.data.shelf.packages)
	slices.SortFunc(all, func(a, b releases.Package) int {
		return cmp.Or(b.UploadedAt.Compare(a.UploadedAt), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Arch, b.Arch))
	})
	return all, nil
}

// AddChunk implements releases.Store.
func (s *Store) AddChunk(ctx context.Context, name string, n int, data []byte, at time.Time) error {
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	if s.data.shelf.uploads == nil {
		s.data.shelf.uploads = map[string]*upload{}
	}
	u := s.data.shelf.uploads[name]
	if u == nil {
		u = &upload{pieces: map[int][]byte{}, at: at}
		s.data.shelf.uploads[name] = u
	}
	u.pieces[n] = bytes.Clone(data)
	return nil
}

// PutPackage implements releases.Store.
func (s *Store) PutPackage(ctx context.Context, p releases.Package) error {
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	if slices.ContainsFunc(s.data.shelf.packages, func(o releases.Package) bool { return o.Version == p.Version && o.Arch == p.Arch }) {
		return releases.ErrExists
	}
	s.data.shelf.packages = append(s.data.shelf.packages, p)
	return nil
}

// Chunk implements releases.Store.
func (s *Store) Chunk(ctx context.Context, name string, n int) ([]byte, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if u := s.data.shelf.uploads[name]; u != nil {
		return bytes.Clone(u.pieces[n]), nil
	}
	return nil, nil
}

// DropPackage implements releases.Store.
func (s *Store) DropPackage(ctx context.Context, version, arch string) (bool, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	all := s.data.shelf.packages
	i := slices.IndexFunc(all, func(p releases.Package) bool { return p.Version == version && p.Arch == arch })
	if i < 0 {
		return false, nil
	}
	delete(s.data.shelf.uploads, all[i].Upload)
	s.data.shelf.packages = slices.Delete(slices.Clone(all), i, i+1)
	return true, nil
}

// DropUpload implements releases.Store.
func (s *Store) DropUpload(ctx context.Context, name string) error {
	return s.dropUploads(ctx, func(n string, _ *upload) bool { return n == name })
}

// DropUploads implements releases.Store.
func (s *Store) DropUploads(ctx context.Context, before time.Time) error {
	return s.dropUploads(ctx, func(_ string, u *upload) bool { return u.at.Before(before) })
}

func (s *Store) dropUploads(ctx context.Context, which func(string, *upload) bool) error {
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	for name, u := range s.data.shelf.uploads {
		used := slices.ContainsFunc(s.data.shelf.packages, func(p releases.Package) bool { return p.Upload == name })
		if which(name, u) && !used {
			delete(s.data.shelf.uploads, name)
		}
	}
	return nil
}

// LatestRollout implements releases.Store.
func (s *Store) LatestRollout(ctx context.Context) (releases.Rollout, bool, error) {
	release, err := s.hold(ctx)
	if err != nil {
		return releases.Rollout{}, false, err
	}
	defer release()
	n := len(s.data.shelf.rollouts)
	if n == 0 {
		return releases.Rollout{}, false, nil
	}
	return *s.data.shelf.rollouts[n-1].Clone(), true, nil
}

// RolloutRev implements releases.Store.
func (s *Store) RolloutRev(ctx context.Context) (id, rev int64, err error) {
	r, _, err := s.LatestRollout(ctx)
	return r.ID, r.Rev, err
}

// SaveRollout implements releases.Store.
func (s *Store) SaveRollout(ctx context.Context, r releases.Rollout, outcomes []releases.Outcome) (id, rev int64, err error) {
	var kept releases.Rollout
	var some []releases.Outcome
	if kept, err = stored(r); err != nil {
		return 0, 0, err
	}
	if some, err = stored(outcomes); err != nil {
		return 0, 0, err
	}
	release, err := s.hold(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer release()
	all := s.data.shelf.rollouts
	n := len(all)
	kept.Rev, kept.Kiosks = r.Rev+1, map[string]releases.Outcome{}
	switch {
	case r.ID == 0 && n > 0 && !all[n-1].Over(), r.ID != 0 && (r.ID > int64(n) || all[r.ID-1].Rev != r.Rev):
		return 0, 0, releases.ErrStale
	case r.ID == 0:
		kept.ID, kept.Rev = int64(n)+1, 1
		s.data.shelf.rollouts = append(all, kept)
	default:
		kept.Kiosks = all[r.ID-1].Kiosks
		all[r.ID-1] = kept
	}
	for _, o := range some {
		kept.Kiosks[o.Kiosk] = o
	}
	return kept.ID, kept.Rev, nil
}

// stored gives what a database would give back.
func stored[T any](v T) (back T, err error) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(eventlog.Storable(data), &back)
	}
	return back, err
}
