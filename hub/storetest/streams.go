package storetest

import (
	"math"
	"slices"
	"strings"
	"testing"

	"huying/internal/call"
	"huying/internal/site"
)

const up call.Site = "361025"

func out(n uint64, id call.ID) site.OutRow {
	return site.OutRow{Peer: up, N: n, Call: id, Fact: call.Asked{By: "361025105"}}
}

func emptyOutbox(t *testing.T, s Store, reopen func() Store) {
	load(t, s)
	c := id("k-1", 1, 1)
	commit(t, s, site.Save{N: 1, Out: []site.OutRow{out(1, c), out(2, c)}, Have: []site.PeerMark{{Peer: up, N: 7}}})
	commit(t, s, site.Save{N: 2, Out: []site.OutRow{out(3, c)}, Sent: []site.PeerMark{{Peer: up, N: 2}}})
	im := load(t, s)
	if rows := im.Out[up]; len(rows) != 1 || rows[0] != out(3, c) {
		t.Fatalf("outbox %+v", rows)
	}
	commit(t, s, site.Save{N: 3, Sent: []site.PeerMark{{Peer: up, N: 3}}, Have: []site.PeerMark{{Peer: up, N: 6}}})
	im = load(t, reopen())
	if len(im.Out[up]) != 0 || im.NextN[up] != 4 || im.Have[up] != 7 {
		t.Fatalf("outbox %+v, next %d, have %d", im.Out[up], im.NextN[up], im.Have[up])
	}
}

func repeated(t *testing.T, s Store, reopen func() Store) {
	load(t, s)
	c := call.New(id("k-1", 1, 1))
	first := pressed(1, &c, c.ID)
	first.Out = []site.OutRow{out(1, c.ID)}
	second := pressed(2, &c, id("k-1", 1, 2))
	second.Out, second.Sent = []site.OutRow{out(2, c.ID)}, []site.PeerMark{{Peer: up, N: 1}}
	commit(t, s, first)
	commit(t, s, first, second)
	commit(t, s, first, second)
	commit(t, s, first) // out of order, as no caller does: a number given is given
	im := load(t, s)
	if rows := im.Out[up]; !slices.Equal(rows, []site.OutRow{out(2, c.ID)}) {
		t.Fatalf("an acknowledged fact came back: %+v", rows)
	}
	// The next process counts its saves from 1 again; its facts are news all
	// the same.
	s = reopen()
	load(t, s)
	third := pressed(1, &c, id("k-1", 1, 3))
	commit(t, s, third)
	commit(t, s, third)
	events, err := s.Events(t.Context(), c.ID)
	must(t, err)
	if len(events) != 3 {
		t.Fatalf("%d events, want 3: %+v", len(events), events)
	}
	for i, e := range events {
		f, ok := e.Fact.(call.Pressed)
		if !ok || f.Mark.Seq != uint32(i+1) || !e.At.Equal(noon) || e.From != "361025105" || e.Call != c.ID ||
			i > 0 && e.Seq <= events[i-1].Seq {
			t.Fatalf("event %d: %+v", i, e)
		}
	}
	if none, err := s.Events(t.Context(), id("k-1", 1, 9)); err != nil || len(none) != 0 {
		t.Fatalf("events of a call that never was: %v %v", none, err)
	}
}

func oddTexts(t *testing.T, s Store, _ func() Store) {
	load(t, s)
	c := call.New(id("k-1", math.MaxUint32, math.MaxUint32))
	save := pressed(1, &c, c.ID)
	note := strings.Repeat("\x00\\u0000\xff\"流坑", 100)
	f := call.Attended{Who: "p\x001", By: call.Person{ID: "p1", Name: "张\x00三"}, Note: note, At: noon, Through: c.Last}
	c.Merge(f)
	save.Calls = append(save.Calls, c)
	save.Facts = append(save.Facts, site.FactRow{Call: c.ID, Fact: f, From: "36\x00\xff"})
	save.Out = []site.OutRow{{Peer: up, N: math.MaxInt64 - 2, Call: c.ID, Fact: f}}
	commit(t, s, save)
	im := load(t, s)
	if got := im.Calls[c.ID]; got.Attended == nil || !strings.HasSuffix(got.Attended.Note, "流坑") {
		t.Fatalf("call %+v", got)
	}
	events, err := s.Events(t.Context(), c.ID)
	must(t, err)
	if len(events) != 2 || len(im.Out[up]) != 1 {
		t.Fatalf("%d events, outbox %+v", len(events), im.Out[up])
	}
}
