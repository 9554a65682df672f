package site

import (
	"container/heap"
	"slices"
	"strings"

	"huying/internal/call"
)

// Maps are walked in a fixed order so that one seed gives one history.

func compareIDs(a, b call.PressID) int {
	if c := strings.Compare(a.Kiosk, b.Kiosk); c != 0 {
		return c
	}
	if a.Mark == b.Mark {
		return 0
	}
	if a.Mark.Less(b.Mark) {
		return -1
	}
	return 1
}

func sortedKeys[V any](m map[call.PressID]V) []call.PressID {
	ids := make([]call.PressID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

func sortedEntries(m map[call.ID]*entry) []call.ID  { return sortedKeys(m) }
func sortedCalls(m map[call.ID]call.Call) []call.ID { return sortedKeys(m) }

func (s *Site) sortedPeers() []*peer {
	ps := make([]*peer, 0, len(s.peers))
	for _, p := range s.peers {
		ps = append(ps, p)
	}
	slices.SortFunc(ps, func(a, b *peer) int { return strings.Compare(string(a.site), string(b.site)) })
	return ps
}

// dueHeap orders rungs by their time. Entries that were overtaken stay in it
// and are passed over when they come up.
type dueHeap struct{ items dueItems }

type dueItem struct {
	at call.Mono
	id call.ID
}

type dueItems []dueItem

func (h dueItems) Len() int      { return len(h) }
func (h dueItems) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h dueItems) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return compareIDs(h[i].id, h[j].id) < 0
}
func (h *dueItems) Push(x any) { *h = append(*h, x.(dueItem)) }
func (h *dueItems) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (d *dueHeap) push(at call.Mono, id call.ID) { heap.Push(&d.items, dueItem{at, id}) }

func (d *dueHeap) peek() (call.Mono, bool) {
	if len(d.items) == 0 {
		return 0, false
	}
	return d.items[0].at, true
}

// pop takes the first item that is due by now.
func (d *dueHeap) pop(now call.Mono) (call.Mono, call.ID, bool) {
	if len(d.items) == 0 || d.items[0].at > now {
		return 0, call.ID{}, false
	}
	x := heap.Pop(&d.items).(dueItem)
	return x.at, x.id, true
}
