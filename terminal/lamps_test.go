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
)

// bulb is a lamp that remembers when it was switched, in time since it was made.
type bulb struct {
	made time.Time
	mu   sync.Mutex
	on   bool
	err  error
	at   []time.Duration
}

func (b *bulb) Set(on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil && on != b.on {
		b.on = on
		b.at = append(b.at, time.Since(b.made))
	}
	return b.err
}

func (b *bulb) set(f func()) { b.mu.Lock(); defer b.mu.Unlock(); f() }

func (b *bulb) lit() bool {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.on
}

// switched counts the switches within a time from now on.
func (b *bulb) switched(d time.Duration) int {
	synctest.Wait()
	b.mu.Lock()
	n := len(b.at)
	b.mu.Unlock()
	time.Sleep(d)
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.at) - n
}

func newBulbs() map[lamp.Name]*bulb {
	out := map[lamp.Name]*bulb{}
	for _, n := range lamp.Names() {
		out[n] = &bulb{made: time.Now()}
	}
	return out
}

// fitted is hardware with lamps; its keys are never pressed.
type fitted struct {
	queued
	bulbs map[lamp.Name]*bulb
}

func (f fitted) Fixtures() []lamp.Fixture {
	var out []lamp.Fixture
	for n, b := range f.bulbs {
		out = append(out, lamp.Fixture{Name: n, Out: b, At: string(n)})
	}
	return out
}

func (f fitted) Loops() map[input.Key]lamp.Output { return nil }

