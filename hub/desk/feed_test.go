package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"huying/hub/auth"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

const town = "361025105"

var operator = auth.Person{ID: "p1", Name: "虚构王", Post: "接线员", Role: auth.Operator, Unit: town}

// shelf is a store that commits at once.
type shelf struct{ commits int }

func (*shelf) Load(context.Context) (*site.Image, error) { return site.NewImage(), nil }
func (*shelf) Ping(context.Context) error                { return nil }
func (s *shelf) Commit(context.Context, time.Time, []site.Save) error {
	s.commits++
	return nil
}

// nameless names points by their codes.
type nameless struct{}

func (nameless) Point(kiosk string) (point, township view.Unit, ok bool) {
	return view.Unit{Code: kiosk, Name: kiosk}, view.Unit{}, true
}
func (nameless) Unit(code string) view.Unit { return view.Unit{Code: code, Name: code} }
func (nameless) Kiosks() []string           { return nil }

// socket is a kiosk's line that keeps what was written; stuck holds it up.
type socket struct {
	frames chan string
	stuck  chan struct{}
}

func newSocket() *socket { return &socket{frames: make(chan string, 100)} }

func (s *socket) Write(b []byte) error {
	if s.stuck != nil {
		<-s.stuck
	}
	s.frames <- string(b)
	return nil
}
func (*socket) Close(string) {}

// open starts a desk in virtual time.
func open(t *testing.T) (*Desk, *shelf) {
	t.Helper()
	store := &shelf{}
	sc := site.DefaultConfig(town, "", func(string) (call.Site, bool) { return town, true })
	d := New(Config{Site: sc, Unit: view.Unit{Code: town, Name: "牛田镇"}, Store: store, Places: nameless{},
		Log: slog.New(slog.DiscardHandler)})
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, store
}

func kioskID(n int) string { return fmt.Sprintf("%s%03d-1", town, 200+n) }

func (s *socket) press(d *Desk, kiosk string, seq uint32) {
	id := call.PressID{Kiosk: kiosk, Mark: call.Mark{Boot: 1, Seq: seq}}
	d.FromKiosk(kiosk, s, wire.Press{Press: id, Call: call.PressID{Kiosk: kiosk, Mark: call.Mark{Boot: 1, Seq: 1}}, Key: call.Urgent})
}

// message is what a page looks at.
type message struct {
	Type string `json:"type"`
	Seq  uint64 `json:"seq"`
	Call struct {
		ID      string `json:"id"`
		Presses int    `json:"presses"`
	} `json:"call"`
}

func next(t *testing.T, f *Feed) message {
	t.Helper()
	var m message
	if err := json.Unmarshal(<-f.Next(), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Whatever storms in, one look at the desk is short, nothing is left out, and
// no number is missing.
func TestAStormIsToldInRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := open(t)
		defer d.Stop()
		f, err := d.Subscribe(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Stop()
		if m := next(t, f); m.Type != view.TypeSnapshot {
			t.Fatalf("first came %+v", m)
		}
		const storm = 5*perRound + 3
		for n := range storm {
			s := newSocket()
			d.KioskUp(kioskID(n), s)
			s.press(d, kioskID(n), 1)
		}
		rung := map[string]bool{}
		for seq := uint64(1); len(rung) < storm; seq++ {
			m := next(t, f)
			if m.Seq != seq {
				t.Fatalf("number %d follows %d", m.Seq, seq-1)
			}
			if m.Type == view.TypeCall {
				rung[m.Call.ID] = true
			}
		}
	})
}

func TestOneRoundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := open(t)
		defer d.Stop()
		f := &Feed{d: d, p: operator, calls: map[call.ID]bool{}, points: map[string]bool{}, site: true, duty: true}
		for n := range 3 * perRound {
			s := newSocket()
			d.KioskUp(kioskID(n), s)
			s.press(d, kioskID(n), 1)
			f.calls[call.PressID{Kiosk: kioskID(n), Mark: call.Mark{Boot: 1, Seq: 1}}] = true
			f.points[kioskID(n)] = true
		}
		for round, want := range []int{2*perRound + 2, 2 * perRound, 2 * perRound, 0} {
			out, more := f.collect()
			if len(out) != want || more != (round < 2) {
				t.Errorf("round %d: %d messages, more %t", round, len(out), more)
			}
		}
	})
}

// A point is shown anew when it does something else, not at every press.
func TestAPointIsToldWhenItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, _ := open(t)
		defer d.Stop()
		s := newSocket()
		d.KioskUp(kioskID(0), s)
		f := &Feed{d: d, p: operator, calls: map[call.ID]bool{}, points: map[string]bool{}, wake: make(chan struct{}, 1)}
		d.mu.Lock()
		d.feeds[f] = true
		d.mu.Unlock()
		told := func() int {
			synctest.Wait()
			d.mu.Lock()
			defer d.mu.Unlock()
			n := len(f.points)
			clear(f.points)
			return n
		}
		s.press(d, kioskID(0), 1)
		if told() != 1 {
			t.Error("a point that begins to ring is not shown")
		}
		s.press(d, kioskID(0), 2)
		if told() != 0 {
			t.Error("a point that goes on ringing is shown again")
		}
		d.mu.Lock()
		delete(d.feeds, f)
		d.mu.Unlock()
	})
}

// A kiosk that does not read must not keep others from being stored.
func TestASlowKioskHoldsUpNoCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, store := open(t)
		defer d.Stop()
		slow, quick := newSocket(), newSocket()
		slow.stuck = make(chan struct{})
		d.KioskUp(kioskID(0), slow)
		d.KioskUp(kioskID(1), quick)
		slow.press(d, kioskID(0), 1)
		synctest.Wait() // its acknowledgement is under way
		quick.press(d, kioskID(1), 1)
		synctest.Wait()
		if store.commits != 2 {
			t.Errorf("%d commits while a kiosk does not read, want 2", store.commits)
		}
		select {
		case <-quick.frames:
		default:
			t.Error("no acknowledgement while another kiosk does not read")
		}
		close(slow.stuck)
	})
}
