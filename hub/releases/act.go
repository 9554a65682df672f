package releases

import (
	"cmp"
	"slices"
	"time"
)

// Why says why a rollout does not do what a person wants, or why a kiosk is
// missing from its stage.
type Why string

// Error makes a Why an error.
func (w Why) Error() string { return "releases: " + string(w) }

// Why a person's wish is refused.
const (
	NoTrial       Why = "no_trial"       // between one and MostTrial points must be picked
	UnknownKiosk  Why = "unknown_kiosk"  // no kiosk of this hub
	NotUpdatable  Why = "not_updatable"  // retired, too old, or no package for its machine
	NotRunning    Why = "not_running"    // the rollout is paused, halted or over
	NotStopped    Why = "not_stopped"    // there is nothing to resume
	AlreadyOver   Why = "already_over"   // it was withdrawn or is done
	OtherStage    Why = "other_stage"    // the person saw another stage than the present one
	LastStage     Why = "last_stage"     // there is none after it
	NothingProven Why = "nothing_proven" // no kiosk of the stage runs the release and has sent a press since
	StageNotDone  Why = "stage_not_done" // kiosks are missing, and no reason was given
	NoteNeeded    Why = "note_needed"    // a rollout that halted goes on only for a reason
)

// Why a kiosk is missing from its stage, beside the phases that it may be in.
const (
	NotOffered Why = "not_offered" // it can be reached and has no offer yet
	NotProven  Why = "not_proven"  // it runs the release, and no press has arrived since
)

// Start begins a rollout with its trial points; kiosk names the one at fault.
func Start(now time.Time, version string, trial []string, f Fleet, by Person) (r *Rollout, kiosk string, err error) {
	trial = slices.Clone(trial)
	slices.Sort(trial)
	trial = slices.Compact(trial)
	if len(trial) == 0 || len(trial) > MostTrial {
		return nil, "", NoTrial
	}
	for _, id := range trial {
		i := slices.IndexFunc(f.Kiosks, func(k Kiosk) bool { return k.ID == id })
		switch {
		case i < 0:
			return nil, id, UnknownKiosk
		case !f.updatable(f.Kiosks[i]):
			return nil, id, NotUpdatable
		}
	}
	r = &Rollout{Version: version, Trial: trial, Stage: Trial, State: Running, Since: now, Kiosks: map[string]Outcome{}}
	r.enter(Entry{At: now, What: DidStart, Stage: Trial, By: &by, Kiosks: trial})
	return r, "", nil
}

// Missing is a kiosk of the present stage that is not yet where it should be.
type Missing struct {
	Kiosk string
	Why   Why // NotOffered, NotProven, or its phase
}

// Missing lists the kiosks for which the next stage waits, in order of kiosk.
// One that was never offered the release and cannot be reached is not waited
// for; it is updated when it comes back.
func (r *Rollout) Missing(f Fleet) []Missing {
	var out []Missing
	for _, k := range f.Kiosks {
		o := r.Kiosks[k.ID]
		if !r.Member(k.ID) || !f.updatable(k) || o.proven() || o.Excuse != nil {
			continue
		}
		switch {
		case o.Phase == Installed:
			out = append(out, Missing{k.ID, NotProven})
		case o.Phase != None:
			out = append(out, Missing{k.ID, Why(o.Phase)})
		case k.Online:
			out = append(out, Missing{k.ID, NotOffered})
		}
	}
	slices.SortFunc(out, func(a, b Missing) int { return cmp.Compare(a.Kiosk, b.Kiosk) })
	return out
}

