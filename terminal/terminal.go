package terminal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/firmware-bridge/screen"
	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal/hardware"
	"huying/terminal/identity"
	"huying/terminal/journal"
	"huying/terminal/link"
	"huying/terminal/panel"
	"huying/terminal/portrait"
	"huying/terminal/prompt"
	"huying/terminal/selftest"
	speech "huying/terminal/voice"
)

// stopWait bounds how long Stop waits for a disk that hangs.
const stopWait = 5 * time.Second

// page is the panel, as the terminal uses it.
type page interface {
	Start() error
	Show(panel.View)
	Quiet() (time.Duration, bool)
	Stop()
	Addr() string
}

// parts are what tests replace: the disk, the lines and the page.
type parts struct {
	open func(dir string, log *slog.Logger) (store, []journal.Record, error)
	dial func(link.Config) (line, error)
	page func(panel.Config) (page, error)
	sign signer
	wire func(hardware.Settings) (fittings, error)
	// voice makes the terminal's own voice, where there is no screen
	voice func(speech.Config) (speaker, error)
}

// fittings are the hardware of a kiosk; *hardware.Hardware is one.
type fittings interface {
	input.Input
	Fixtures() []lamp.Fixture
	Loops() map[input.Key]lamp.Output
}

// signer is who the kiosk is; *identity.Identity is one.
type signer interface {
	SignHello(nonce []byte, kiosk string) []byte
	SignPress(press call.PressID, of call.ID, key call.Key, purpose call.Purpose) []byte
}

func realParts() parts {
	return parts{
		open:  openJournal,
		dial:  func(c link.Config) (line, error) { return link.New(c) },
		page:  func(c panel.Config) (page, error) { return panel.New(c) },
		wire:  func(s hardware.Settings) (fittings, error) { return hardware.Open(s) },
		voice: func(c speech.Config) (speaker, error) { return speech.New(c) },
	}
}

// Terminal is the agent of one kiosk. Start it once.
type Terminal struct {
	cfg    Config
	log    *slog.Logger
	parts  parts
	met    *metrics
	screen *screen.Keys
	inputs []input.Input
	keys   chan input.Event
	inbox  chan any
	ended  chan struct{} // closed when the loop is to end
	panel  page
	album  *portrait.Album
	mute   string // why the settings' voice cannot be; empty: nothing is wrong
	lamps  *lamp.Lamps
	lines  []line
	writer *writer
	export *exporter
	loop   *loop
	badge  *identity.Badge // nil in tests that replace sign
	remote *remote
	update updates
	renew  *identity.Renewal // nil: no certificate is needed
	bootID string
	turns  uint64 // lines that took another's place; the loop's

	upstream atomic.Pointer[panel.Upstream] // the present voice server
	homeURL  atomic.Pointer[string]
	origins  atomic.Pointer[[]string] // with whom the page may talk

	once sync.Once
	done sync.WaitGroup // the loop and those who bring it keys
}

// New makes a terminal that is not yet started. It fails on settings that can
// never work and on a kiosk that was never enrolled; the errors are for people.
func New(cfg Config) (*Terminal, error) {
	p := realParts()
	p.wire = func(s hardware.Settings) (fittings, error) { return hardware.OpenKept(cfg.Keeper, s) }
	return build(cfg, p)
}