func TestScenes(t *testing.T) {
	red, green := call.Urgent, call.Enquiry
	stuck := func(part string) []panel.Fault { return []panel.Fault{{Code: FaultKeyStuck, Part: part}} }
	for name, c := range map[string]struct {
		p                        kiosk.Panel
		faults                   []panel.Fault
		power                    *panel.Power
		red, green, line, buzzer lamp.Signal
	}{
		"idle":             {p: kiosk.Panel{State: kiosk.Idle, Home: true}, red: lamp.Idle, green: lamp.Idle, line: lamp.Placed},
		"county only":      {p: kiosk.Panel{State: kiosk.Idle, Last: true}, red: lamp.Idle, green: lamp.Idle, line: lamp.Placed},
		"no line":          {p: kiosk.Panel{State: kiosk.Idle}, red: lamp.NoLine, green: lamp.NoLine},
		"red stuck":        {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: stuck("red"), red: lamp.Dark, green: lamp.OtherKey, line: lamp.Placed},
		"green broken":     {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: []panel.Fault{{Code: FaultKeyFault, Part: "green"}}, red: lamp.OtherKey, green: lamp.Dark, line: lamp.Placed},
		"green lost":       {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: []panel.Fault{{Code: FaultKeyLost, Part: "green"}}, red: lamp.OtherKey, green: lamp.Dark, line: lamp.Placed},
		"red lamp broken":  {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: []panel.Fault{{Code: FaultLamp, Part: "red"}}, red: lamp.Dark, green: lamp.OtherKey, line: lamp.Placed},
		"buzzer broken":    {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: []panel.Fault{{Code: FaultLamp, Part: "buzzer"}}, red: lamp.OtherFault, green: lamp.OtherFault, line: lamp.Placed},
		"both broken":      {p: kiosk.Panel{State: kiosk.Idle}, faults: append(stuck("red"), stuck("green")...), red: lamp.OtherKey, green: lamp.OtherKey},
		"disk":             {p: kiosk.Panel{State: kiosk.Idle, Home: true}, faults: []panel.Fault{{Code: FaultJournal}}, red: lamp.OtherFault, green: lamp.OtherFault, line: lamp.Placed},
		"disk and no line": {p: kiosk.Panel{State: kiosk.Idle}, faults: []panel.Fault{{Code: FaultJournal}}, red: lamp.NoLine, green: lamp.NoLine},
		"battery low":      {p: kiosk.Panel{State: kiosk.Idle, Home: true}, power: &panel.Power{Percent: 10}, red: lamp.LowBattery, green: lamp.LowBattery, line: lamp.Placed},
		"battery charges":  {p: kiosk.Panel{State: kiosk.Idle, Home: true}, power: &panel.Power{Mains: true, Percent: 10}, red: lamp.Idle, green: lamp.Idle, line: lamp.Placed},
		"no battery":       {p: kiosk.Panel{State: kiosk.Idle, Home: true}, power: &panel.Power{Percent: -1}, red: lamp.Idle, green: lamp.Idle, line: lamp.Placed},
		"undecided":        {p: kiosk.Panel{State: kiosk.Sending, Key: green, Down: true}, green: lamp.Sending},
		"sending":          {p: kiosk.Panel{State: kiosk.Sending, Key: green}, green: lamp.Sending, buzzer: lamp.Click},
		"received":         {p: kiosk.Panel{State: kiosk.Received, Key: red, Home: true}, red: lamp.Placed, line: lamp.Placed, buzzer: lamp.Stored},
		"received, stuck":  {p: kiosk.Panel{State: kiosk.Received, Key: red}, faults: stuck("red"), red: lamp.Placed, green: lamp.OtherKey, buzzer: lamp.Stored},
		"received, other":  {p: kiosk.Panel{State: kiosk.Received, Key: red}, faults: stuck("green"), red: lamp.Placed, buzzer: lamp.Stored},
		"ringing":          {p: kiosk.Panel{State: kiosk.Ringing, Key: red, Home: true}, red: lamp.Ringing, line: lamp.Placed, buzzer: lamp.Stored},
		"requeued":         {p: kiosk.Panel{State: kiosk.Requeued, Key: green}, green: lamp.Ringing, buzzer: lamp.Stored},
		"talking":          {p: kiosk.Panel{State: kiosk.Answered, Key: red}, red: lamp.Talking, green: lamp.Talking, buzzer: lamp.Answered},
		"on the way":       {p: kiosk.Panel{State: kiosk.OnTheWay, Key: red}, red: lamp.OnTheWay, buzzer: lamp.Coming},
		"wrapping up":      {p: kiosk.Panel{State: kiosk.WrapUp, Key: red}, red: lamp.Placed},
		"ended":            {p: kiosk.Panel{State: kiosk.Ended, Home: true}, red: lamp.Idle, green: lamp.Idle, line: lamp.Placed},
		"nobody reached":   {p: kiosk.Panel{State: kiosk.NoLine, Key: red}, red: lamp.NoLine, green: lamp.NoLine, buzzer: lamp.Unreached},
		"rating":           {p: kiosk.Panel{State: kiosk.Rating}, red: lamp.Rating, green: lamp.Rating, buzzer: lamp.Ask},
		"rated":            {p: kiosk.Panel{State: kiosk.Rated, Key: green}, green: lamp.Placed, buzzer: lamp.Click},
		"practising":       {p: kiosk.Panel{State: kiosk.Practising}, red: lamp.Practice, green: lamp.PracticeTurn, buzzer: lamp.Ask},
		"practised":        {p: kiosk.Panel{State: kiosk.Practised}, red: lamp.Placed, green: lamp.Placed, buzzer: lamp.Stored},
		"unpractised":      {p: kiosk.Panel{State: kiosk.Unpractised}, red: lamp.NoLine, green: lamp.NoLine, buzzer: lamp.Unreached},
	} {
		dark := func(s *lamp.Signal) {
			if *s == "" {
				*s = lamp.Dark
			}
		}
		want := lamp.Scene{Red: c.red, Green: c.green, Line: c.line, Buzzer: c.buzzer}
		for _, s := range []*lamp.Signal{&want.Red, &want.Green, &want.Line, &want.Buzzer} {
			dark(s)
		}
		if got := scene(c.p, diagnose(c.faults, c.power)); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestAQuietCallShowsNothingWhateverItsState(t *testing.T) {
	for _, s := range []kiosk.PanelState{kiosk.Sending, kiosk.Received, kiosk.Ringing, kiosk.Answered, kiosk.NoLine, kiosk.OnTheWay, kiosk.WrapUp} {
		got := scene(kiosk.Panel{State: s, Quiet: true, Home: true}, diagnose([]panel.Fault{{Code: FaultKeyStuck, Part: "red"}}, nil))
		if want := (lamp.Scene{Red: lamp.Dark, Green: lamp.Dark, Line: lamp.Dark, Buzzer: lamp.Dark, Hush: true}); got != want {
			t.Errorf("%s: %+v", s, got)
		}
	}
}

// F3: feedback within 200 ms without any line and with a disk that hangs, and
// the lamp of a placed call stays until the call is over.
func TestLampsAnswerAPressAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		held := make(chan struct{})
		v.disk.set(func() { v.disk.block = held })
		defer close(held)
		v.wait(time.Second)
		red := v.bulbs[lamp.Red]
		before := len(red.at)
		pressed := time.Since(red.made)
		v.press(input.Red)
		v.wait(200 * time.Millisecond)
		if len(red.at) == before || red.at[before] != pressed || !red.lit() {
			t.Errorf("pressed at %v, switched at %v, lit %t", pressed, red.at[before:], red.lit())
		}
	})
}

func TestTheLampStaysUntilTheCallIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.press(input.Red)
		id := v.pressed(v.home.take())
		v.home.say(wire.PressAck{Press: id, Call: id})
		v.wait(time.Second)
		red, green := v.bulbs[lamp.Red], v.bulbs[lamp.Green]
		if n := red.switched(time.Hour); n != 0 || !red.lit() || green.lit() {
			t.Errorf("%d switches in an hour of waiting, red %t, green %t", n, red.lit(), green.lit())
		}
		closing := call.Closing{Person: operator, Site: home, Disposition: "solved", At: time.Now(), Through: id.Mark}
		v.home.say(wire.State{Call: id, Rev: 1, Code: wire.CodeClosed, Closing: &closing})
		v.wait(time.Second)
		if red.lit() {
			t.Error("the lamp is lit after the call")
		}
	})
}

