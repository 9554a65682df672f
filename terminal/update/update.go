package update

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
)

// factsEvery is how often a program on trial says that it lives.
const factsEvery = 2 * time.Second

// Config of an Updater.
type Config struct {
	Dir     string // the kiosk's data folder
	Key     string // file (PEM) with the county's public release key
	Version string // of the program that runs
	Arch    string
	Times   Times // zero: DefaultTimes
	Rate    int   // octets a second; 0: DefaultRate
	// Home gives the home hub's address and with what it is known; it is asked at
	// each fetch.
	Home    func() (address string, secure *tls.Config, err error)
	Outcome string // file with root's word; empty: OutcomeFile
	// Changed is called when Report has news; it may wait.
	Changed func()
	Log     *slog.Logger
}

// Look is what the terminal tells at each look around.
type Look struct {
	Moment
	Facts // Version, PID and ID are the Updater's to fill in
}

// Updater carries the Machine's decisions out, beside the terminal's loop: no
// method waits for a disk or a line.
type Updater struct {
	cfg    Config
	dir    string
	log    *slog.Logger
	look   atomic.Pointer[Look]
	poke   chan struct{}
	offers chan wire.Update
	report atomic.Pointer[wire.UpdateState]

	// Of the goroutine.
	m       *Machine
	kept    State
	fetch   *fetching
	saidAt  time.Duration
	said    Facts
	cancel  context.CancelFunc
	once    sync.Once
	running sync.WaitGroup
}

// fetching is a fetch under way.
type fetching struct {
	stop context.CancelFunc
	done atomic.Int64 // octets
	end  chan error
}

// New makes an Updater that goes on where an earlier run stopped. A State that
// cannot be read is none.
func New(cfg Config) *Updater {
	if cfg.Times == (Times{}) {
		cfg.Times = DefaultTimes()
	}
	if cfg.Rate == 0 {
		cfg.Rate = DefaultRate
	}
	if cfg.Outcome == "" {
		cfg.Outcome = OutcomeFile
	}
	u := &Updater{cfg: cfg, dir: filepath.Join(cfg.Dir, Folder), log: cfg.Log,
		poke: make(chan struct{}, 1), offers: make(chan wire.Update, 1)}
	var s State
	if err := load(filepath.Join(u.dir, stateFile), &s); err != nil {
		u.log.Error("what was known of an update is lost", "error", err.Error())
		s = State{}
	}
	u.kept = s
	u.m = Start(s, Self{Version: cfg.Version, Arch: cfg.Arch, Key: u.key()}, cfg.Times, 0)
	u.report.Store(u.m.Report())
	return u
}

// key reads the release key anew: an electrician may bring it at any time.
func (u *Updater) key() ed25519.PublicKey {
	text, err := os.ReadFile(u.cfg.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	key, parseErr := release.ParsePublic(text)
	if err = errors.Join(err, parseErr); err != nil {
		u.log.Error("release key cannot be read", "file", u.cfg.Key, "error", err.Error())
		return nil
	}
	return key
}

// Start begins to act on what Offer and Look bring.
func (u *Updater) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	u.cancel = cancel
	u.running.Go(func() { u.run(ctx) })
}

// Stop ends it and waits, 5 s at most for a disk that hangs; what is fetched
// stays. It may be called again, and before Start.
func (u *Updater) Stop() {
	u.once.Do(func() {
		if u.cancel != nil {
			u.cancel()
		}
		over := make(chan struct{})
		go func() { u.running.Wait(); close(over) }()
		late := time.NewTimer(stopWait)
		defer late.Stop()
		select {
		case <-over:
		case <-late.C:
			u.log.Error("the disk does not answer; an update goes on at the next start")
		}
	})
}

const stopWait = 5 * time.Second

// Offer takes in an UPDATE; of two that wait the later one counts.
func (u *Updater) Offer(f wire.Update) {
	for {
		select {
		case u.offers <- f:
			return
		default:
		}
		select {
		case <-u.offers:
		default:
		}
	}
}

// Look tells how the kiosk is; the latest word counts.
func (u *Updater) Look(l Look) {
	u.look.Store(&l)
	select {
	case u.poke <- struct{}{}:
	default:
	}
}

// Report is what HEALTH says; nil: nothing was offered.
func (u *Updater) Report() *wire.UpdateState { return u.report.Load() }

func (u *Updater) run(ctx context.Context) {
	defer u.stopFetch()
	for {
		var end chan error
		if u.fetch != nil {
			end = u.fetch.end
		}
		select {
		case <-ctx.Done():
			return
		case f := <-u.offers:
			u.offered(f)
		case err := <-end:
			u.fetch = nil
			u.decided(u.m.Ended(u.now(), err))
		case <-u.poke:
			u.looked(ctx)
		}
		u.settle()
	}
}

