package terminal

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/hardware"
	"huying/terminal/journal"
	"huying/terminal/link"
	"huying/terminal/panel"
	speech "huying/terminal/voice"
)

const (
	home = call.Site("361025105")
	last = call.Site("361025")
)

// disk is a store whose moods a test sets; it outlives terminals.
type disk struct {
	mu    sync.Mutex
	recs  []journal.Record
	err   error         // what Append and Compact return
	block chan struct{} // Append waits until it is closed
	size  int64
	whole int // compactions
}

func (d *disk) Append(recs ...journal.Record) error {
	d.mu.Lock()
	block := d.block
	d.mu.Unlock()
	if block != nil {
		<-block
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.recs = append(d.recs, recs...)
	}
	return d.err
}

func (d *disk) Compact(live []journal.Record) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.recs, d.size = slices.Clone(live), 0
		d.whole++
	}
	return d.err
}

func (d *disk) Size() int64            { d.mu.Lock(); defer d.mu.Unlock(); return d.size }
func (d *disk) Damage() journal.Damage { return journal.Damage{} }
func (d *disk) Close() error           { return nil }

func (d *disk) set(f func()) { d.mu.Lock(); defer d.mu.Unlock(); f() }

func (d *disk) compactions() int { d.mu.Lock(); defer d.mu.Unlock(); return d.whole }

func (d *disk) kept() []kiosk.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return unpack(d.recs, slog.New(slog.DiscardHandler))
}

// wireEnd is a line whose far end is the test.
type wireEnd struct {
	site    call.Site
	events  link.Events
	mu      sync.Mutex
	started bool
	conn    uint64
	sent    []wire.Frame
	wakes   int
}

func (w *wireEnd) Start() { w.mu.Lock(); defer w.mu.Unlock(); w.started = true }
func (w *wireEnd) Stop()  {}
func (w *wireEnd) Wake()  { w.mu.Lock(); defer w.mu.Unlock(); w.wakes++ }
func (w *wireEnd) Send(conn uint64, f wire.Frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if conn == w.conn {
		w.sent = append(w.sent, f)
	}
}

// up connects; down cuts.
func (w *wireEnd) up() {
	w.mu.Lock()
	w.conn++
	n := w.conn
	w.mu.Unlock()
	w.events.Up(w.site, n)
	w.say(wire.Welcome{Site: w.site, Proto: wire.Proto})
}

func (w *wireEnd) down() {
	w.events.Down(w.site, w.conn, "cut")
	synctest.Wait()
}

func (w *wireEnd) say(f wire.Frame) {
	w.events.Frame(w.site, w.conn, f)
	synctest.Wait()
}

func (w *wireEnd) isStarted() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.started }
func (w *wireEnd) woken() int      { synctest.Wait(); w.mu.Lock(); defer w.mu.Unlock(); return w.wakes }

// take gives what was sent since the last take.
func (w *wireEnd) take() []wire.Frame {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.sent
	w.sent = nil
	return out
}

func of[F wire.Frame](frames []wire.Frame) []F {
	var out []F
	for _, f := range frames {
		if f, ok := f.(F); ok {
			out = append(out, f)
		}
	}
	return out
}

// shown is a page that keeps what it was shown.
type shown struct {
	mu    sync.Mutex
	views []panel.View
	alive time.Time // when the page last said so
	cfg   panel.Config
}

func (s *shown) Start() error { return nil }
func (s *shown) Stop()        {}
func (s *shown) Addr() string { return "127.0.0.1:0" }
func (s *shown) Quiet() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.alive), !s.alive.IsZero()
}

// beats is the page's word that it lives.
func (s *shown) beats() { s.mu.Lock(); defer s.mu.Unlock(); s.alive = time.Now() }

func (s *shown) Show(v panel.View) { s.mu.Lock(); defer s.mu.Unlock(); s.views = append(s.views, v) }
func (s *shown) now() panel.View {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.views[len(s.views)-1]
}

type unsigned struct{}

func (unsigned) SignHello([]byte, string) []byte                                { return []byte("sig") }
func (unsigned) SignPress(call.PressID, call.ID, call.Key, call.Purpose) []byte { return []byte("sig") }

