package releases

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"sync"
	"time"

	"huying/internal/wire"
)

// Figures of a depot.
const (
	lookEvery   = 5 * time.Second        // at what time alone changes, and at what another process did
	lookApart   = 200 * time.Millisecond // of two looks that kiosks' words bring about
	lookShare   = 20                     // of the time at most: a look at a province holds up the desk for milliseconds
	lookTimeout = 10 * time.Second
)

// Config is what a depot is made of.
type Config struct {
	Store Store
	Key   ed25519.PublicKey // the county's release key; nil: signatures are the kiosks' affair alone
	// Fleet gives the time and what is known of every kiosk of this hub.
	Fleet func() (time.Time, []Kiosk)
	// Mine reports whether a kiosk's home is this hub; others it tells nothing.
	Mine func(kiosk string) bool
	// Tell sends kiosks what Update has for them; it returns at once.
	Tell func(kiosks []string)
	// Alarm raises, or ends, the fault of a kiosk at which a release failed.
	Alarm func(kiosk, version, detail string, failed bool)
	Log   *slog.Logger
}

// Depot keeps packages and carries out the latest rollout.
type Depot struct {
	Config
	poke chan struct{}
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup

	upload sync.Mutex // one at a time

	act sync.Mutex // who changes the rollout: people and the look, one after another
	mu  sync.Mutex // what follows, for readers
	now *Rollout   // nil: there never was one. Its outcomes are changed under act and mu
	all []Package

	unsaved map[string]bool // outcomes that the store has not got; under act
	whole   bool            // nor the rollout itself
}

// NewDepot makes a depot; Start runs it.
func NewDepot(c Config) *Depot {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Depot{Config: c, poke: make(chan struct{}, 1), stop: make(chan struct{}), unsaved: map[string]bool{}}
}

// Start reads what is stored and begins to look.
func (d *Depot) Start(ctx context.Context) error {
	if err := d.reload(ctx); err != nil {
		return err
	}
	d.wg.Go(d.run)
	return nil
}

// Stop ends the looking and waits.
func (d *Depot) Stop() {
	d.once.Do(func() { close(d.stop) })
	d.wg.Wait()
}

func (d *Depot) run() {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-t.C:
		case <-d.poke:
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
		if err := d.Look(ctx); err != nil {
			d.Log.Warn("rollout not carried on; it is tried again", "error", err)
		}
		cancel()
		select {
		case <-d.stop:
			return
		case <-time.After(max(lookApart, lookShare*time.Since(began))):
		}
	}
}

func (d *Depot) wake() {
	select {
	case d.poke <- struct{}{}:
	default:
	}
}

