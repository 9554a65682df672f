package releases

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"huying/internal/wire"
)

// Change is what a look at the kiosks brought about.
type Change struct {
	Kiosks []string // whose outcome must be stored
	Tell   []string // who was given an offer, or must give it back
	Failed []string // who failed just now
	Mended []string // who had failed and has not any more
	Whole  bool     // the rollout itself must be stored
}

// None reports whether nothing happened.
func (c Change) None() bool { return len(c.Kiosks) == 0 && !c.Whole }

// Step looks at all kiosks: what became of the offers, whether the rollout must
// halt or is done, and who is offered the release next. It may be repeated; a
// rollout that is over stays as it is.
func (r *Rollout) Step(now time.Time, f Fleet) Change {
	var c Change
	if r.Over() {
		return c
	}
	for _, k := range f.Kiosks {
		r.see(now, k, &c)
	}
	if bad := r.unexcused(RefusedHalt); r.State != Halted && len(bad) > 0 {
		r.State, r.Since, c.Whole = Halted, now, true
		r.enter(Entry{At: now, What: DidHalt, Kiosks: bad})
		r.takeBack(now, &c)
	}
	if r.State == Running && r.complete(f) {
		r.State, r.Since, c.Whole = Done, now, true
		r.enter(Entry{At: now, What: DidFinish})
	}
	if r.State == Running {
		r.offer(now, f, &c)
	}
	slices.Sort(c.Kiosks)
	c.Kiosks = slices.Compact(c.Kiosks)
	return c
}

// see brings a kiosk's outcome up to date.
func (r *Rollout) see(now time.Time, k Kiosk, c *Change) {
	was, known := r.Kiosks[k.ID]
	if !known && !r.Member(k.ID) || k.Retired {
		return
	}
	o := was
	o.Kiosk = k.ID
	o.Phase, o.Error = r.phase(now, k, was)
	if r.State == Halted && o.notBegun() {
		o.Phase, o.Error = None, "" // it was lost when the offers were taken back, and begins anew
	}
	if o.Phase != was.Phase {
		o.Since, o.Excuse = now, nil
	}
	if o.Phase == None {
		o.Offered = time.Time{}
	}
	switch {
	case k.Version != r.Version:
		o.Runs, o.Proven = time.Time{}, time.Time{}
	case o.Runs.IsZero():
		o.Runs = now
	case k.Proven.After(o.Runs):
		o.Proven = k.Proven.UTC().Round(0) // as a store gives it back: to be compared
	}
	if o == was {
		return
	}
	r.put(o, c)
	switch {
	case o.failed() && !was.failed():
		c.Failed = append(c.Failed, k.ID)
	case was.failed() && !o.failed():
		c.Mended = append(c.Mended, k.ID)
	}
	if o.Phase == None && was.Phase != None {
		c.Tell = append(c.Tell, k.ID)
	}
}

func (r *Rollout) put(o Outcome, c *Change) {
	if r.Kiosks == nil {
		r.Kiosks = map[string]Outcome{}
	}
	r.Kiosks[o.Kiosk] = o
	c.Kiosks = append(c.Kiosks, o.Kiosk)
}

// phase says how far a kiosk is, by its own words and its silence.
func (r *Rollout) phase(now time.Time, k Kiosk, was Outcome) (Phase, string) {
	phase, why := r.told(k, was)
	o := Outcome{Phase: phase}
	if o.notBegun() && now.Sub(was.Offered) >= OfferLife {
		return None, ""
	}
	if k.Online {
		return phase, why
	}
	switch silent := now.Sub(k.Since); {
	case (phase == Installing || phase == Trying) && silent >= LostAfter:
		return Lost, "更新途中失联"
	case o.notBegun() && silent >= LapseAfter:
		return None, ""
	}
	return phase, why
}