// village is one kiosk in a bubble of virtual time.
type village struct {
	t          *testing.T
	term       *Terminal
	disk       *disk
	home, last *wireEnd
	page       *shown
	queue      *input.Queue
	bulbs      map[lamp.Name]*bulb
	mouth      *mouth // the voice, where the settings ask for one
}

type queued struct{ *input.Queue }

func (q queued) Close() error { q.Queue.Close(); return nil }

func example() Config {
	return Config{
		Kiosk: "361025105207-1", Point: "流坑村", Township: "牛田镇", DataDir: "/nowhere", Panel: "127.0.0.1:0", DemoKeys: true,
		Home: Site{Site: string(home), URL: "ws://127.0.0.1:1", Name: "牛田镇便民服务中心"}, Last: Site{Site: string(last), URL: "ws://127.0.0.1:2", Name: "乐安县指挥中心"},
		Phones: []Phone{{"值班室", "0794-0000000"}}, Log: slog.New(slog.DiscardHandler),
	}
}

// prepare makes a village whose terminal is not yet started.
func prepare(t *testing.T, d *disk) *village { return prepareWith(t, d, func(*Config) {}) }

// prepareWith changes the settings first.
func prepareWith(t *testing.T, d *disk, change func(*Config)) *village {
	v := &village{t: t, disk: d, page: &shown{}, queue: input.NewQueue(), bulbs: newBulbs()}
	cfg := example()
	cfg.Inputs = []input.Input{queued{v.queue}}
	change(&cfg)
	ends := map[call.Site]*wireEnd{}
	var err error
	v.term, err = build(cfg, parts{
		open: func(string, *slog.Logger) (store, []journal.Record, error) { return d, slices.Clone(d.recs), nil },
		dial: func(c link.Config) (line, error) {
			ends[c.Site] = &wireEnd{site: c.Site, events: c.Events}
			return ends[c.Site], nil
		},
		page:  func(c panel.Config) (page, error) { v.page.cfg = c; return v.page, nil },
		sign:  unsigned{},
		wire:  func(hardware.Settings) (fittings, error) { return fitted{queued{input.NewQueue()}, v.bulbs}, nil },
		voice: func(c speech.Config) (speaker, error) { v.mouth = &mouth{cfg: c}; return v.mouth, v.mouth.broken() },
	})
	if err != nil {
		t.Fatal(err)
	}
	v.home, v.last = ends[home], ends[last]
	return v
}

func open(t *testing.T, d *disk) *village {
	v := prepare(t, d)
	if err := v.term.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return v
}

// press is a tap: down and up.
func (v *village) press(k input.Key) {
	v.push(k)
	v.queue.Push(input.Event{Key: k, Kind: input.Release})
	synctest.Wait()
}

func (v *village) push(k input.Key) {
	v.queue.Push(input.Event{Key: k, Kind: input.Press, Reason: input.ByEdge})
	synctest.Wait()
}

func (v *village) wait(d time.Duration) { time.Sleep(d); synctest.Wait() } // virtual time

// pressed gives the only PRESS id among frames, however often it was sent.
func (v *village) pressed(frames []wire.Frame) call.PressID {
	v.t.Helper()
	all := of[wire.Press](frames)
	if len(all) == 0 {
		v.t.Fatalf("no PRESS among %d frames", len(frames))
	}
	for _, p := range all {
		if p.Press != all[0].Press {
			v.t.Fatalf("two presses: %v and %v", all[0].Press, p.Press)
		}
	}
	return all[0].Press
}

func (v *village) faulty(code string) bool {
	v.t.Helper()
	h := of[wire.Health](v.home.take())
	if len(h) == 0 {
		v.t.Fatal("no HEALTH was sent")
	}
	return slices.ContainsFunc(h[len(h)-1].Faults, func(f wire.Fault) bool { return f.Code+":"+f.Part == code || f.Code == code })
}

var errFull = errors.New("no space left on device")

var operator = call.Person{ID: "zhang", Name: "张三", Post: "接线员"}