// reload reads what is stored, under act if the depot runs.
func (d *Depot) reload(ctx context.Context) error {
	all, err := d.Store.Packages(ctx)
	if err != nil {
		return err
	}
	r, found, err := d.Store.LatestRollout(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all, d.now = all, nil
	if found {
		d.now = &r
	}
	d.unsaved, d.whole = map[string]bool{}, false
	return nil
}

// refresh notices what another process did.
func (d *Depot) refresh(ctx context.Context) error {
	id, rev, err := d.Store.RolloutRev(ctx)
	if err != nil {
		return err
	}
	if d.now == nil && id == 0 || d.now != nil && d.now.ID == id && d.now.Rev == rev {
		return d.readPackages(ctx)
	}
	return d.reload(ctx)
}

func (d *Depot) readPackages(ctx context.Context) error {
	all, err := d.Store.Packages(ctx)
	if err == nil {
		d.mu.Lock()
		d.all = all
		d.mu.Unlock()
	}
	return err
}

// Look carries the rollout on by what is known now.
func (d *Depot) Look(ctx context.Context) error {
	d.act.Lock()
	defer d.act.Unlock()
	if err := d.refresh(ctx); err != nil {
		return err
	}
	if d.now == nil || d.now.Over() {
		return nil
	}
	if err := d.save(ctx); err != nil {
		return err // no further steps before the last is stored
	}
	now, fleet := d.fleet(d.now.Version)
	d.mu.Lock()
	c := d.now.Step(now, fleet)
	d.mu.Unlock()
	for _, id := range c.Kiosks {
		d.unsaved[id] = true
	}
	d.whole = d.whole || c.Whole
	d.report(c)
	err := d.save(ctx)
	d.Tell(c.Tell)
	return err
}

// save stores what is not stored yet.
func (d *Depot) save(ctx context.Context) error {
	if len(d.unsaved) == 0 && !d.whole {
		return nil
	}
	var some []Outcome
	for id := range d.unsaved {
		some = append(some, d.now.Kiosks[id])
	}
	_, rev, err := d.Store.SaveRollout(ctx, *d.now, some)
	if errors.Is(err, ErrStale) {
		return errors.Join(err, d.reload(ctx))
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.now.Rev = rev
	d.mu.Unlock()
	d.unsaved, d.whole = map[string]bool{}, false
	return nil
}

// report says what befell kiosks, to the log and as faults.
func (d *Depot) report(c Change) {
	for _, id := range c.Failed {
		o := d.now.Kiosks[id]
		d.Log.Error("release failed at a kiosk", "kiosk", id, "version", d.now.Version, "phase", o.Phase, "error", o.Error)
	}
	for _, id := range d.now.unexcused(1) { // each time: a process may have died before its alarm was stored
		d.Alarm(id, d.now.Version, d.now.Kiosks[id].words(), true)
	}
	for _, id := range c.Mended {
		d.Alarm(id, d.now.Version, "", false)
	}
	if c.Whole {
		last := d.now.Log[len(d.now.Log)-1]
		d.Log.Warn("rollout", "version", d.now.Version, "state", d.now.State, "stage", d.now.Stage, "kiosks", last.Kiosks)
	}
}

// words say in Chinese what went wrong.
func (o Outcome) words() string {
	text := map[Phase]string{Refused: "终端拒绝了新版本", RolledBack: "新版本没有通过试用，已退回旧版本", Lost: "更新途中失联"}[o.Phase]
	if o.Error != "" && o.Error != text {
		text += "：" + o.Error
	}
	return text
}

// fleet gives the kiosks, and for which machines a version has a package.
func (d *Depot) fleet(version string) (time.Time, Fleet) {
	now, kiosks := d.Fleet()
	f := Fleet{Kiosks: kiosks, Archs: map[string]bool{}}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.all {
		if p.Version == version {
			f.Archs[p.Arch] = true
		}
	}
	return now.UTC().Round(0), f
}

// Update says what a kiosk that sent this HEALTH should be told of releases;
// false: nothing.
func (d *Depot) Update(kiosk string, h wire.Health) (wire.Update, bool) {
	if h.Arch == "" || !d.Mine(kiosk) {
		return wire.Update{}, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now == nil || !d.now.Holds(kiosk) {
		return wire.Update{}, h.Update != nil && d.mustForget(h.Update.Phase)
	}
	p := d.find(d.now.Version, h.Arch)
	if p == nil || h.Version == p.Version || h.Update != nil && h.Update.Version == p.Version && h.Update.Phase != wire.Installed {
		return wire.Update{}, false // it knows; or it failed, and that is about to be seen
	}
	m := p.Manifest
	return wire.Update{Release: &m}, true
}

// mustForget reports whether a kiosk that has no offer should be told so. What
// failed is forgotten when the rollout is over: another may try it again.
func (d *Depot) mustForget(p wire.Phase) bool {
	switch p {
	case wire.Fetching, wire.Waiting:
		return true
	case wire.Refused, wire.RolledBack:
		return d.now == nil || d.now.Over()
	}
	return false
}

// Heard says that kiosks said something new.
func (d *Depot) Heard() {
	d.mu.Lock()
	active := d.now != nil && !d.now.Over()
	d.mu.Unlock()
	if active {
		d.wake()
	}
}

// find gives a package, under mu.
func (d *Depot) find(version, arch string) *Package {
	for i := range d.all {
		if p := &d.all[i]; p.Version == version && p.Arch == arch {
			return p
		}
	}
	return nil
}
