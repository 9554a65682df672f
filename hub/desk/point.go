package desk

import (
	"time"

	"huying/hub/view"
	"huying/internal/call"
)

// stay is what a point does now and since when.
type stay struct {
	state view.PointState
	call  call.ID // zero: none is open
	since call.Mono
}

var pointStates = map[call.Phase]view.PointState{
	call.Ringing: view.PointRinging, call.Talking: view.PointTalking, call.WrapUp: view.PointWrapUp}

// urgency decides what a point with several open calls shows.
var urgency = map[view.PointState]int{view.PointWrapUp: 1, view.PointTalking: 2, view.PointRinging: 3}

func (d *Desk) point(kiosk string) view.Point {
	point, township, _ := d.cfg.Places.Point(kiosk)
	s := d.stay(kiosk)
	ago := d.now() - s.since
	out := view.Point{Kiosk: kiosk, Point: point, Township: township, State: s.state,
		SinceMS: ago.Milliseconds(), Since: time.Now().Add(-ago)}
	if s.call != (call.ID{}) {
		out.Call = s.call.String()
	}
	out.Health = d.lives.health(kiosk)
	return out
}

// stay looks at a point and remembers when it came into its state; it is
// called at each change, whether a page is open or not. A villager who rings
// has waited since the press, also when a talk was cut off in between. What is
// seen for the first time began as early as is known.
func (d *Desk) stay(kiosk string) stay {
	now, begun := d.look(kiosk)
	was, known := d.stays[kiosk]
	switch {
	case known && was.state == now.state && was.call == now.call:
		return was
	case !known || now.state == view.PointRinging:
		now.since = begun
	default:
		now.since = d.now()
	}
	d.stays[kiosk] = now
	return now
}

// look says what a point does now, and since when at the earliest: since the
// press, or since its line came or went.
func (d *Desk) look(kiosk string) (stay, call.Mono) {
	k := d.s.Kiosk(kiosk)
	now, begun := stay{state: view.PointIdle}, k.Since
	for _, id := range k.Open {
		v, _ := d.s.Call(id)
		c := &v.Call
		state, ok := pointStates[c.Phase()]
		if !ok || urgency[state] < urgency[now.state] {
			continue
		}
		now.state, now.call, begun = state, id, c.OpenedAt
	}
	if !k.Up && now.state == view.PointIdle {
		now.state = view.PointOffline
	}
	return now, begun
}
