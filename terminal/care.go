package terminal

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/announce"
	"huying/terminal/panel"
	"huying/terminal/power"
	"huying/terminal/prompt"
	"huying/terminal/selftest"
)

// A kiosk that nobody needs looks after itself: it tests itself each day,
// reads what feeds it, says aloud what is wrong, and tells the hubs.

// Figures of the kiosk's care for itself.
const (
	healthEvery = 5 * time.Minute  // HEALTH without news; that it lives, PING says each 30 s
	powerEvery  = 10 * time.Second // between looks at the power supply
	powerStep   = 5                // percent of the battery that are news
	listEvery   = time.Minute      // between looks for recordings of who answers
	// pageQuiet is after how long without a word the page is dead; package browser
	// has started it anew twice by then. pageBorn is what a cold start may take.
	pageQuiet = time.Minute
	pageBorn  = 3 * time.Minute
	// oldest is before this program was written: an earlier wall clock is dead.
	oldest = 2026
)

// care is the loop's part of it.
type care struct {
	plan     *selftest.Plan
	press    call.PressID // of the self-test that is under way
	media    *wire.Media  // where its voice may be tried
	power    *wire.Power
	lookedAt time.Time
	looking  bool // at the power supply, beside the loop
	recorded recorded
	listedAt time.Time
	listing  bool // the recordings, beside the loop
	toldAt   time.Time
	changed  bool // there is news for the hubs
	say      announce.Announcer
	spoken   panel.Say
	epoch    uint64      // of the talk
	answered prompt.Code // that is said of who talks under it
	key      loopTest
	clock    func() time.Duration // of the kernel's events
}

func newCare(now time.Duration) care {
	return care{plan: selftest.New(selftest.DefaultTimes(), now, rand.Float64()), clock: input.NewClock()}
}

// What the loop hears of its care.
type (
	fed    struct{ power *wire.Power }
	tested struct {
		name   selftest.Name
		result wire.Result
		detail string
	}
	recorded map[prompt.Code]bool // that the county made of who answers
	practise struct{}
)

// lookAfter is called at each tick. Whatever may wait, for a disk or a slow
// battery, is done beside the loop.
func (l *loop) lookAfter() {
	if !l.care.looking && time.Since(l.care.lookedAt) >= powerEvery {
		l.care.lookedAt, l.care.looking = time.Now(), true
		cfg := l.cfg // the loop may change its own meanwhile
		go func() { l.tell(fed{cfg.supply()}) }()
	}
	if !l.care.listing && (l.care.listedAt.IsZero() || time.Since(l.care.listedAt) >= listEvery) {
		l.care.listedAt, l.care.listing = time.Now(), true
		go func() { l.tell(recorded(l.prompts.Recorded())) }()
	}
	l.watchPage()
	if name, begin := l.care.plan.Next(l.now(), l.free(), announce.Day(hour(l.wall()))); begin {
		l.begin(name)
	}
	if time.Since(l.care.toldAt) >= healthEvery {
		l.care.changed = true
	}
}

// watchPage raises a fault when the page on the screen is dead.
func (l *loop) watchPage() {
	if !l.cfg.Screen {
		return
	}
	quiet, came := l.page()
	dead := came && quiet >= pageQuiet || !came && l.now() >= pageBorn
	l.fault(FaultPage, dead, "the page on the screen says nothing")
}

// free reports whether nobody needs the kiosk now.
func (l *loop) free() bool {
	p := l.k.Panel(l.now())
	return l.k.Open() == nil && !p.Down && p.State == kiosk.Idle
}

// supply is what HEALTH says of the power supply; nil: nothing is known.
func (c Config) supply() *wire.Power {
	s, known := c.feed()
	if !known {
		return nil
	}
	return &wire.Power{Mains: s.Mains, Percent: s.Percent, LeftMS: s.Left.Milliseconds()}
}

// feed reads the power supply; tests put another in its place.
func (c Config) feed() (power.State, bool) {
	if c.Power != nil {
		return c.Power()
	}
	return power.System()
}

func (l *loop) fed(p *wire.Power) {
	l.care.looking = false
	was := l.care.power
	l.care.power = p
	l.care.changed = l.care.changed || (was == nil) != (p == nil) ||
		p != nil && (was.Mains != p.Mains || max(was.Percent-p.Percent, p.Percent-was.Percent) >= powerStep)
}

// begin starts a test; its outcome comes as a tested.
func (l *loop) begin(name selftest.Name) {
	l.log.Info("self-test", "test", string(name))
	switch name {
	case selftest.Disk:
		dir := l.cfg.DataDir
		go func() { l.tell(outcome(name, tryDisk(dir))) }()
	case selftest.KeyPath:
		l.tryKeys()
	case selftest.Link:
		l.tested(outcome(name, l.linesUp()))
	case selftest.Press:
		l.care.media = nil
		if l.ends[call.Site(l.cfg.Home.Site)].conn == 0 { // it could only pile up
			l.tested(tested{name, wire.Failed, "no line to home"})
			return
		}
		l.step(kiosk.Press{Key: call.Enquiry, At: time.Now(), Purpose: call.ForSelfTest})
		l.care.press = call.PressID{Kiosk: l.cfg.Kiosk, Mark: call.Mark{Boot: l.k.Boot(), Seq: uint32(l.k.Presses())}}
	case selftest.Sound, selftest.Media:
		// The page or the voice does it; the view asks for it.
		if _, came := l.page(); !came && !l.cfg.Screen && l.cfg.Voice == (Voice{}) {
			l.tested(tested{name, wire.Skipped, "no page is open and there is no voice"})
		}
	}
}

