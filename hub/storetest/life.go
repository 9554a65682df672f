package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/site"
	"huying/internal/wire"
)

// LifeStore is what keeps the health of kiosks.
type LifeStore interface {
	Store
	LoadLife(ctx context.Context, site call.Site, since time.Time, above bool) (life.Image, error)
	SaveLife(ctx context.Context, v life.Save) error
	Ledger(ctx context.Context, kiosk string, l wire.Ledger) (life.Difference, error)
	LatestTickets(ctx context.Context, limit int) ([]life.Ticket, error)
	TicketsOf(ctx context.Context, subject string, limit int) ([]life.Ticket, error)
	TestsOf(ctx context.Context, kiosk string, limit int) ([]life.Test, error)
}

// RunLife proves the keeping of kiosks' health, as Run proves that of calls.
func RunLife(t *testing.T, open func(t *testing.T) (LifeStore, func() LifeStore)) {
	parts := []struct {
		name string
		run  func(t *testing.T, s LifeStore, reopen func() LifeStore)
	}{
		{"what is saved comes back", lifeComesBack},
		{"tickets that are over are forgotten, not lost", lifeForgets},
		{"only the writer writes", lifeSuperseded},
		{"what the site above has not heard is kept for it", lifeUntold},
		{"ledgers", ledgers},
		{"odd texts do not stop a save", lifeOddTexts},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			s, reopen := open(t)
			if err := s.SaveLife(t.Context(), life.Save{Kiosks: []life.Kiosk{{ID: "k-1"}}}); err == nil {
				t.Fatal("a store that nobody loaded was written to")
			}
			load(t, s)
			p.run(t, s, reopen)
		})
	}
}

const here call.Site = "361025105"

func ticketN(n uint64, p life.Phase, ended time.Time) life.Ticket {
	id := "k-1." + string(here) + ".t" + string(rune('0'+n))
	return life.Ticket{ID: id, N: n, Site: here, Subject: "k-1", Kiosk: "k-1", Code: life.CodeLedger, OpenedAt: noon.Add(time.Duration(n) * time.Second),
		BeganAt: noon, Present: ended.IsZero(), EndedAt: ended, Phase: p, Rev: n,
		Steps: []life.Step{{At: noon, What: life.DidOpen}, {At: noon, What: "take", By: &call.Person{ID: "p1", Name: "王"}, From: here}}}
}

func lifeComesBack(t *testing.T, s LifeStore, reopen func() LifeStore) {
	k := life.Kiosk{ID: "k-1", Watched: noon, Heard: noon.Add(time.Minute), Online: true, Since: noon,
		Health: &wire.Health{Ledger: wire.Ledger{Made: 7}, Power: &wire.Power{Percent: -1}},
		Tests:  []life.Test{{Name: "sound", Result: wire.Passed, At: noon}}, Proofs: map[life.By]time.Time{life.ByCall: noon},
		Ledger: life.Ledger{CheckedAt: noon, Missing: []string{"k-1.1.2"}}}
	one, below := ticketN(1, life.Open, time.Time{}), ticketN(9, life.StopGap, time.Time{})
	below.ID, below.Site = "b-1.child.t9", "361025105207"
	test := life.TestOf{Kiosk: "k-1", Test: k.Tests[0]}
	save := life.Save{Kiosks: []life.Kiosk{k}, Tickets: []life.Ticket{one, below}, Tests: []life.TestOf{test}}
	must(t, s.SaveLife(t.Context(), save))
	must(t, s.SaveLife(t.Context(), save))
	k.Online, one.Phase = false, life.Taken
	must(t, s.SaveLife(t.Context(), life.Save{Kiosks: []life.Kiosk{k}, Tickets: []life.Ticket{one}}))
	im, err := reopen().LoadLife(t.Context(), here, noon, false)
	must(t, err)
	if len(im.Kiosks) != 1 || text(t, im.Kiosks[0]) != text(t, k) || im.Next != 2 {
		t.Fatalf("%s, next %d", text(t, im.Kiosks), im.Next)
	}
	slices.SortFunc(im.Tickets, func(a, b life.Ticket) int { return int(a.N) - int(b.N) })
	if want := []life.Ticket{one, below}; text(t, im.Tickets) != text(t, want) {
		t.Fatalf("%s", text(t, im.Tickets))
	}
	tests, err := s.TestsOf(t.Context(), "k-1", 10)
	must(t, err)
	if len(tests) != 1 || text(t, tests[0]) != text(t, test.Test) {
		t.Fatalf("%+v", tests)
	}
}

