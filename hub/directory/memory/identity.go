package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"huying/hub/authority"
	"huying/hub/directory"
)

// KeepAuthority implements authority.Keeper.
func (s *Store) KeepAuthority(_ context.Context, offered authority.Kept) (authority.Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.authority == nil {
		s.authority = &authority.Kept{Key: bytes.Clone(offered.Key), Root: bytes.Clone(offered.Root)}
	}
	return authority.Kept{Key: bytes.Clone(s.authority.Key), Root: bytes.Clone(s.authority.Root)}, nil
}

// PutSettings implements directory.Remote.
func (s *Store) PutSettings(_ context.Context, g directory.Settings) (directory.Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rev++
	g.Rev, g.Values = s.rev, bytes.Clone(g.Values)
	s.settings[g.Kiosk] = g
	return g, nil
}

// AllSettings implements directory.Remote.
func (s *Store) AllSettings(context.Context) ([]directory.Settings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]directory.Settings, 0, len(s.settings))
	for _, g := range s.settings {
		g.Values = bytes.Clone(g.Values)
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b directory.Settings) int { return cmp.Compare(a.Kiosk, b.Kiosk) })
	return all, nil
}

// News implements directory.Remote.
func (s *Store) News(context.Context) (directory.News, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := directory.News{Settings: s.rev}
	for id, k := range s.kiosks {
		if k.Revoked {
			n.Revoked = append(n.Revoked, id)
		}
	}
	slices.Sort(n.Revoked)
	return n, nil
}
