package hub

import (
	"crypto/ed25519"
	"os"
	"time"

	"huying/hub/auth"
	"huying/hub/releases"
	"huying/internal/life"
	"huying/internal/release"
	"huying/internal/wire"
)

// newDepot prepares what takes kiosks to new releases. Releases are each hub's
// own affair, as settings from afar are: a hub tells the kiosks whose home it is.
func (a *App) newDepot() error {
	var key ed25519.PublicKey
	if a.cfg.ReleaseKey != "" {
		text, err := os.ReadFile(a.cfg.ReleaseKey)
		if err != nil {
			return wrong("release_key", "发布公钥文件读不了，请检查路径: "+err.Error())
		}
		if key, err = release.ParsePublic(text); err != nil {
			return wrong("release_key", "文件里不是发布公钥，请用 huying-terminal release keygen 生成的公钥文件: "+err.Error())
		}
	}
	a.depot = releases.NewDepot(releases.Config{Store: a.store, Key: key, Fleet: a.fleet, Mine: a.mine,
		Tell: func(kiosks []string) { a.kiosks.TellUpdates(kiosks) }, Alarm: a.desk.UpdateFailed, Log: a.log})
	return nil
}

// update is asked after each HEALTH.
func (a *App) update(kiosk string, h wire.Health) (wire.Update, bool) {
	a.depot.Heard()
	return a.depot.Update(kiosk, h)
}

// villageDigits is the length of a village's code (hub/auth).
const (
	townshipDigits = 9
	villageDigits  = 12
)

func (a *App) fleet() (time.Time, []releases.Kiosk) {
	now, lives := a.desk.Fleet()
	out := make([]releases.Kiosk, len(lives))
	for i, k := range lives {
		unit, _ := auth.KioskUnit(k.ID)
		out[i] = releases.Kiosk{ID: k.ID, Township: unit[:min(townshipDigits, len(unit))], Village: unit[:min(villageDigits, len(unit))],
			Retired: k.Retired, Online: k.Online, Since: k.Since, Proven: pressed(k)}
		if h := k.Health; h != nil {
			out[i].Version, out[i].Arch, out[i].Update = h.Version, h.Arch, h.Update
		}
	}
	return now, out
}

// pressed is when a press from a kiosk last arrived. The tone that its
// microphone heard proves less.
func pressed(k life.Kiosk) time.Time {
	var last time.Time
	for _, by := range []life.By{life.ByCall, life.ByPractice, life.BySelfTest} {
		if at := k.Proofs[by]; at.After(last) {
			last = at
		}
	}
	return last
}
