package life

import (
	"fmt"
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Ledger is the outcome of the last count of a kiosk's presses against those
// that the hub has (F101).
type Ledger struct {
	CheckedAt time.Time `json:"checked_at"` // zero: never yet
	Made      uint32    `json:"made"`       // presses of the kiosk, by its own count
	Stored    int       `json:"stored"`     // presses of them that the hub has
	Missing   []string  `json:"missing,omitempty"`
	Surplus   []string  `json:"surplus,omitempty"`
	Accepted  []string  `json:"accepted,omitempty"` // differences that a person closed with a reason

	suspect bool // a surplus was counted once
}

// open lists the presses that differ and that nobody has accepted.
func (l *Ledger) open() []string {
	var out []string
	for _, name := range slices.Concat(l.Missing, l.Surplus) {
		if !slices.Contains(l.Accepted, name) {
			out = append(out, name)
		}
	}
	return out
}

// Tally is a quick count: it tells whether to look closer.
type Tally struct {
	Due     int    // different numbers stored, of those that home must have (Range)
	Last    uint32 // the highest number stored; 0: none
	Doubled int    // rows beyond the first of a number
}

// Range gives the numbers that home must have: 1 to upTo without some. A
// kiosk names at most wire.MaxWaiting of those on their way; beyond the last
// one named nothing can be said.
func Range(l wire.Ledger) (upTo uint32, without []uint32) {
	if l.Unacked > len(l.Waiting) {
		if len(l.Waiting) == 0 {
			return 0, nil
		}
		return min(l.Made, l.Waiting[len(l.Waiting)-1]), l.Waiting
	}
	return l.Made, l.Waiting
}

// Agrees reports whether a quick count finds nothing to look at.
func (t Tally) Agrees(l wire.Ledger) bool {
	upTo, without := Range(l)
	due := int(upTo)
	for _, n := range without {
		if n >= 1 && n <= upTo {
			due--
		}
	}
	return t.Due == due && t.Last <= l.Made && t.Doubled == 0
}

// Difference names the presses in which kiosk and hub differ.
type Difference struct {
	Stored  int
	Missing []string // made and acknowledged, but not stored
	Surplus []string // stored, but never made, or made twice under one number
}

// maxNames bounds how many presses a difference names; the rest is counted.
const maxNames = 50

// Compare holds a kiosk's ledger against the marks that the hub has of it, of
// starts from l.Since on. Marks may come in any order.
func Compare(kiosk string, l wire.Ledger, marks []call.Mark) Difference {
	upTo, without := Range(l)
	marks = slices.DeleteFunc(slices.Clone(marks), func(m call.Mark) bool { return m.Boot < l.Since })
	slices.SortFunc(marks, func(a, b call.Mark) int { return int(int64(a.Seq) - int64(b.Seq)) })
	d := Difference{Stored: len(marks)}
	missing := names{kiosk: kiosk}
	surplus := names{kiosk: kiosk}
	next, before := uint64(1), call.Mark{Boot: l.Since}
	gap := func(to uint64, after uint32) {
		for ; next < min(to, uint64(upTo)+1); next++ {
			if len(missing.all) == maxNames { // a kiosk may claim billions
				missing.more += int(min(to, uint64(upTo)+1) - next)
				break
			}
			if _, waits := slices.BinarySearch(without, uint32(next)); !waits {
				missing.add(uint32(next), before.Boot, after)
			}
		}
		next = max(next, to)
	}
	for i, m := range marks {
		gap(uint64(m.Seq), m.Boot)
		if m.Seq > l.Made || i > 0 && marks[i-1].Seq == m.Seq {
			surplus.add(m.Seq, m.Boot, m.Boot)
		}
		next, before = max(next, uint64(m.Seq)+1), m
	}
	gap(uint64(upTo)+1, 0)
	d.Missing, d.Surplus = missing.list(), surplus.list()
	return d
}

// names collects the names of presses.
type names struct {
	kiosk string
	all   []string
	more  int
}

// add names a press; its start is known when its neighbours are of one.
func (n *names) add(seq, before, after uint32) {
	if len(n.all) == maxNames {
		n.more++
		return
	}
	boot := "?"
	if before == after {
		boot = fmt.Sprint(after)
	}
	n.all = append(n.all, fmt.Sprintf("%s.%s.%d", n.kiosk, boot, seq))
}

func (n *names) list() []string {
	if n.more > 0 {
		return append(n.all, fmt.Sprintf("+%d", n.more))
	}
	return n.all
}
