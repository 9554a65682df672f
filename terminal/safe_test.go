package terminal

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// slip is the receipt of a press, which outlives terminals.
type slip struct {
	mu   sync.Mutex
	note string
	safe bool
}

func (s *slip) Begin() string    { s.mu.Lock(); defer s.mu.Unlock(); return s.note }
func (s *slip) Mark(note string) { s.mu.Lock(); defer s.mu.Unlock(); s.note = note }
func (s *slip) Safe()            { s.mu.Lock(); defer s.mu.Unlock(); s.safe = true }

func (s *slip) state() (note string, safe bool) {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.note, s.safe
}

// hand pushes a press with a receipt, made some time ago, and its release.
func (v *village) hand(k input.Key, s *slip, ago time.Duration) {
	at := v.term.loop.care.clock() - ago
	v.queue.Push(input.Event{Key: k, Kind: input.Press, At: at, Reason: input.ByEdge, Receipt: s})
	v.queue.Push(input.Event{Key: k, Kind: input.Release, At: at + 200*time.Millisecond})
	synctest.Wait()
}

func presses(records []kiosk.Record) (all []call.PressID) {
	for _, r := range records {
		if r.Pressed != nil && (len(all) == 0 || all[len(all)-1] != r.Pressed.Press) {
			all = append(all, r.Pressed.Press)
		}
	}
	return all
}

// TestPressIsSafeOnceItIsStored: before that it carries the number under which
// it is about to be stored.
func TestPressIsSafeOnceItIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := open(t, &disk{})
		defer v.term.Stop()
		v.home.up()
		block, s := make(chan struct{}), &slip{}
		v.disk.set(func() { v.disk.block = block })
		v.hand(input.Red, s, 0)
		id := v.pressed(v.home.take())
		if note, safe := s.state(); safe || note != id.String() {
			t.Errorf("noted %q, safe %t before it is stored; it is %s", note, safe, id)
		}
		v.disk.set(func() { v.disk.block = nil })
		close(block)
		if _, safe := s.state(); !safe {
			t.Error("stored and not safe")
		}
	})
}

// TestStoredPressIsNotTakenAgain: the program died between its journal and the
// word that the press is safe; and it died before its journal.
func TestStoredPressIsNotTakenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := &disk{}, &slip{}
		first := open(t, d)
		first.hand(input.Red, s, 0)
		first.term.Stop()
		before := presses(d.kept())
		second := open(t, d)
		defer second.term.Stop()
		s.mu.Lock()
		s.safe = false
		s.mu.Unlock()
		second.hand(input.Red, s, 0)
		if after := presses(d.kept()); len(before) != 1 || len(after) != 1 {
			t.Errorf("%v became %v", before, after)
		}
		if _, safe := s.state(); !safe {
			t.Error("it is not safe, and will be told for ever")
		}
		lost := &slip{note: "361025105207-1/7/7"}
		second.hand(input.Red, lost, 0)
		if after := presses(d.kept()); len(after) != 2 {
			t.Errorf("%d presses are stored", len(after))
		}
		if note, safe := lost.state(); !safe || note == "361025105207-1/7/7" {
			t.Errorf("noted %q, safe %t", note, safe)
		}
	})
}

// TestPressThatWaitedHasItsAge: also of a green key, whose press may be kept
// back to see what it is for: nobody can see that any more.
func TestPressThatWaitedHasItsAge(t *testing.T) {
	for _, k := range input.Keys() {
		synctest.Test(t, func(t *testing.T) {
			v := open(t, &disk{})
			defer v.term.Stop()
			v.home.up()
			wall := time.Now()
			v.hand(k, &slip{}, 3*time.Second)
			p := of[wire.Press](v.home.take())
			if len(p) != 1 || p[0].AgeMS < 3000 || p[0].AgeMS > 3100 || p[0].Purpose != call.ForHelp {
				t.Fatalf("%+v", p)
			}
			for _, r := range v.disk.kept() {
				if r.Pressed != nil && (wall.Sub(r.Pressed.At) < 2900*time.Millisecond || wall.Sub(r.Pressed.At) > 3100*time.Millisecond) {
					t.Errorf("stored as made at %s, it was %s", r.Pressed.At, wall)
				}
			}
		})
	}
}
