package desk

import (
	"time"

	"huying/internal/life"
)

// Fleet gives the time by which kiosks are watched and what is known of each
// kiosk of this site, in the order of their ids; one that was never heard has
// its id alone.
func (d *Desk) Fleet() (time.Time, []life.Kiosk) {
	ids := d.cfg.Places.Kiosks()
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]life.Kiosk, 0, len(ids))
	for _, id := range ids {
		if !d.lives.mine(id) {
			continue
		}
		k, _ := d.lives.w.Kiosk(id)
		k.ID = id
		k.Retired = k.Retired || d.lives.cfg.Retired(id)
		out = append(out, k)
	}
	return d.lives.cfg.Now(), out
}

// UpdateFailed raises, or ends, the fault that a release failed at a kiosk of
// this site; part is the version. It may be repeated.
func (d *Desk) UpdateFailed(kiosk, version, detail string, failed bool) {
	d.mu.Lock()
	defer d.release()
	l := d.lives
	if failed {
		l.carry(l.w.Raise(l.cfg.Now(), kiosk, life.CodeUpdateFailed, version, detail))
	} else {
		l.carry(l.w.Lower(l.cfg.Now(), kiosk, life.CodeUpdateFailed, version))
	}
}
