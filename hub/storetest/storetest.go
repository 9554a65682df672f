// Package storetest proves a store of calls: the same suite runs against
// memory and against PostgreSQL. The reference is site.Image, and the saves
// come from a real site.Site that is driven through random histories.
package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/site"
)

// Store is what is proved.
type Store interface {
	Load(ctx context.Context) (*site.Image, error)
	Commit(ctx context.Context, at time.Time, saves []site.Save) error
	Calls(ctx context.Context, limit int, before call.ID) ([]call.Call, error)
	Call(ctx context.Context, id call.ID) (call.Call, bool, error)
	Events(ctx context.Context, id call.ID) ([]eventlog.Event, error)
	Incarnation() uint64
	Ping(ctx context.Context) error
}

// Run proves the store that open makes: an empty one, and a function that
// opens another on the same data. Open is called once for each part.
func Run(t *testing.T, open func(t *testing.T) (Store, func() Store)) {
	t.Run("random histories", func(t *testing.T) { histories(t, open) })
	parts := []struct {
		name string
		run  func(t *testing.T, s Store, reopen func() Store)
	}{
		{"nothing is written before a load", notLoaded},
		{"who loads last is the only writer", superseded},
		{"the latest calls are remembered, and all open ones", remembered},
		{"gaps in what was seen stay gaps", gaps},
		{"no rule about calls keeps a press out", noRules},
		{"a press that is not for help is stored without a call", recordedAlone},
		{"numbers outlive an empty outbox", emptyOutbox},
		{"a repeated commit brings nothing back", repeated},
		{"odd texts do not stop a commit", oddTexts},
		{"a cancelled commit fails", cancelled},
		{"pages of calls", pages},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			s, reopen := open(t)
			p.run(t, s, reopen)
		})
	}
}

var noon = time.Date(2026, 3, 4, 12, 0, 0, 123456000, time.UTC)

func load(t *testing.T, s Store) *site.Image {
	t.Helper()
	im, err := s.Load(t.Context())
	must(t, err)
	return im
}