func lifeForgets(t *testing.T, s LifeStore, _ func() LifeStore) {
	all := []life.Ticket{ticketN(1, life.Open, time.Time{}), ticketN(2, life.Closed, noon.Add(-time.Hour)),
		ticketN(3, life.Closed, noon.Add(time.Hour)), ticketN(4, life.Taken, noon.Add(-time.Hour)), ticketN(5, life.Closed, time.Time{})}
	must(t, s.SaveLife(t.Context(), life.Save{Tickets: all}))
	im, err := s.LoadLife(t.Context(), here, noon, false)
	must(t, err)
	var got []uint64
	for _, x := range im.Tickets {
		got = append(got, x.N)
	}
	slices.Sort(got)
	if !slices.Equal(got, []uint64{1, 3, 4, 5}) || im.Next != 6 {
		t.Fatalf("tickets %v, next %d", got, im.Next)
	}
	for _, list := range []func() ([]life.Ticket, error){
		func() ([]life.Ticket, error) { return s.LatestTickets(t.Context(), 4) },
		func() ([]life.Ticket, error) { return s.TicketsOf(t.Context(), "k-1", 4) },
	} {
		found, err := list()
		must(t, err)
		if len(found) != 4 || found[0].N != 5 || found[3].N != 2 {
			t.Fatalf("%d tickets, %+v", len(found), found)
		}
	}
	if none, err := s.TicketsOf(t.Context(), "k-2", 4); err != nil || len(none) != 0 {
		t.Fatalf("%v %v", none, err)
	}
}

func lifeUntold(t *testing.T, s LifeStore, _ func() LifeStore) {
	old, heard, again := ticketN(1, life.Closed, noon.Add(-time.Hour)), ticketN(2, life.Closed, noon.Add(-time.Hour)), ticketN(3, life.Open, time.Time{})
	must(t, s.SaveLife(t.Context(), life.Save{Tickets: []life.Ticket{old, heard, again}, Told: []life.Telling{{ID: heard.ID, Rev: 2}, {ID: again.ID, Rev: 3}}}))
	again.Rev = 4
	must(t, s.SaveLife(t.Context(), life.Save{Tickets: []life.Ticket{again}, Told: []life.Telling{{ID: again.ID, Rev: 1}}}))
	untold := func(above bool) (got []uint64) {
		im, err := s.LoadLife(t.Context(), here, noon, above)
		must(t, err)
		for _, x := range im.Untold {
			got = append(got, x.N)
		}
		slices.Sort(got)
		return got
	}
	if got := untold(true); !slices.Equal(got, []uint64{1, 3}) {
		t.Fatalf("untold %v", got)
	}
	if got := untold(false); got != nil {
		t.Fatalf("nobody is above: %v", got)
	}
}

func lifeSuperseded(t *testing.T, s LifeStore, reopen func() LifeStore) {
	next := reopen()
	load(t, next)
	if err := s.SaveLife(t.Context(), life.Save{Kiosks: []life.Kiosk{{ID: "k-1"}}}); err == nil {
		t.Fatal("the old writer still writes")
	}
	must(t, next.SaveLife(t.Context(), life.Save{Kiosks: []life.Kiosk{{ID: "k-1"}}}))
}

func ledgers(t *testing.T, s LifeStore, _ func() LifeStore) {
	var saves []site.Save
	for i, m := range []call.Mark{{Boot: 2, Seq: 9}, {Boot: 3, Seq: 1}, {Boot: 3, Seq: 2}, {Boot: 4, Seq: 4}, {Boot: 4, Seq: 5}} {
		c := call.New(call.ID{Kiosk: "k-1", Mark: m})
		saves = append(saves, pressed(uint64(i+1), &c, c.ID))
	}
	commit(t, s, saves...)
	for _, c := range []struct {
		l                wire.Ledger
		missing, surplus []string
	}{
		{wire.Ledger{Since: 3, Made: 5}, []string{"k-1.?.3"}, nil},
		{wire.Ledger{Since: 3, Made: 5, Waiting: []uint32{3}, Unacked: 1}, nil, nil},
		{wire.Ledger{Since: 3, Made: 6, Waiting: []uint32{3, 6}, Unacked: 2}, nil, nil},
		{wire.Ledger{Since: 3, Made: 4, Waiting: []uint32{3}, Unacked: 1}, nil, []string{"k-1.4.5"}},
		{wire.Ledger{Since: 2, Made: 9, Waiting: []uint32{3}, Unacked: 1}, []string{"k-1.?.6", "k-1.?.7", "k-1.?.8"}, nil},
		{wire.Ledger{Since: 5}, nil, nil},
	} {
		d, err := s.Ledger(t.Context(), "k-1", c.l)
		must(t, err)
		if !slices.Equal(d.Missing, c.missing) || !slices.Equal(d.Surplus, c.surplus) {
			t.Errorf("%+v: %+v, want missing %v, surplus %v", c.l, d, c.missing, c.surplus)
		}
	}
}

func lifeOddTexts(t *testing.T, s LifeStore, _ func() LifeStore) {
	odd := "\x00\\u0000\xff流坑"
	x := ticketN(1, life.Open, time.Time{})
	x.Detail, x.Part, x.Code = odd, odd, odd
	must(t, s.SaveLife(t.Context(), life.Save{
		Kiosks:  []life.Kiosk{{ID: "k-1", Health: &wire.Health{Version: odd, Faults: []wire.Fault{{Code: odd, Detail: odd}}}}},
		Tickets: []life.Ticket{x}, Tests: []life.TestOf{{Kiosk: "k-1", Test: life.Test{Name: odd, Detail: odd, At: noon}}}}))
	im, err := s.LoadLife(t.Context(), here, noon, false)
	must(t, err)
	if len(im.Kiosks) != 1 || len(im.Tickets) != 1 {
		t.Fatalf("%+v", im)
	}
}
