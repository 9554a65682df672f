package hub_test

import (
	"testing"
	"time"

	"huying/hub/view"
	"huying/internal/call"
)

// A point rings since the press, however late the hub hears of it; it talks
// since the answer, is written down since the hanging up, and so on.
func TestPointSinceWhen(t *testing.T) {
	const late = time.Minute
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")
	v.lost(call.Site(niutian.Code))
	v.press(call.Enquiry)
	v.mu.Lock()
	v.ahead += late
	v.mu.Unlock()
	v.connect(w)
	c := wang.ringing()
	wang.since(view.PointRinging, late, 2*late)
	must(t, wang.answer(c.ID))
	wang.since(view.PointTalking, 0, late/2)
	must(t, wang.hangUp(c.ID))
	wang.since(view.PointWrapUp, 0, late/2)
	must(t, wang.close(c.ID))
	wang.since(view.PointIdle, 0, late/2)
}

// since waits until the point of 流坑村 is in a state, and checks since when.
func (o *operator) since(state view.PointState, least, most time.Duration) {
	o.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case p := <-o.point:
			if p.Kiosk != liukeng || p.State != state {
				continue
			}
			if ago := time.Duration(p.SinceMS) * time.Millisecond; ago < least || ago > most {
				o.t.Fatalf("%s since %v, want %v to %v", state, ago, least, most)
			}
			return
		case <-deadline:
			o.t.Fatalf("the point was never %s", state)
		}
	}
}
