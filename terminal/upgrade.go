package terminal

import (
	"crypto/tls"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	allowed "huying/internal/settings"
	"huying/internal/wire"
	"huying/terminal/update"
)

// updates is what the loop needs of an update.Updater.
type updates interface {
	Start()
	Stop()
	Offer(f wire.Update)
	Look(l update.Look)
	Report() *wire.UpdateState
}

// upgraded says that there is news of an update for the hubs.
type upgraded struct{}

// usualReleaseKey is where a kiosk has the county's public release key.
const usualReleaseKey = "/etc/huying/release.pub"

// newUpdates makes the Updater of this kiosk.
func (t *Terminal) newUpdates() updates {
	times := update.DefaultTimes()
	if t.cfg.UpdateSettle > 0 {
		times.Settle = t.cfg.UpdateSettle
	}
	return update.New(update.Config{
		Dir: t.cfg.DataDir, Key: t.cfg.ReleaseKey, Version: t.cfg.Version, Arch: runtime.GOARCH,
		Times: times, Rate: t.cfg.UpdateRate << 10, Home: t.packages,
		Changed: func() { t.tell(upgraded{}) }, Log: t.log,
	})
}

// packages is where the home hub is now and with what it is known; it is asked
// beside the loop.
func (t *Terminal) packages() (string, *tls.Config, error) {
	address := t.cfg.Home.URL
	if now := t.homeURL.Load(); now != nil {
		address = *now
	}
	if t.badge == nil || allowed.Plain(address) {
		return address, nil, nil
	}
	secure, err := t.badge.TLS(address, t.cfg.Home.Root)
	return address, secure, err
}

// upgrade takes in an UPDATE; only home may tell.
func (l *loop) upgrade(site call.Site, f wire.Update) {
	if site != call.Site(l.cfg.Home.Site) {
		l.log.Warn("a release of another site is passed over", "site", string(site))
		return
	}
	l.updates.Offer(f)
}

// lookUpdates tells the Updater how the kiosk is: it stops fetching when
// somebody presses, and installs when nobody needs the kiosk.
func (l *loop) lookUpdates(p kiosk.Panel) {
	if l.updates == nil {
		return
	}
	e := l.ends[call.Site(l.cfg.Home.Site)]
	l.homeSeen = l.homeSeen || e.conn != 0 && e.welcomed
	l.updates.Look(update.Look{
		Moment: update.Moment{Now: l.now(), Calling: l.k.Open() != nil || p.State != kiosk.Idle, Down: p.Down,
			Testing: l.care.plan.Busy(), Power: l.care.power},
		Facts: update.Facts{Lived: l.now(), Home: l.homeSeen, Faults: update.Own(slices.Collect(maps.Keys(l.faults.on)))},
	})
}

// checkUpdates says which of the settings of updates cannot be used.
func (c Config) checkUpdates(refuse func(field, remedy string)) {
	if c.ReleaseKey != "" && !filepath.IsAbs(c.ReleaseKey) {
		refuse("release_key", "应写完整的路径，如 "+usualReleaseKey+"。")
	}
	if c.UpdateSettle < 0 || c.UpdateSettle > 0 && c.UpdateSettle < time.Second {
		refuse("update_settle", "应写成 5m 这样的时长。")
	}
	if c.UpdateRate < 0 || c.UpdateRate > maxUpdateRate {
		refuse("update_rate", fmt.Sprintf("应为 1 到 %d（每秒千字节）。", maxUpdateRate))
	}
}

// maxUpdateRate, in KiB a second, is more than any kiosk's line carries.
const maxUpdateRate = 1 << 20
