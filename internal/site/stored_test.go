package site_test

import (
	"testing"

	"huying/internal/call"
	"huying/internal/site"
)

// A call counts as stored when the last of its presses is, whatever order the
// commits of several calls come in.
func TestStoredMeansEveryPressOfTheCall(t *testing.T) {
	h := newHall(t, county)
	h.held = true
	h.kiosk(press(1, 1, call.Urgent))
	h.kioskAs(theirs, pressOf(theirs, 1, 1, call.Urgent))
	h.kiosk(press(2, 1, call.Urgent))
	both := []call.ID{id(1), pressOf(theirs, 1, 1, call.Urgent).Call}
	for _, step := range []struct {
		saved  uint64
		stored []bool
		shown  int // calls that pages must see anew
	}{{0, []bool{false, false}, 0}, {1, []bool{false, false}, 1}, {2, []bool{false, true}, 1}, {3, []bool{true, true}, 1}, {3, []bool{true, true}, 0}} {
		took[site.Changed](h)
		h.do(site.Saved{N: step.saved})
		for i, id := range both {
			if v, _ := h.s.Call(id); v.Stored != step.stored[i] {
				t.Errorf("after save %d call %s: stored %t", step.saved, id, v.Stored)
			}
		}
		if got := len(took[site.Changed](h)); got != step.shown {
			t.Errorf("after save %d %d calls are shown anew, want %d", step.saved, got, step.shown)
		}
	}
}