func outcome(name selftest.Name, err error) tested {
	if err != nil {
		return tested{name, wire.Failed, err.Error()}
	}
	return tested{name, wire.Passed, ""}
}

// tryDisk writes a file, makes it durable, reads it back and removes it.
func tryDisk(dir string) error {
	path := filepath.Join(dir, "self-test")
	defer os.Remove(path)
	want := time.Now().String()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteString(want)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		return fmt.Errorf("what was written is not what is read (%v)", err)
	}
	return nil
}

// linesUp names the site whose line is down.
func (l *loop) linesUp() error {
	for _, s := range l.cfg.sites() {
		if l.ends[call.Site(s.Site)].conn == 0 {
			return fmt.Errorf("no line to %s", s.Site)
		}
	}
	return nil
}

func (l *loop) tested(t tested) {
	if !l.care.plan.Done(l.now(), t.name, t.result, clip(t.detail)) {
		return
	}
	l.care.changed = true
	l.log.Info("self-test ended", "test", string(t.name), "result", string(t.result), "detail", t.detail)
}

// maxSaid is what HEALTH takes of an explanation, in octets.
const maxSaid = 200

func clip(s string) string { return string([]rune(s)[:min(len([]rune(s)), maxSaid/3)]) }

// arrivedAt hears that a press is stored at a site; the self-test's has then
// gone the whole way.
func (l *loop) arrivedAt(p call.PressID, s call.Site) {
	if p == l.care.press && s == call.Site(l.cfg.Home.Site) {
		l.tested(tested{selftest.Press, wire.Passed, ""})
	}
}

// offered hears where voice may be tried.
func (l *loop) offered(m wire.Media) {
	if m.Call == l.care.press && l.cfg.allowsMedia(m.URL) {
		l.care.media = &m
	}
}

// examine puts the test that the page has to make into its view.
func (l *loop) examine(v *panel.View) {
	switch name := l.care.plan.Running(); name {
	case selftest.Sound:
		v.Test = &panel.Test{Name: string(name)}
	case selftest.Media:
		if m := l.care.media; m != nil {
			v.Test = &panel.Test{Name: string(name), Media: &panel.Media{URL: m.URL, Token: m.Token}}
		}
	}
}

// ailing is what the page shows to be wrong: faults and failed tests.
func (l *loop) ailing() []panel.Fault {
	out := []panel.Fault{}
	for _, f := range l.faults.list(time.Now()) {
		out = append(out, panel.Fault{Code: f.Code, Part: f.Part})
	}
	for _, n := range selftest.Names() {
		if l.care.plan.Failed(n) {
			out = append(out, panel.Fault{Code: FaultTest, Part: string(n)})
		}
	}
	return out
}

// speak decides what is said at this moment and puts it into the view.
func (l *loop) speak(v *panel.View) {
	m := announce.Moment{View: *v, Hour: hour(l.wall())}
	if v.State == panel.Answered {
		m.Answered = l.answeredBy(l.k.Panel(l.now()).Grant)
	}
	codes, silence := l.care.say.Next(l.now(), m)
	if len(codes) > 0 || silence {
		l.care.spoken = panel.Say{N: l.care.spoken.N + 1, Prompts: []string{}}
		for _, c := range codes {
			l.care.spoken.Prompts = append(l.care.spoken.Prompts, string(c))
		}
	}
	if l.care.spoken.N > 0 {
		said := l.care.spoken
		said.Prompts = slices.Clone(said.Prompts)
		v.Say = &said
	}
}

// hour is the hour in the village by a clock that may be dead. China has one
// time, eight hours before UTC; the board's own zone is usually not set.
func hour(now time.Time) int {
	if now.Year() < oldest {
		return -1
	}
	return now.In(beijing).Hour()
}

var beijing = time.FixedZone("CST", 8*60*60)

// answeredBy is the prompt for who answers: the best that there is of a
// recording of the person, of the post, and the plain one. The disk was asked
// before, because the loop must not wait for it.
func (l *loop) answeredBy(g call.Grant) prompt.Code {
	if l.care.epoch != g.Epoch {
		codes := prompt.Answerer(g.Person.ID, g.Person.Post)
		i := slices.IndexFunc(codes, func(c prompt.Code) bool { return l.care.recorded[c] || prompt.Builtin(c) })
		l.care.epoch, l.care.answered = g.Epoch, codes[max(i, 0)]
	}
	return l.care.answered
}