// Every trouble of a key has its lamp, the other key's, and its report.
func TestTroubleOfAKeyIsShownOnTheOtherAndReported(t *testing.T) {
	for kind, c := range map[input.Kind]struct {
		code string
		over input.Kind
	}{
		input.Stuck:   {FaultKeyStuck, input.Unstuck},
		input.Fault:   {FaultKeyFault, input.Restored},
		input.Overrun: {FaultKeyLost, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := open(t, &disk{})
			defer v.term.Stop()
			v.home.up()
			v.home.take()
			v.wait(10 * time.Second)
			green := v.bulbs[lamp.Green]
			before := green.switched(30 * time.Second)
			v.queue.Push(input.Event{Key: input.Red, Kind: kind, N: 1, Detail: "pulled out"})
			if !v.faulty(c.code + ":red") {
				t.Errorf("%s is not reported", kind)
			}
			v.wait(10 * time.Second)
			if n := green.switched(30 * time.Second); n < 4*before {
				t.Errorf("%s: the green lamp switched %d times, and %d times before", kind, n, before)
			}
			if n := v.bulbs[lamp.Red].switched(30 * time.Second); n != 0 {
				t.Errorf("%s: the red lamp invites to press", kind)
			}
			v.home.take()
			if c.over == "" {
				v.wait(lostShown)
			} else {
				v.queue.Push(input.Event{Key: input.Red, Kind: c.over})
			}
			if v.faulty(c.code + ":red") {
				t.Errorf("%s stays", kind)
			}
		})
	}
}

func TestALampThatFailsIsReportedAndDelaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		v.home.take()
		v.bulbs[lamp.Red].set(func() { v.bulbs[lamp.Red].err = errors.New("no such chip") })
		v.wait(2 * time.Second)
		if !v.faulty(FaultLamp + ":red") {
			t.Error("a broken lamp is not reported")
		}
		v.press(input.Red)
		v.pressed(v.home.take())
		v.bulbs[lamp.Red].set(func() { v.bulbs[lamp.Red].err = nil })
		v.wait(2 * time.Second)
		if v.faulty(FaultLamp + ":red") {
			t.Error("the fault stays")
		}
	})
}

// What hubs are told of must be told apart by lamps.
func TestPanelStatesAllHaveAScene(t *testing.T) {
	idle := scene(kiosk.Panel{State: kiosk.Idle}, ailments{})
	calls := []kiosk.PanelState{kiosk.Sending, kiosk.Received, kiosk.Ringing, kiosk.Answered, kiosk.Requeued, kiosk.OnTheWay, kiosk.WrapUp,
		kiosk.NoLine, kiosk.Rating, kiosk.Rated, kiosk.Practising, kiosk.Practised, kiosk.Unpractised}
	if i := slices.IndexFunc(calls, func(s kiosk.PanelState) bool {
		return scene(kiosk.Panel{State: s, Key: call.Urgent}, ailments{}) == idle
	}); i >= 0 {
		t.Errorf("%s looks idle", calls[i])
	}
}

// sensor is a lamp that tells when it is switched.
type sensor chan bool

func (s sensor) Set(on bool) error {
	select {
	case s <- on:
	default: // one is kept
	}
	return nil
}

// BenchmarkPressToLamp measures from the event of a key to the switch of its
// lamp, with a terminal that has neither line nor working disk.
func BenchmarkPressToLamp(b *testing.B) {
	d := &disk{err: errFull}
	keys, lit := input.NewQueue(), make(sensor, 1)
	cfg := example()
	cfg.Inputs = []input.Input{queued{keys}}
	term, err := build(cfg, parts{
		open: func(string, *slog.Logger) (store, []journal.Record, error) { return d, nil, nil },
		dial: func(c link.Config) (line, error) { return &wireEnd{site: c.Site, events: c.Events}, nil },
		page: func(panel.Config) (page, error) { return &shown{}, nil },
		sign: unsigned{},
		wire: func(hardware.Settings) (fittings, error) { return oneLamp{queued{input.NewQueue()}, lit}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := term.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer term.Stop()
	var worst time.Duration
	for b.Loop() {
		b.StopTimer()
		time.Sleep(400 * time.Millisecond) // until the wink before is over
		select {
		case <-lit:
		default:
		}
		b.StartTimer()
		began := time.Now()
		keys.Push(input.Event{Key: input.Red, Kind: input.Press})
		<-lit
		worst = max(worst, time.Since(began))
		b.StopTimer()
		keys.Push(input.Event{Key: input.Red, Kind: input.Release})
		b.StartTimer()
	}
	b.ReportMetric(float64(worst.Microseconds()), "worst-µs")
}

// oneLamp is hardware with a red lamp and nothing else.
type oneLamp struct {
	queued
	red sensor
}

func (o oneLamp) Fixtures() []lamp.Fixture         { return []lamp.Fixture{{Name: lamp.Red, Out: o.red}} }
func (o oneLamp) Loops() map[input.Key]lamp.Output { return nil }
