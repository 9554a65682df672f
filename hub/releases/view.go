package releases

import "time"

// Sight is a rollout as a person sees it, with the kiosks of the hub.
type Sight struct {
	At      time.Time
	Rollout *Rollout // nil: there never was one. A copy
	Fleet   Fleet
	Missing []Missing // for whom the next stage waits
}

// See gives what there is to see now.
func (d *Depot) See() Sight {
	d.mu.Lock()
	var r *Rollout
	if d.now != nil {
		r = d.now.Clone()
	}
	d.mu.Unlock()
	version := ""
	if r != nil {
		version = r.Version
	}
	now, fleet := d.fleet(version)
	if r == nil || r.Over() {
		for _, p := range d.packages() {
			fleet.Archs[p.Arch] = true
		}
	}
	s := Sight{At: now, Rollout: r, Fleet: fleet}
	if r != nil && !r.Over() {
		s.Missing = r.Missing(fleet)
	}
	return s
}

// Updatable reports whether a kiosk can be updated from afar by this fleet's
// packages.
func (f Fleet) Updatable(k Kiosk) bool { return f.updatable(k) }

// IsProven reports whether the kiosk runs the release and a press has arrived
// from it since.
func (o Outcome) IsProven() bool { return o.proven() }
