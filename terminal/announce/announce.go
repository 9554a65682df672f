// Package announce decides what a kiosk says aloud and when. It is pure: it
// compares one moment with the last and gives the prompts to be said now. A
// page or a sound card says them; what is new cuts off what is being said.
//
// A kiosk must not become a nuisance that somebody unplugs: of its own faults
// it speaks by day only, and not more often than each Repeat.
package announce

import (
	"slices"
	"time"

	"huying/terminal/panel"
	"huying/terminal/prompt"
)

// Day is when a kiosk may speak of itself, by the hour of the wall clock.
const (
	DayFrom = 8
	DayTo   = 20
)

// Day reports whether people may be disturbed in an hour of the wall clock;
// -1, a clock that is not to be believed, is no reason to be silent.
func Day(hour int) bool { return hour < 0 || hour >= DayFrom && hour < DayTo }

// Repeat is how often a fault that stands is said again, Waiting how often a
// villager who waits is told to stay, Settle how long a line must be down
// before the kiosk speaks of it, Fresh how long what was said last is news.
const (
	Repeat  = time.Hour
	Waiting = 15 * time.Second
	Settle  = time.Minute
	Fresh   = 4 * time.Second
)

// LowBattery is the share, in percent, under which the battery is spoken of;
// a hub raises its ticket at the same.
const LowBattery = 20

// Moment is what the kiosk is now.
type Moment struct {
	View     panel.View
	Answered prompt.Code // who answered: the best of prompt.Answerer that there is
	Hour     int         // of the wall clock, 0 to 23; -1: the clock is not to be believed, and it counts as day
}

// Announcer remembers what was said. The zero value is ready.
type Announcer struct {
	was     Moment
	began   bool
	changed time.Duration // when the state came
	waited  time.Duration // when somebody was last told to wait
	said    map[prompt.Code]time.Duration
	down    time.Duration // since when no line is up
	isDown  bool
}

// Next gives what is to be said now, in order; nothing means: go on as you are.
// silence says that whatever is being said is to stop at once.
func (a *Announcer) Next(now time.Duration, m Moment) (say []prompt.Code, silence bool) {
	if a.said == nil {
		a.said = map[prompt.Code]time.Duration{}
	}
	was := a.was
	first := !a.began
	a.was, a.began = m, true
	a.line(now, m)
	v := m.View
	if v.Quiet || v.Down {
		a.changed = now
		return nil, !was.View.Quiet && !was.View.Down
	}
	moved := first || v.State != was.View.State || v.Call != was.View.Call || was.View.Down
	if moved && !first && waits(v.State) && waits(was.View.State) && v.Call == was.View.Call {
		return a.rings(now, v.State), false
	}
	if moved {
		a.changed, a.waited = now, now
	}
	switch {
	case moved && !first:
		say = a.arrived(was, m)
	case v.Key != was.View.Key && v.Key == panel.Urgent && v.Call == was.View.Call:
		return []prompt.Code{prompt.Upgraded}, false
	case waits(v.State) && now-a.waited >= Waiting:
		a.waited = now
		return []prompt.Code{waiting[v.State]}, false
	}
	if v.State == panel.Idle && len(say) == 0 {
		return a.idle(now, m), false
	}
	return say, false
}

// waiting is what somebody whose call is placed is told from time to time.
var waiting = map[panel.State]prompt.Code{panel.Received: prompt.Seeking, panel.Ringing: prompt.Ringing}

func waits(s panel.State) bool { return waiting[s] != "" }

// rings tells that somebody's page rings at last. Right after the press
// "received" says enough, and a page that goes is no news until it stays away.
func (a *Announcer) rings(now time.Duration, to panel.State) []prompt.Code {
	if to != panel.Ringing || now-a.waited < Fresh {
		return nil
	}
	a.waited = now
	return []prompt.Code{prompt.Ringing}
}

