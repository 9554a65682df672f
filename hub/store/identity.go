package store

import (
	"context"

	"huying/hub/authority"
	"huying/hub/directory"
	"huying/hub/store/query"
)

// KeepAuthority implements authority.Keeper.
func (s *Store) KeepAuthority(ctx context.Context, offered authority.Kept) (authority.Kept, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	if err := s.q.KeepAuthority(ctx, query.KeepAuthorityParams(offered)); err != nil {
		return authority.Kept{}, wrap("keep authority", err)
	}
	r, err := s.q.Authority(ctx)
	return authority.Kept(r), wrap("authority", err)
}

// PutSettings implements directory.Remote.
func (s *Store) PutSettings(ctx context.Context, g directory.Settings) (directory.Settings, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rev, err := s.q.PutSettings(ctx, query.PutSettingsParams{Kiosk: g.Kiosk, Settings: g.Values, GivenBy: g.GivenBy, GivenAt: g.GivenAt})
	g.Rev = uint32(rev) //nolint:gosec // counts what people change by hand
	return g, wrap("put settings", err)
}

// AllSettings implements directory.Remote.
func (s *Store) AllSettings(ctx context.Context) ([]directory.Settings, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	rows, err := s.q.AllSettings(ctx)
	all := make([]directory.Settings, len(rows))
	for i, r := range rows {
		all[i] = directory.Settings{Rev: uint32(r.Rev), Kiosk: r.Kiosk, Values: r.Settings, GivenBy: r.GivenBy, GivenAt: r.GivenAt.UTC()} //nolint:gosec // as above
	}
	return all, wrap("all settings", err)
}

// News implements directory.Remote.
func (s *Store) News(ctx context.Context) (directory.News, error) {
	ctx, cancel := s.asking(ctx)
	defer cancel()
	revoked, err := s.q.RevokedKiosks(ctx)
	if err != nil {
		return directory.News{}, wrap("revoked kiosks", err)
	}
	rev, err := s.q.SettingsRev(ctx)
	return directory.News{Revoked: revoked, Settings: uint32(rev)}, wrap("settings", err) //nolint:gosec // as above
}