// Advance opens the next stage; from is the one that the person saw, and
// excuses are reasons for those who are Missing. Refusals: NotRunning,
// OtherStage, LastStage, NothingProven, StageNotDone.
func (r *Rollout) Advance(now time.Time, f Fleet, from Stage, excuses map[string]string, by Person) (Change, error) {
	var c Change
	switch {
	case r.State != Running:
		return c, NotRunning
	case r.Stage != from:
		return c, OtherStage
	case r.Stage == All:
		return c, LastStage
	case !slices.ContainsFunc(f.Kiosks, func(k Kiosk) bool { return r.Member(k.ID) && r.Kiosks[k.ID].proven() }):
		return c, NothingProven
	}
	missing := r.Missing(f)
	for _, m := range missing {
		if excuses[m.Kiosk] == "" {
			return c, StageNotDone
		}
	}
	for _, m := range missing {
		r.excuse(now, m.Kiosk, excuses[m.Kiosk], by, &c)
	}
	if r.Stage == Trial {
		r.Stage, r.Tenth = Tenth, r.pickTenth(f)
	} else {
		r.Stage = All
	}
	r.Since, c.Whole = now, true
	r.enter(Entry{At: now, What: DidAdvance, Stage: r.Stage, By: &by})
	return c, nil
}

func (r *Rollout) excuse(now time.Time, kiosk, note string, by Person, c *Change) {
	o := r.Kiosks[kiosk]
	o.Kiosk = kiosk
	o.Excuse = &Excuse{By: by, At: now, Note: note}
	r.put(o, c)
	r.enter(Entry{At: now, What: DidExcuse, By: &by, Kiosks: []string{kiosk}, Note: note})
}

// pickTenth gives the picked kiosks and others, the first in the version's
// order, until they are a tenth of those that can be updated.
func (r *Rollout) pickTenth(f Fleet) []string {
	var others []string
	total := 0
	for _, k := range f.Kiosks {
		if !f.updatable(k) {
			continue
		}
		total++
		if !in(r.Trial, k.ID) {
			others = append(others, k.ID)
		}
	}
	slices.SortFunc(others, func(a, b string) int { return cmp.Compare(r.order(a), r.order(b)) })
	more := max(0, (total+9)/10-len(r.Trial))
	out := append(slices.Clone(r.Trial), others[:min(more, len(others))]...)
	slices.Sort(out)
	return out
}

// Pause keeps the release from further kiosks. Refusal: NotRunning.
func (r *Rollout) Pause(now time.Time, note string, by Person) (Change, error) {
	if r.State != Running {
		return Change{}, NotRunning
	}
	r.State, r.Since = Paused, now
	r.enter(Entry{At: now, What: DidPause, By: &by, Note: note})
	return Change{Whole: true}, nil
}

// Resume goes on with a rollout that was paused or halted; in the latter case
// the note is the reason why the kiosks that failed do not count. Refusals:
// NotStopped, NoteNeeded.
func (r *Rollout) Resume(now time.Time, note string, by Person) (Change, error) {
	var c Change
	switch {
	case r.State != Paused && r.State != Halted:
		return c, NotStopped
	case r.State == Halted && note == "":
		return c, NoteNeeded
	}
	if r.State == Halted {
		for _, id := range sorted(r.Kiosks) {
			if o := r.Kiosks[id]; o.failed() && o.Excuse == nil {
				r.excuse(now, id, note, by, &c)
				c.Mended = append(c.Mended, id)
			}
		}
	}
	r.State, r.Since, c.Whole = Running, now, true
	r.enter(Entry{At: now, What: DidResume, By: &by, Note: note})
	return c, nil
}

// Withdraw ends a rollout: who has not begun to install gives the offer back,
// who runs the release keeps it. Refusal: AlreadyOver.
func (r *Rollout) Withdraw(now time.Time, note string, by Person) (Change, error) {
	var c Change
	if r.Over() {
		return c, AlreadyOver
	}
	for _, id := range sorted(r.Kiosks) {
		if r.Kiosks[id].failed() {
			c.Mended = append(c.Mended, id)
		}
	}
	r.takeBack(now, &c)
	r.State, r.Since, c.Whole = Withdrawn, now, true
	r.enter(Entry{At: now, What: DidWithdraw, By: &by, Note: note})
	return c, nil
}

func sorted(m map[string]Outcome) []string {
	ids := make([]string, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