func build(cfg Config, p parts) (*Terminal, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var badge *identity.Badge
	var err error
	if p.sign == nil {
		if badge, err = identity.OpenBadge(cfg.DataDir, cfg.Clock); err != nil {
			return nil, err
		}
		p.sign = badge
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	t := &Terminal{
		cfg: cfg, log: cfg.Log.With("kiosk", cfg.Kiosk), parts: p, met: newMetrics(),
		screen: screen.New(), inputs: cfg.Inputs,
		keys: make(chan input.Event), inbox: make(chan any, 64), ended: make(chan struct{}),
		badge: badge, bootID: rand.Text(),
	}
	t.recall()
	t.connectPage(t.cfg.connects())
	t.inputs = append([]input.Input{t.screen}, t.inputs...)
	if err := t.assemble(); err != nil {
		t.Stop()
		return nil, err
	}
	return t, nil
}

func (t *Terminal) assemble() (err error) {
	t.album = t.newAlbum()
	t.panel, err = t.parts.page(panel.Config{
		Listen: t.cfg.Panel, Pages: t.cfg.Pages, First: t.cfg.firstView(), Key: screenKey(t.screen),
		Media: func(alive bool) { t.tell(voice{alive}) }, Tested: t.tested, Practise: func() { t.tell(practise{}) }, Connect: func() []string { return *t.origins.Load() }, Log: t.log,
		Prompts: prompt.NewLibrary(t.cfg.promptFolder()), Upstream: t.upstream.Load, Photos: t.album,
	})
	if err != nil {
		return err
	}
	t.giveVoice()
	for _, s := range t.cfg.sites() {
		l, err := t.dial(s, 0)
		if err != nil {
			return err
		}
		t.lines = append(t.lines, l)
	}
	return t.connect()
}

// connect opens the hardware that the settings name. What is absent is a fault
// until it is there; only settings that can never work are an error.
func (t *Terminal) connect() error {
	hw, err := t.parts.wire(t.cfg.Hardware())
	if err != nil {
		var p *hardware.Problem
		if errors.As(err, &p) {
			return &FieldError{p.Field, p.Remedy}
		}
		return err
	}
	t.inputs = append(t.inputs, hw)
	t.lamps = lamp.NewLamps(hw.Fixtures(), func(f lamp.Fixture, err error) { t.tell(lampNews{f, err}) })
	if t.cfg.Loops == nil {
		t.cfg.Loops = map[input.Key]Pulser{}
		for k, out := range hw.Loops() {
			t.cfg.Loops[k] = out
		}
	}
	return nil
}

// Start opens the journal, makes this start durable, and only then opens the
// lines; it returns within Patience also when the disk hangs. After an error
// the terminal is stopped.
func (t *Terminal) Start(ctx context.Context) error {
	if err := t.start(ctx); err != nil {
		t.Stop()
		return err
	}
	return nil
}

func (t *Terminal) start(ctx context.Context) error {
	store, memory, found, err := t.remember()
	if err != nil {
		return fmt.Errorf("本终端已在运行，不能启动第二个（%w）", err)
	}
	t.writer = newWriter(store, t.tell)
	t.writer.start()
	if err := t.panel.Start(); err != nil {
		return &FieldError{"panel_listen", "不能监听：" + err.Error()}
	}
	if t.cfg.Metrics != "" {
		if t.export, err = t.met.export(t.cfg.Metrics, t.log); err != nil {
			return err
		}
	}
	t.update = t.newUpdates()
	t.loop = t.newLoop()
	t.loop.boot(ctx, t.parts.sign, memory, found)
	t.loop.fault(FaultSound+":program", t.mute != "", t.mute)
	if err := ctx.Err(); err != nil {
		return err
	}
	t.lamps.Start()
	run, cancel := context.WithCancel(context.Background())
	t.done.Go(func() { t.loop.run(run) })
	t.done.Go(func() { <-t.ended; cancel() })
	for _, in := range t.inputs {
		t.done.Go(func() { t.bring(in) })
	}
	if t.renew = t.renewal(); t.renew != nil {
		t.renew.Start()
	}
	t.update.Start()
	t.album.Start()
	for _, l := range t.lines {
		l.Start()
	}
	t.log.Info("terminal started", "panel", t.panel.Addr(), "version", t.cfg.Version)
	return nil
}

func (t *Terminal) newLoop() *loop {
	ways := &relays{ways: map[string]http.RoundTripper{}}
	t.ready(ways)
	l := &loop{
		cfg: t.cfg, log: t.log, began: time.Now(), keys: t.keys, inbox: t.inbox, show: t.panel.Show, page: t.panel.Quiet, wall: t.wall, met: t.met,
		relay: func(c Config, m *panel.Media) { t.relayed(ways, c, m) }, tell: t.tell, album: t.album, prompts: prompt.NewLibrary(t.cfg.promptFolder()), care: newCare(0),
		ends: map[call.Site]*end{}, remote: t.remote, updates: t.update, writer: t.writer, faults: faults{on: map[string]present{}},
		lamps: t.lamps, dark: map[lamp.Name]map[string]bool{}, lostAt: map[input.Key]time.Time{}, compactAt: compactAbove,
	}
	for i, s := range t.cfg.sites() {
		l.ends[call.Site(s.Site)] = &end{line: t.lines[i]}
	}
	return l
}

// wall is what the kiosk knows of the time of day: a hub's, or its own clock's
// if that can be right.
func (t *Terminal) wall() time.Time {
	if t.badge == nil {
		return time.Now()
	}
	if now, known := t.badge.Clock.Now(); known {
		return now
	}
	return time.Time{}
}

// Addr is where the page is served, after Start.
func (t *Terminal) Addr() string { return t.panel.Addr() }

// Screen are the page's own keys, for programs that press in its stead.
func (t *Terminal) Screen() *screen.Keys { return t.screen }

// Stop ends everything, stores what waits for the disk and returns when all
// is over, or after 5 s on a disk that hangs. It may be called again.
func (t *Terminal) Stop() {
	t.once.Do(t.stop)
}

func (t *Terminal) stop() {
	close(t.ended)
	if t.renew != nil {
		t.renew.Stop()
	}
	if t.update != nil {
		t.update.Stop()
	}
	if t.lamps != nil {
		t.lamps.Stop() // before their outputs are closed
	}
	for _, in := range t.inputs {
		_ = in.Close()
	}
	t.done.Wait()
	for _, l := range t.lines {
		l.Stop()
	}
	if t.panel != nil {
		t.panel.Stop()
	}
	if t.album != nil {
		t.album.Stop()
	}
	if t.export != nil {
		t.export.stop()
	}
	if t.writer != nil {
		t.stopWriter()
	}
}

func (t *Terminal) stopWriter() {
	t.writer.stop()
	over := make(chan error, 1)
	go func() {
		t.writer.done.Wait()
		over <- t.writer.store.Close()
	}()
	late := time.NewTimer(stopWait)
	defer late.Stop()
	select {
	case err := <-over:
		if err != nil {
			t.log.Warn("journal closed with an error", "error", err.Error())
		}
	case <-late.C:
		t.log.Error("the disk does not answer; what waits for it may be lost")
	}
}

// tell brings news to the loop, or drops it when the loop has ended.
func (t *Terminal) tell(m any) {
	select {
	case t.inbox <- m:
	case <-t.ended:
	}
}

// tested hands on how the page's self-test ended.
func (t *Terminal) tested(name, result, detail string) bool {
	n := selftest.Name(name)
	if n != selftest.Sound && n != selftest.Media {
		return false
	}
	t.tell(tested{n, wire.Result(result), detail})
	return true
}

// bring hands on the events of one input.
func (t *Terminal) bring(in input.Input) {
	for {
		select {
		case e, open := <-in.Events():
			if !open {
				return
			}
			select {
			case t.keys <- e:
			case <-t.ended:
				return
			}
		case <-t.ended:
			return
		}
	}
}

// Locked reports an error of Start that says that the data folder is in use.
func Locked(err error) bool { return errors.Is(err, journal.ErrLocked) }
