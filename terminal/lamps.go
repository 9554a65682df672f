package terminal

import (
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/terminal/announce"
	"huying/terminal/panel"
)

// ailments are the faults as a lamp can say them.
type ailments struct {
	broken  map[input.Key]bool // the key or its lamp cannot be relied on
	battery bool               // nearly empty
	other   bool
}

// diagnose sorts what is wrong by what the lamps have words for.
func diagnose(faults []panel.Fault, p *panel.Power) ailments {
	a := ailments{broken: map[input.Key]bool{}}
	for _, f := range faults {
		switch k := input.Key(f.Part); {
		case f.Code == FaultKeyStuck || f.Code == FaultKeyFault || f.Code == FaultKeyLost:
			a.broken[k] = true
		case f.Code == FaultLamp && k.Validate() == nil:
			a.broken[k] = true
		default:
			a.other = true
		}
	}
	a.battery = p != nil && !p.Mains && p.Percent >= 0 && p.Percent < announce.LowBattery
	return a
}

// scene says what the lamps and the buzzer say: the call on the lamp of its
// key, a fault of a key on the other key's lamp, and else what the whole kiosk
// suffers from. A lamp that is lit for a placed call stays lit until the call
// is over (F3).
func scene(p kiosk.Panel, a ailments) lamp.Scene {
	if p.Quiet {
		return lamp.Scene{Red: lamp.Dark, Green: lamp.Dark, Line: lamp.Dark, Buzzer: lamp.Dark, Hush: true}
	}
	s := lamp.Scene{Red: a.idle(input.Red, p), Green: a.idle(input.Green, p), Line: lamp.Dark, Buzzer: lamp.Dark}
	if p.Home || p.Last {
		s.Line = lamp.Placed
	}
	switch p.State {
	case kiosk.Sending:
		s = a.own(s, p.Key, lamp.Sending)
		if !p.Down { // a key still held may become a quiet call
			s.Buzzer = lamp.Click
		}
	case kiosk.Received:
		s = a.own(s, p.Key, lamp.Placed)
		s.Buzzer = lamp.Stored
	case kiosk.Ringing, kiosk.Requeued:
		s = a.own(s, p.Key, lamp.Ringing)
		s.Buzzer = lamp.Stored
	case kiosk.OnTheWay:
		s = a.own(s, p.Key, lamp.OnTheWay)
		s.Buzzer = lamp.Coming
	case kiosk.WrapUp:
		s = a.own(s, p.Key, lamp.Placed)
	case kiosk.Answered:
		s.Red, s.Green, s.Buzzer = lamp.Talking, lamp.Talking, lamp.Answered
	case kiosk.NoLine, kiosk.Unpractised:
		s.Red, s.Green, s.Buzzer = lamp.NoLine, lamp.NoLine, lamp.Unreached
	case kiosk.Rating:
		s.Red, s.Green, s.Buzzer = lamp.Rating, lamp.Rating, lamp.Ask
	case kiosk.Rated:
		s = a.own(s, p.Key, lamp.Placed)
		s.Buzzer = lamp.Click
	case kiosk.Practising:
		s.Red, s.Green, s.Buzzer = lamp.Practice, lamp.PracticeTurn, lamp.Ask
	case kiosk.Practised:
		s.Red, s.Green, s.Buzzer = lamp.Placed, lamp.Placed, lamp.Stored
	}
	return s
}

// idle is what a key's lamp says while nobody calls. A broken key's own lamp
// is dark, so that nobody is invited to press it.
func (a ailments) idle(k input.Key, p kiosk.Panel) lamp.Signal {
	switch {
	case a.broken[other(k)]:
		return lamp.OtherKey
	case a.broken[k]:
		return lamp.Dark
	case !p.Home && !p.Last:
		return lamp.NoLine
	case a.battery:
		return lamp.LowBattery
	case a.other:
		return lamp.OtherFault
	}
	return lamp.Idle
}

// own lets the lamp of the call's key speak of the call. The other one is dark
// unless it has to tell that the call's key is broken.
func (a ailments) own(s lamp.Scene, k call.Key, says lamp.Signal) lamp.Scene {
	rest := func(mine input.Key) lamp.Signal {
		if a.broken[mine] {
			return lamp.OtherKey
		}
		return lamp.Dark
	}
	if k == keys[input.Red] {
		s.Red, s.Green = says, rest(input.Red)
	} else {
		s.Red, s.Green = rest(input.Green), says
	}
	return s
}

func other(k input.Key) input.Key {
	if k == input.Red {
		return input.Green
	}
	return input.Red
}

// lampNews is what the loop hears of a lamp that cannot be driven, or can again.
type lampNews struct {
	fixture lamp.Fixture
	err     error
}

// lampTold raises the fault of a lamp while any fixture of its name fails.
func (l *loop) lampTold(m lampNews) {
	failing := l.dark[m.fixture.Name]
	if failing == nil {
		failing = map[string]bool{}
		l.dark[m.fixture.Name] = failing
	}
	why := ""
	if m.err != nil {
		failing[m.fixture.At], why = true, m.err.Error()
	} else {
		delete(failing, m.fixture.At)
	}
	l.fault(FaultLamp+":"+string(m.fixture.Name), len(failing) > 0, why)
}

// lostShown is how long the loss of key events stays a fault: it is over at
// once, but lamps must show it and hubs must count it.
const lostShown = 10 * time.Minute

// overrun tells that events of a key were lost: a press may be among them.
func (l *loop) overrun(e input.Event) {
	l.log.Warn("key events were lost", "key", string(e.Key), "lost", e.N)
	l.lostAt[e.Key] = time.Now()
	l.fault(FaultKeyLost+":"+string(e.Key), true, "events of the key were lost")
}

// forgive ends the fault of lost events.
func (l *loop) forgive() {
	for k, at := range l.lostAt {
		if time.Since(at) >= lostShown {
			delete(l.lostAt, k)
			l.fault(FaultKeyLost+":"+string(k), false, "")
		}
	}
}