// told is the phase by the kiosk's words alone.
func (r *Rollout) told(k Kiosk, was Outcome) (Phase, string) {
	var said wire.Phase
	why := ""
	if u := k.Update; u != nil && u.Version == r.Version {
		said, why = u.Phase, u.Error
	}
	switch {
	case said == wire.Installing, said == wire.Trying:
		return Phase(said), ""
	case k.Version == r.Version:
		return Installed, ""
	case said == wire.RolledBack, said == wire.Refused:
		return Phase(said), why
	case was.Phase == Installed, was.Phase == Installing, was.Phase == Trying, was.Phase == Lost:
		return RolledBack, fmt.Sprintf("终端又在用 %s 版", k.Version) // by a hand on the spot, which had its reason
	case was.Phase == RolledBack, was.Phase == Refused:
		return was.Phase, was.Error
	case was.Offered.IsZero():
		return None, "" // what it says of fetching is of an offer that was taken back
	case said == wire.Fetching, said == wire.Waiting:
		return Phase(said), ""
	}
	return Offered, ""
}

// unexcused lists the kiosks of the rollout that failed, in order; none, if they
// only refused the release and are fewer than so many.
func (r *Rollout) unexcused(least int) []string {
	var bad []string
	refused := 0
	for id, o := range r.Kiosks {
		if !o.failed() || o.Excuse != nil {
			continue
		}
		bad = append(bad, id)
		if o.Phase == Refused {
			refused++
		}
	}
	if refused == len(bad) && refused < least {
		return nil
	}
	slices.Sort(bad)
	return bad
}

// takeBack ends the offers of all that have not begun to install.
func (r *Rollout) takeBack(now time.Time, c *Change) {
	for id, o := range r.Kiosks {
		if o.notBegun() {
			o.Phase, o.Since, o.Offered, o.Excuse = None, now, time.Time{}, nil
			r.Kiosks[id] = o
			c.Kiosks, c.Tell = append(c.Kiosks, id), append(c.Tell, id)
		}
	}
}

// complete reports whether the last stage is over: every kiosk that can be
// updated runs the release and is proven, or is excused.
func (r *Rollout) complete(f Fleet) bool {
	if r.Stage != All {
		return false
	}
	any := false
	for _, k := range f.Kiosks {
		if !f.updatable(k) {
			continue
		}
		o := r.Kiosks[k.ID]
		if !o.proven() && o.Excuse == nil {
			return false
		}
		any = true
	}
	return any
}

// Allowed is how many kiosks of a township with so many may be under way.
func Allowed(kiosks int) int { return max(1, kiosks/TownShare) }

// offer gives the release to as many more kiosks as may be under way.
func (r *Rollout) offer(now time.Time, f Fleet, c *Change) {
	size, busy, doubt := map[string]int{}, map[string]int{}, map[string]int{}
	for _, k := range f.Kiosks {
		if k.Retired {
			continue
		}
		size[k.Township]++
		o := r.Kiosks[k.ID]
		if o.underWay() {
			busy[k.Township]++
		}
		if o.inDoubt() {
			doubt[k.Village]++
		}
	}
	free := func(k Kiosk) bool { return busy[k.Township] < Allowed(size[k.Township]) && doubt[k.Village] == 0 }
	for _, k := range r.candidates(f, free) {
		if !free(k) {
			continue
		}
		busy[k.Township]++
		doubt[k.Village]++
		o := r.Kiosks[k.ID]
		o.Kiosk, o.Since, o.Offered, o.Offers = k.ID, now, now, o.Offers+1
		o.Phase, o.Error = r.phase(now, k, o) // it may have the package of an earlier offer
		r.put(o, c)
		c.Tell = append(c.Tell, k.ID)
	}
}

// candidates are the kiosks that can be offered the release and have a free
// place: first who had the fewest offers, of these the picked ones, then in the
// version's order.
func (r *Rollout) candidates(f Fleet, free func(Kiosk) bool) []Kiosk {
	type candidate struct {
		Kiosk
		offers, later int
		order         uint64
	}
	var all []candidate
	for _, k := range f.Kiosks {
		if !k.Online || !f.updatable(k) || !free(k) || !r.Member(k.ID) {
			continue
		}
		if o := r.Kiosks[k.ID]; o.Phase == None {
			x := candidate{k, o.Offers, 1, r.order(k.ID)}
			if in(r.Trial, k.ID) {
				x.later = 0
			}
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.offers, b.offers), cmp.Compare(a.later, b.later), cmp.Compare(a.order, b.order))
	})
	out := make([]Kiosk, len(all))
	for i, x := range all {
		out[i] = x.Kiosk
	}
	return out
}
