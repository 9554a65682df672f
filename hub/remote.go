package hub

import (
	"context"
	"encoding/json"
	"sync"

	"huying/hub/api"
	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/internal/settings"
	"huying/internal/wire"
)

// remote is what this hub tells its kiosks from afar, kept in memory so that
// no heartbeat asks the database.
type remote struct {
	store directory.Store
	mine  func(kiosk string) bool // whether the kiosk's home is here
	look  func()                  // settings changed
	// reported is what a kiosk said last of its settings.
	reported func(kiosk string) (wire.ConfigState, bool)

	mu  sync.Mutex
	all map[string]directory.Settings // by kiosk; "" is for all
	rev uint32
}

// News implements session.Papers; new settings are read before it tells of
// them.
func (r *remote) News(ctx context.Context) (directory.News, error) {
	n, err := r.store.News(ctx)
	if err != nil {
		return n, err
	}
	r.mu.Lock()
	known := r.rev == n.Settings
	r.mu.Unlock()
	if !known {
		err = r.refresh(ctx, n.Settings)
	}
	return n, err
}

// AllKiosks implements session.Papers.
func (r *remote) AllKiosks(ctx context.Context) ([]directory.Kiosk, error) {
	return r.store.AllKiosks(ctx)
}

func (r *remote) refresh(ctx context.Context, rev uint32) error {
	list, err := r.store.AllSettings(ctx)
	if err != nil {
		return err
	}
	all := make(map[string]directory.Settings, len(list))
	for _, s := range list {
		all[s.Kiosk] = s
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.rev = all, rev
	return nil
}

// Config is what a kiosk should have: its own settings over those for all.
// Their number is the later of both; false if there are none, or if the kiosk
// belongs to another hub, which tells it.
func (r *remote) Config(kiosk string) (wire.Config, bool) {
	if !r.mine(kiosk) {
		return wire.Config{}, false
	}
	r.mu.Lock()
	own, common := r.all[kiosk], r.all[""]
	r.mu.Unlock()
	rev := max(own.Rev, common.Rev)
	if rev == 0 {
		return wire.Config{}, false
	}
	raw, err := json.Marshal(values(own).Over(values(common)))
	return wire.Config{Rev: rev, Settings: raw}, err == nil
}

// values reads what was checked before it was kept.
func values(s directory.Settings) settings.Values {
	v, err := settings.Parse(s.Values)
	if err != nil {
		return settings.Values{}
	}
	return v
}

// Given shows the latest revision for a kiosk, or for all; it implements
// api.Remote.
func (r *remote) Given(kiosk string) api.Revision {
	r.mu.Lock()
	s := r.all[kiosk]
	r.mu.Unlock()
	out := api.Revision{Rev: s.Rev, Settings: values(s), GivenBy: s.GivenBy}
	if !s.GivenAt.IsZero() {
		out.GivenAt = &s.GivenAt
	}
	return out
}

// Reported is what a kiosk on the line said last.
func (r *remote) Reported(kiosk string) (wire.ConfigState, bool) { return r.reported(kiosk) }

// Give keeps new settings for a kiosk, or for all, and sends them. Another
// hub's kiosk is told by its own.
func (r *remote) Give(ctx context.Context, s directory.Settings) error {
	if s.Kiosk != "" && !r.mine(s.Kiosk) {
		return refusal.New(refusal.ForeignKiosk, "这台终端由下级站点管理，请到它所属乡镇的站点设置。")
	}
	kept, err := r.store.PutSettings(ctx, s)
	if err != nil {
		return err
	}
	if err := r.refresh(ctx, kept.Rev); err != nil {
		return err
	}
	r.look()
	return nil
}
