package releases

import (
	"hash/fnv"
	"slices"
	"time"

	"huying/internal/wire"
)

// Stage says to which kiosks a rollout goes.
type Stage string

// The stages, in their order.
const (
	Trial Stage = "trial" // the points that were picked
	Tenth Stage = "tenth" // these and others, up to a tenth of the kiosks
	All   Stage = "all"
)

// State says whether a rollout goes on.
type State string

// The states of a rollout. Withdrawn and Done are ends.
const (
	Running   State = "running"
	Paused    State = "paused"    // by a person: nobody new; who has the offer may finish
	Halted    State = "halted"    // by itself: a kiosk failed; who has not begun to install loses the offer
	Withdrawn State = "withdrawn" // by a person, the same
	Done      State = "done"      // every kiosk runs it
)

// Phase is how far a kiosk is. Beside these there are those of wire.UpdateState
// from fetching on, under the same names.
type Phase string

// The phases of a kiosk in a rollout.
const (
	None       Phase = ""        // not offered
	Offered    Phase = "offered" // it has not answered yet
	Fetching   Phase = Phase(wire.Fetching)
	Waiting    Phase = Phase(wire.Waiting)
	Installing Phase = Phase(wire.Installing)
	Trying     Phase = Phase(wire.Trying)
	Installed  Phase = Phase(wire.Installed)
	Refused    Phase = Phase(wire.Refused)
	RolledBack Phase = Phase(wire.RolledBack)
	Lost       Phase = "lost" // it fell silent while it was changing programs
)

// Figures of a rollout.
const (
	MostTrial   = 20               // picked points
	RefusedHalt = 2                // so many refusals halt: one may be that kiosk's own, and it works on as it did
	LostAfter   = 15 * time.Minute // of silence in mid-change; a kiosk goes back by itself within less
	LapseAfter  = 10 * time.Minute // of silence before it: another may have the place
	OfferLife   = 24 * time.Hour   // after which another may have the place of a kiosk that cannot begin
	TownShare   = 10               // one in so many kiosks of a township at once
	mostEntries = 100
)

// Rollout is the way of one version to the kiosks of a hub.
type Rollout struct {
	ID      int64     `json:"id"`  // counts
	Rev     int64     `json:"rev"` // rises with each change that is stored
	Version string    `json:"version"`
	Trial   []string  `json:"trial"`           // ids of the picked kiosks
	Tenth   []string  `json:"tenth,omitempty"` // fixed when that stage began; the picked ones are in it
	Stage   Stage     `json:"stage"`
	State   State     `json:"state"`
	Since   time.Time `json:"since"` // in this state and stage
	Log     []Entry   `json:"log"`

	Kiosks map[string]Outcome `json:"-"` // what became of each; stored one by one
}

// Entry is a line of a rollout's history.
type Entry struct {
	At     time.Time `json:"at"`
	What   What      `json:"what"`
	Stage  Stage     `json:"stage,omitempty"` // begun
	By     *Person   `json:"by,omitempty"`    // absent: the hub itself
	Kiosks []string  `json:"kiosks,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// Person is who did it.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// What happened to a rollout.
type What string

// The lines of a history.
const (
	DidStart    What = "started"
	DidAdvance  What = "advanced"
	DidExcuse   What = "excused" // a kiosk is not waited for
	DidPause    What = "paused"
	DidResume   What = "resumed"
	DidHalt     What = "halted"
	DidWithdraw What = "withdrawn"
	DidFinish   What = "done"
)

// Outcome is what became of the release at one kiosk.
type Outcome struct {
	Kiosk   string    `json:"kiosk"`
	Phase   Phase     `json:"phase"`
	Since   time.Time `json:"since"`   // in this phase
	Offered time.Time `json:"offered"` // zero: it has no offer
	Offers  int       `json:"offers"`  // how often it had one
	Runs    time.Time `json:"runs"`    // since when it is heard with the new version; zero: it is not
	Proven  time.Time `json:"proven"`  // the last press from it since
	Error   string    `json:"error,omitempty"`
	Excuse  *Excuse   `json:"excuse,omitempty"`
}

// Excuse is why a kiosk is not waited for, as long as it stays in its phase.
type Excuse struct {
	By   Person    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// Kiosk is what is known of a kiosk now.
type Kiosk struct {
	ID                string
	Township, Village string // codes
	Retired           bool
	Online            bool
	Since             time.Time // online or silent since
	Version           string    // that it runs; empty: never heard
	Arch              string    // empty: its program cannot be updated from afar
	Update            *wire.UpdateState
	Proven            time.Time // the last press from it that arrived
}

// Fleet is all kiosks of the hub, and for which machines there is a package.
type Fleet struct {
	Kiosks []Kiosk
	Archs  map[string]bool
}

func (f Fleet) updatable(k Kiosk) bool { return !k.Retired && k.Arch != "" && f.Archs[k.Arch] }

func (o Outcome) failed() bool { return o.Phase == RolledBack || o.Phase == Refused || o.Phase == Lost }

// underWay reports whether a kiosk takes a place of its township.
func (o Outcome) underWay() bool {
	switch o.Phase {
	case Offered, Fetching, Waiting, Installing, Trying, Lost:
		return true
	}
	return false
}

// notBegun reports whether the offer can still be taken back.
func (o Outcome) notBegun() bool {
	return o.Phase == Offered || o.Phase == Fetching || o.Phase == Waiting
}

// proven reports whether the kiosk runs the release and a press from it has
// arrived since.
func (o Outcome) proven() bool { return o.Phase == Installed && !o.Proven.IsZero() }

// inDoubt reports whether a village should not have a second kiosk under way.
func (o Outcome) inDoubt() bool {
	return o.underWay() || o.Phase == Installed && !o.proven() && o.Excuse == nil
}

// Over reports whether the rollout has ended.
func (r *Rollout) Over() bool { return r.State == Withdrawn || r.State == Done }

// Member reports whether a kiosk is in the present stage.
func (r *Rollout) Member(kiosk string) bool {
	switch r.Stage {
	case All:
		return true
	case Tenth:
		return in(r.Tenth, kiosk)
	}
	return in(r.Trial, kiosk)
}

func in(list []string, kiosk string) bool {
	_, found := slices.BinarySearch(list, kiosk)
	return found
}

// Holds reports whether a kiosk has the offer now and may fetch the package.
func (r *Rollout) Holds(kiosk string) bool {
	o := r.Kiosks[kiosk]
	return (r.State == Running || r.State == Paused) && o.underWay() && o.Phase != Lost
}

// order is the kiosk's place among all, the same at every look and another for
// each version, so that not the same villages are always the first.
func (r *Rollout) order(kiosk string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.Version + "\n" + kiosk))
	// The last byte moves only the low bits of FNV; this spreads them.
	x := h.Sum64()
	x ^= x >> 32
	x *= 0x9e3779b97f4a7c15
	return x ^ x>>29
}

func (r *Rollout) enter(e Entry) {
	r.Log = append(r.Log, e)
	if n := len(r.Log); n > mostEntries {
		r.Log = append(slices.Clone(r.Log[:1]), r.Log[n-mostEntries+1:]...)
	}
}

// Clone is a copy that can be changed without the other.
func (r *Rollout) Clone() *Rollout {
	c := *r
	c.Trial, c.Tenth, c.Log = slices.Clone(r.Trial), slices.Clone(r.Tenth), slices.Clone(r.Log)
	c.Kiosks = make(map[string]Outcome, len(r.Kiosks))
	for id, o := range r.Kiosks {
		c.Kiosks[id] = o
	}
	return &c
}