// states are the prompts of those states that always say the same.
var states = map[panel.State]prompt.Code{
	panel.Received: prompt.Received, panel.Ringing: prompt.Received, panel.Requeued: prompt.Requeued, panel.OnTheWay: prompt.OnTheWay,
	panel.WrapUp: prompt.WrapUp, panel.Ended: prompt.Ended, panel.NoLine: prompt.NoLine, panel.Rating: prompt.RateQuestion,
	panel.Practising: prompt.PracticeStarted, panel.Practised: prompt.PracticePassed, panel.Unpractised: prompt.PracticeFailed,
}

// arrived is what a new state says.
func (a *Announcer) arrived(was, m Moment) []prompt.Code {
	v := m.View
	switch v.State {
	case panel.Sending:
		if v.Key == panel.Urgent {
			return []prompt.Code{prompt.PressedUrgent, prompt.Sending}
		}
		return []prompt.Code{prompt.PressedEnquiry, prompt.Sending}
	case panel.Answered:
		return []prompt.Code{m.Answered}
	case panel.Rated:
		if v.Key == panel.Urgent {
			return []prompt.Code{prompt.RateBad}
		}
		return []prompt.Code{prompt.RateGood}
	case panel.Received, panel.Ringing:
		if was.View.State == panel.Idle { // so fast that "sending" was never shown
			return append(a.pressed(v), prompt.Received)
		}
	}
	if code, ok := states[v.State]; ok {
		return []prompt.Code{code}
	}
	return nil
}

func (a *Announcer) pressed(v panel.View) []prompt.Code {
	if v.Key == panel.Urgent {
		return []prompt.Code{prompt.PressedUrgent}
	}
	return []prompt.Code{prompt.PressedEnquiry}
}

// line notes since when no line is up.
func (a *Announcer) line(now time.Duration, m Moment) {
	isDown := !m.View.Home && !m.View.County
	if isDown && !a.isDown {
		a.down = now
	}
	a.isDown = isDown
}

// idle is what a kiosk says of itself when nobody needs it.
func (a *Announcer) idle(now time.Duration, m Moment) []prompt.Code {
	var say []prompt.Code
	day := Day(m.Hour)
	for _, x := range a.standing(now, m) {
		at, before := a.said[x.code]
		switch {
		case x.on && day && (!before || now-at >= Repeat):
			a.said[x.code] = now
			say = append(say, x.code)
		case !x.on && before:
			delete(a.said, x.code)
			if x.over != "" && day {
				say = append(say, x.over)
			}
		}
	}
	return say
}

// complaint is a fault that is said, and what is said when it is over.
type complaint struct {
	code prompt.Code
	on   bool
	over prompt.Code
}

func (a *Announcer) standing(now time.Duration, m Moment) []complaint {
	v := m.View
	fault := func(code string, parts ...string) bool {
		return slices.ContainsFunc(v.Faults, func(f panel.Fault) bool {
			return f.Code == code && (len(parts) == 0 || slices.Contains(parts, f.Part))
		})
	}
	p := v.Power
	battery := p != nil && !p.Mains
	low := battery && p.Percent >= 0 && p.Percent < LowBattery
	return []complaint{
		{prompt.NoLineIdle, a.isDown && now-a.down >= Settle, prompt.LineBack},
		{prompt.BatteryLow, low, ""},
		{prompt.OnBattery, battery, prompt.MainsBack},
		{prompt.KeyStuckUrgent, fault("key_stuck", "red"), ""},
		{prompt.KeyStuckEnquiry, fault("key_stuck", "green"), ""},
		{prompt.KeyBrokenUrgent, fault("key_unreadable", "red"), ""},
		{prompt.KeyBrokenEnquiry, fault("key_unreadable", "green"), ""},
		{prompt.MicDead, fault("test_failed", "sound"), ""},
		{prompt.SelfTestFailed, fault("test_failed", "disk", "key_path", "press", "media"), ""},
	}
}