func commit(t *testing.T, s Store, saves ...site.Save) {
	t.Helper()
	must(t, s.Commit(t.Context(), noon, saves))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func id(kiosk string, boot, seq uint32) call.ID {
	return call.ID{Kiosk: kiosk, Mark: call.Mark{Boot: boot, Seq: seq}}
}

// pressed is the save of a press in a call.
func pressed(n uint64, c *call.Call, press call.PressID) site.Save {
	f := call.Pressed{Mark: press.Mark, Key: call.Urgent, At: noon, Sig: []byte{1, 2, 3}}
	c.Merge(f)
	return site.Save{N: n, Presses: []site.PressRow{{Press: press, Call: c.ID, Fact: f}}, Calls: []call.Call{*c},
		Facts: []site.FactRow{{Call: c.ID, Fact: f, From: "361025105"}}}
}

func closing(c *call.Call) call.Closing {
	return call.Closing{Person: call.Person{ID: "p1", Name: "张三", Post: "接线员"}, Site: "361025105",
		Disposition: "solved", At: noon.Add(time.Minute), Through: c.Last}
}

func notLoaded(t *testing.T, s Store, _ func() Store) {
	c := call.New(id("k-1", 1, 1))
	if err := s.Commit(t.Context(), noon, []site.Save{pressed(1, &c, c.ID)}); err == nil {
		t.Fatal("a store that nobody loaded was written to")
	}
	must(t, s.Ping(t.Context()))
	if n := s.Incarnation(); n != 0 {
		t.Fatalf("incarnation %d before a load", n)
	}
	if im := load(t, s); len(im.Calls)+len(im.Seen)+len(im.Out)+len(im.NextN)+len(im.Have) != 0 {
		t.Fatalf("not empty: %+v", im)
	}
}

func superseded(t *testing.T, s Store, reopen func() Store) {
	load(t, s)
	c := call.New(id("k-1", 1, 1))
	commit(t, s, pressed(1, &c, c.ID))
	next := reopen()
	load(t, next)
	if next.Incarnation() <= s.Incarnation() {
		t.Fatalf("incarnation %d after %d", next.Incarnation(), s.Incarnation())
	}
	late := call.New(id("k-2", 1, 1))
	if err := s.Commit(t.Context(), noon, []site.Save{pressed(2, &late, late.ID)}); err == nil {
		t.Fatal("the old writer still writes: what it acknowledges, the new one does not know")
	}
	commit(t, next, pressed(1, &c, id("k-1", 1, 2)))
	im := load(t, s) // and back
	if _, there := im.Calls[late.ID]; there || im.Seen["k-2"].Runs != nil {
		t.Fatal("the refused save left something")
	}
	if seen := im.Seen["k-1"]; seen.Count() != 2 {
		t.Fatalf("seen %+v", seen)
	}
	commit(t, s, pressed(1, &late, late.ID))
}

func recordedAlone(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	lesson := id("k-1", 1, 1)
	fact := call.Pressed{Mark: lesson.Mark, Key: call.Urgent, Purpose: call.ForPractice, At: noon}
	save := site.Save{N: 1, Presses: []site.PressRow{{Press: lesson, Call: lesson, Fact: fact}}}
	commit(t, s, save)
	commit(t, s, save) // nobody knew whether it was committed
	im := load(t, s)
	if seen := im.Seen["k-1"]; !seen.Has(lesson.Mark) || seen.Count() != 1 || len(im.Calls) != 0 {
		t.Fatalf("seen %+v, %d calls", seen, len(im.Calls))
	}
}

func remembered(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	var n uint64
	for seq := uint32(1); seq <= 10; seq++ {
		c := call.New(id("k-1", 1+seq/8, seq)) // marks are ordered by boot first
		n++
		commit(t, s, pressed(n, &c, c.ID))
		if seq == 2 || seq == 9 {
			continue // stay open
		}
		f := closing(&c)
		c.Merge(f)
		n++
		commit(t, s, site.Save{N: n, Calls: []call.Call{c}, Facts: []site.FactRow{{Call: c.ID, Fact: f, From: "361025105"}}})
	}
	im := load(t, s)
	var got []uint32
	for id := range im.Calls {
		got = append(got, id.Seq)
	}
	slices.Sort(got)
	if want := []uint32{2, 7, 8, 9, 10}; !slices.Equal(got, want) {
		t.Fatalf("calls %v, want %v", got, want)
	}
	old, ok, err := s.Call(t.Context(), id("k-1", 1, 1))
	must(t, err)
	if !ok || old.Phase() != call.Closed {
		t.Fatalf("an old call: %v %+v", ok, old)
	}
	_, ok, err = s.Call(t.Context(), id("k-1", 9, 1))
	if must(t, err); ok {
		t.Fatal("a call that never was")
	}
}

func gaps(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	want := call.Seen{}
	c := call.New(id("k-1", 1, 1))
	const top = 1<<32 - 1
	for n, m := range []call.Mark{{Boot: 1, Seq: 1}, {Boot: 1, Seq: 3}, {Boot: 1, Seq: 2}, {Boot: 2, Seq: 4}, {Boot: 1, Seq: 7}, {Boot: top, Seq: top - 2}, {Boot: top, Seq: top - 1}} {
		want.Add(m)
		commit(t, s, pressed(uint64(n+1), &c, call.PressID{Kiosk: "k-1", Mark: m}))
	}
	got := load(t, s).Seen["k-1"]
	if !slices.Equal(got.Runs, want.Runs) {
		t.Fatalf("seen %v, want %v", got.Runs, want.Runs)
	}
}

func noRules(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	a, b := call.New(id("k-1", 1, 1)), call.New(id("k-1", 1, 2))
	commit(t, s, pressed(1, &a, a.ID), pressed(2, &b, b.ID)) // both open, both red
	commit(t, s, pressed(3, &b, a.ID))                       // a press that another call has
	im := load(t, s)
	if seen := im.Seen["k-1"]; len(im.Calls) != 2 || seen.Count() != 2 {
		t.Fatalf("%d calls, seen %v", len(im.Calls), seen)
	}
}

func cancelled(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := call.New(id("k-1", 1, 1))
	if err := s.Commit(ctx, noon, []site.Save{pressed(1, &c, c.ID)}); err == nil {
		t.Fatal("committed for a caller that is gone")
	}
	commit(t, s, pressed(1, &c, c.ID))
}

func pages(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	ids := []call.ID{id("k-3", 1, 1), id("k-1", 1, 1), id("k-2", 1, 1), id("k-1", 1, 2), id("k-0", 1, 1)}
	for n, at := range ids {
		c := call.New(at)
		commit(t, s, pressed(uint64(n+1), &c, at))
	}
	again := call.New(ids[0]) // changing a call does not move it
	commit(t, s, pressed(9, &again, ids[0]))
	slices.Reverse(ids)
	var got []call.ID
	var before call.ID
	for {
		page, err := s.Calls(t.Context(), 2, before)
		must(t, err)
		for _, c := range page {
			got = append(got, c.ID)
		}
		if len(page) < 2 {
			break
		}
		before = page[1].ID
	}
	if !slices.Equal(got, ids) {
		t.Fatalf("calls %v, want %v", got, ids)
	}
	if none, err := s.Calls(t.Context(), 2, id("k-9", 1, 1)); err != nil || len(none) != 0 {
		t.Fatalf("after a call that never was: %v %v", none, err)
	}
}
