package storetest

import (
	"encoding/json"
	"slices"
	"testing"

	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/site"
)

// reference is what a store should hold.
type reference struct {
	image  *site.Image
	order  []call.ID
	events map[call.ID][]site.FactRow
	logged map[eventlog.Identity]bool
}

func newReference() *reference {
	return &reference{image: site.NewImage(), events: map[call.ID][]site.FactRow{}, logged: map[eventlog.Identity]bool{}}
}

func (r *reference) apply(t *testing.T, s site.Save) {
	t.Helper()
	for _, c := range s.Calls {
		if _, known := r.image.Calls[c.ID]; !known {
			r.order = append(r.order, c.ID)
		}
	}
	r.image.Apply(s)
	for _, f := range s.Facts {
		key, err := eventlog.IdentityOf(f)
		must(t, err)
		if r.logged[key] {
			t.Fatalf("a site learned the same fact of a call twice, which the event log cannot hold: %+v", f)
		}
		r.logged[key] = true
		r.events[f.Call] = append(r.events[f.Call], f)
	}
}

// remembered is the image without what no site starts from.
func (r *reference) remembered() *site.Image {
	im := r.image.Copy()
	for id, c := range im.Calls {
		later := 0
		for other := range im.Calls {
			if other.Kiosk == id.Kiosk && id.Less(other.Mark) {
				later++
			}
		}
		if later >= site.Remember && c.Phase() == call.Closed {
			defer delete(im.Calls, id) // after the counting
		}
	}
	return im
}

func (r *reference) compareLog(t *testing.T, s Store) {
	t.Helper()
	var want []string
	for _, id := range slices.Backward(r.order) {
		c := r.image.Calls[id]
		want = append(want, text(t, c))
	}
	calls, err := s.Calls(t.Context(), 500, call.ID{})
	must(t, err)
	if len(calls) != len(want) {
		t.Fatalf("%d calls, want %d", len(calls), len(want))
	}
	for i, c := range calls {
		if got := text(t, c); got != want[i] {
			t.Fatalf("call in place %d:\nwant %s\ngot  %s", i, want[i], got)
		}
	}
	for id, facts := range r.events {
		events, err := s.Events(t.Context(), id)
		must(t, err)
		if len(events) != len(facts) {
			t.Fatalf("call %s has %d events, want %d", id, len(events), len(facts))
		}
		for i, e := range events {
			if e.From != facts[i].From || call.KindOf(e.Fact) != call.KindOf(facts[i].Fact) || text(t, e.Fact) != text(t, facts[i].Fact) {
				t.Fatalf("event %d of %s: %+v, want %+v", i, id, e, facts[i])
			}
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return string(data)
}
