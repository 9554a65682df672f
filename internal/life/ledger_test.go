package life

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

func marks(boot uint32, seqs ...uint32) (out []call.Mark) {
	for _, n := range seqs {
		out = append(out, call.Mark{Boot: boot, Seq: n})
	}
	return out
}

// quick counts as a store does.
func quick(l wire.Ledger, rows []call.Mark) Tally {
	upTo, without := Range(l)
	var t Tally
	seen := map[uint32]bool{}
	for _, m := range rows {
		if m.Boot < l.Since {
			continue
		}
		if seen[m.Seq] {
			t.Doubled++
			continue
		}
		seen[m.Seq] = true
		t.Last = max(t.Last, m.Seq)
		if m.Seq <= upTo && !slices.Contains(without, m.Seq) {
			t.Due++
		}
	}
	return t
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name             string
		l                wire.Ledger
		rows             []call.Mark
		missing, surplus []string
	}{
		{"the same", wire.Ledger{Since: 3, Made: 3}, marks(3, 1, 2, 3), nil, nil},
		{"none", wire.Ledger{Since: 3}, nil, nil, nil},
		{"starts before do not count", wire.Ledger{Since: 3, Made: 1}, append(marks(2, 7, 8), marks(3, 1)...), nil, nil},
		{"one is lost", wire.Ledger{Since: 3, Made: 3}, marks(3, 1, 3), []string{"k-1.3.2"}, nil},
		{"one between two starts is lost", wire.Ledger{Since: 3, Made: 3}, append(marks(3, 1), marks(4, 3)...), []string{"k-1.?.2"}, nil},
		{"the last is lost", wire.Ledger{Since: 3, Made: 3}, marks(3, 1, 2), []string{"k-1.?.3"}, nil},
		{"the last is on its way", wire.Ledger{Since: 3, Made: 3, Waiting: []uint32{3}, Unacked: 1}, marks(3, 1, 2), nil, nil},
		{"it arrived, its acknowledgement did not", wire.Ledger{Since: 3, Made: 3, Waiting: []uint32{3}, Unacked: 1}, marks(3, 1, 2, 3), nil, nil},
		{"more are on their way than are named", wire.Ledger{Since: 3, Made: 9, Waiting: []uint32{2, 4}, Unacked: 5}, marks(3, 1), []string{"k-1.?.3"}, nil},
		{"all are on their way", wire.Ledger{Since: 3, Made: 9, Unacked: 9}, nil, nil, nil},
		{"one too many", wire.Ledger{Since: 3, Made: 2}, marks(3, 1, 2, 3), nil, []string{"k-1.3.3"}},
		{"one number twice", wire.Ledger{Since: 3, Made: 2}, append(marks(3, 1, 2), marks(4, 2)...), nil, []string{"k-1.4.2"}},
		{"one twice and one lost", wire.Ledger{Since: 3, Made: 3}, append(marks(3, 1, 2), marks(4, 2)...), []string{"k-1.?.3"}, []string{"k-1.4.2"}},
	} {
		d := Compare("k-1", c.l, c.rows)
		if !slices.Equal(d.Missing, c.missing) || !slices.Equal(d.Surplus, c.surplus) {
			t.Errorf("%s: %+v, want missing %v, surplus %v", c.name, d, c.missing, c.surplus)
		}
		if agrees := quick(c.l, c.rows).Agrees(c.l); agrees != (len(c.missing)+len(c.surplus) == 0) {
			t.Errorf("%s: the quick count agrees: %v", c.name, agrees)
		}
	}
}

// A kiosk that claims billions of presses does not keep the hub busy.
func TestCompareIsBounded(t *testing.T) {
	d := Compare("k-1", wire.Ledger{Made: math.MaxUint32}, marks(0, 1, math.MaxUint32))
	if len(d.Missing) != maxNames+1 || d.Missing[maxNames] != fmt.Sprintf("+%d", math.MaxUint32-2-maxNames) {
		t.Fatalf("%d named, the last %s", len(d.Missing), d.Missing[len(d.Missing)-1])
	}
}

// The ledger is counted at the first HEALTH of a connection and once a day.
func TestWhenTheLedgerIsCounted(t *testing.T) {
	s := newStation(t, village(0))
	k := village(0)
	n := len(s.counts) // the very first HEALTH
	if n != 1 {
		t.Fatalf("%d counts at first", n)
	}
	s.pass(5 * time.Minute)
	if len(s.counts) != n {
		t.Fatal("counted with each heartbeat")
	}
	s.take(s.w.Heard(s.now, k, true))
	s.pass(time.Minute)
	if len(s.counts) != n+1 {
		t.Fatalf("%d counts after a new connection, want one more", len(s.counts))
	}
	s.leap(24 * time.Hour)
	if len(s.counts) != n+2 {
		t.Fatal("not counted after a day")
	}
}

// A press that is lost is a red alarm that names it; what a person closed is
// not told again, the next one is.
func TestALostPressIsARedAlarm(t *testing.T) {
	s := newStation(t, village(0))
	k := village(0)
	l := wire.Ledger{Since: 1, Made: 3}
	counted := func(rows ...uint32) { s.take(s.w.Counted(s.now, k, l, Compare(k, l, marks(1, rows...)))) }
	counted(1, 2, 3)
	s.want("")
	counted(1, 3)
	s.want("ledger open")
	x := s.one(CodeLedger)
	if !x.Red() || !slices.Equal(x.Presses, []string{k + ".1.2"}) {
		t.Fatalf("%+v", x)
	}
	s.do(CodeLedger, Close, "纸质记录里有，已补录")
	s.pass(time.Minute)
	s.want("")
	l.Made = 5
	counted(1, 3, 5)
	s.want("ledger open")
	if x := s.one(CodeLedger); !slices.Equal(x.Presses, []string{k + ".1.4"}) {
		t.Fatalf("%+v", x)
	}
	counted(1, 2, 3, 4, 5)
	s.want("")
}

// A surplus may be a press that was made while the count was under way.
func TestASurplusIsCountedTwice(t *testing.T) {
	s := newStation(t, village(0))
	k := village(0)
	l := wire.Ledger{Since: 1, Made: 2}
	surplus := Compare(k, l, marks(1, 1, 2, 3))
	n := len(s.counts)
	s.take(s.w.Counted(s.now, k, l, surplus))
	s.want("")
	s.pass(DefaultTimes().Confirm + 31*time.Second)
	if len(s.counts) != n+1 {
		t.Fatal("not counted again")
	}
	s.take(s.w.Counted(s.now, k, l, surplus))
	s.want("ledger open")
}