func (u *Updater) now() time.Duration {
	if l := u.look.Load(); l != nil {
		return l.Now
	}
	return 0
}

func (u *Updater) offered(f wire.Update) {
	u.m.self.Key = u.key()
	was := u.m.ID
	why := u.m.Offer(f, rand.Text())
	if u.m.ID != was { // of another package, or none
		u.stopFetch()
		if err := remove(u.dir, partFile, PackageFile, RequestFile, FactsFile); err != nil {
			u.log.Error("an older update was not removed", "error", err.Error())
		}
	}
	u.decided(why)
}

// settle keeps the State and tells what changed.
func (u *Updater) settle() {
	if !reflect.DeepEqual(u.kept, u.m.State) {
		err := os.MkdirAll(u.dir, 0o700)
		if err == nil {
			err = save(filepath.Join(u.dir, stateFile), u.m.State)
		}
		if err != nil {
			u.log.Error("state of an update not kept", "error", err.Error())
		}
		u.kept = u.m.State
	}
	if now := u.m.Report(); !reflect.DeepEqual(now, u.report.Load()) {
		u.report.Store(now)
		u.cfg.Changed()
	}
}

func (u *Updater) looked(ctx context.Context) {
	l := *u.look.Load()
	if u.fetch != nil {
		u.m.Progress(u.fetch.done.Load())
	}
	switch why := u.m.Tick(l.Moment); why {
	case Fetch:
		u.begin(ctx)
	case Pause:
		u.stopFetch()
		u.decided(why)
	case HandOver:
		u.handOver(l)
	}
	if u.m.Phase == wire.Trying {
		u.testify(l)
	}
	if u.m.Phase == wire.Installing || u.m.Phase == wire.Trying {
		u.listen(l.Now)
	}
}

func (u *Updater) begin(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	f := &fetching{stop: stop, end: make(chan error, 1)}
	m := *u.m.Release
	u.fetch = f
	u.running.Go(func() {
		address, secure, err := u.cfg.Home()
		if err == nil {
			err = os.MkdirAll(u.dir, 0o700)
		}
		if err == nil {
			err = newSource(address, secure, u.cfg.Rate).fetch(ctx, m, u.dir, f.done.Store)
		}
		f.end <- err
	})
}

func (u *Updater) stopFetch() {
	if u.fetch != nil {
		u.fetch.stop()
		<-u.fetch.end
		u.fetch = nil
	}
}

// handOver asks root. What the new program must not be worse than is noted.
func (u *Updater) handOver(l Look) {
	u.m.Before = Facts{ID: u.m.ID, Version: u.cfg.Version, Home: l.Home, Faults: l.Faults}
	u.settle() // before root may restart this program
	err := remove(u.dir, FactsFile)
	if err == nil {
		err = save(filepath.Join(u.dir, RequestFile), Request{ID: u.m.ID, Release: *u.m.Release, Before: u.m.Before})
	}
	u.decided(HandOver)
	if err != nil {
		u.log.Error("root was not asked to install", "error", err.Error())
		u.decided(u.m.Missed())
	}
}

// testify says to root how this program, which is on trial, fares.
func (u *Updater) testify(l Look) {
	f := l.Facts
	f.ID, f.Version, f.PID = u.m.ID, u.cfg.Version, os.Getpid()
	news := f
	news.Lived = u.said.Lived
	if u.saidAt != 0 && l.Now-u.saidAt < factsEvery && reflect.DeepEqual(news, u.said) {
		return
	}
	u.said, u.saidAt = f, l.Now
	if err := save(filepath.Join(u.dir, FactsFile), f); err != nil {
		u.log.Error("root was not told how the new program fares", "error", err.Error())
	}
}

// listen reads root's word.
func (u *Updater) listen(now time.Duration) {
	var o Outcome
	if err := load(u.cfg.Outcome, &o); err != nil {
		return // half of it: at the next look
	}
	why := u.m.Told(o)
	if why == Nothing && u.m.Asked(now) {
		if err := remove(u.dir, RequestFile); err == nil {
			why = u.m.Missed()
		}
	}
	if why == Nothing {
		return
	}
	u.decided(why)
	if err := remove(u.dir, partFile, PackageFile, FactsFile); err != nil {
		u.log.Error("an update's files were not removed", "error", err.Error())
	}
	if f, some := u.m.Next(); some {
		u.offered(f)
	}
}

// decided writes a decision into the log.
func (u *Updater) decided(why Reason) {
	if why == Nothing || why == Known {
		return
	}
	version := ""
	if u.m.Release != nil {
		version = u.m.Release.Version
	}
	u.log.Info("update", "decision", string(why), "version", version, "phase", string(u.m.Phase), "why", u.m.Error)
}
