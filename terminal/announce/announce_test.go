package announce

import (
	"slices"
	"testing"
	"time"

	"huying/terminal/panel"
	"huying/terminal/prompt"
)

// kiosk is an announcer in virtual time.
type kiosk struct {
	t   *testing.T
	a   Announcer
	now time.Duration
	m   Moment
}

func idle(t *testing.T) *kiosk {
	k := &kiosk{t: t, m: Moment{Hour: 10, Answered: prompt.AnswererOperator}}
	k.m.View = panel.View{State: panel.Idle, Home: true, County: true}
	k.says()
	return k
}

// says looks and expects to hear just this.
func (k *kiosk) says(want ...prompt.Code) {
	k.t.Helper()
	if got, _ := k.a.Next(k.now, k.m); !slices.Equal(got, want) {
		k.t.Fatalf("at %v it says %v, want %v", k.now, got, want)
	}
}

func (k *kiosk) becomes(s panel.State, want ...prompt.Code) {
	k.t.Helper()
	k.m.View.State, k.m.View.Call = s, "k.1.1"
	k.says(want...)
	k.says() // and not twice
}

func TestACallIsToldStepByStep(t *testing.T) {
	k := idle(t)
	k.m.View.Key = panel.Enquiry
	k.becomes(panel.Sending, prompt.PressedEnquiry, prompt.Sending)
	k.m.View.Key = panel.Urgent
	k.says(prompt.Upgraded)
	k.becomes(panel.Received, prompt.Received)
	k.becomes(panel.Ringing) // a blink later: it was just told that somebody is called
	k.now += Waiting
	k.says(prompt.Ringing)
	k.says()
	k.becomes(panel.Answered, prompt.AnswererOperator)
	k.now += time.Hour
	k.says()
	k.becomes(panel.Requeued, prompt.Requeued)
	k.becomes(panel.OnTheWay, prompt.OnTheWay)
	k.becomes(panel.WrapUp, prompt.WrapUp)
	k.becomes(panel.Rating, prompt.RateQuestion)
	k.becomes(panel.Rated, prompt.RateBad)
	k.becomes(panel.Ended, prompt.Ended)
	k.becomes(panel.NoLine, prompt.NoLine)
}

func TestWhoWaitsIsToldWhetherItRings(t *testing.T) {
	k := idle(t)
	k.m.View.Key = panel.Urgent
	k.becomes(panel.Sending, prompt.PressedUrgent, prompt.Sending)
	k.becomes(panel.Received, prompt.Received)
	k.now += Waiting
	k.says(prompt.Seeking) // nobody has a page open
	k.now += Fresh
	k.becomes(panel.Ringing, prompt.Ringing)
	k.now += Fresh
	k.becomes(panel.Received) // a page is loaded anew
	k.becomes(panel.Ringing, prompt.Ringing)
	k.now += Waiting
	k.says(prompt.Ringing)
	k.becomes(panel.Answered, prompt.AnswererOperator)
}

func TestAFastHubIsToldWithTheKey(t *testing.T) {
	k := idle(t)
	k.m.View.Key = panel.Urgent
	k.becomes(panel.Received, prompt.PressedUrgent, prompt.Received)
	k = idle(t)
	k.m.View.Key = panel.Enquiry
	k.becomes(panel.Ringing, prompt.PressedEnquiry, prompt.Received)
}

func TestPracticeIsToldApart(t *testing.T) {
	k := idle(t)
	k.becomes(panel.Practising, prompt.PracticeStarted)
	k.becomes(panel.Practised, prompt.PracticePassed)
	k.becomes(panel.Unpractised, prompt.PracticeFailed)
}

// A held key may become a quiet call: not a word before that is known.
func TestAQuietCallIsQuietFromTheFirstMoment(t *testing.T) {
	k := idle(t)
	k.m.View.Key, k.m.View.Down = panel.Enquiry, true
	k.m.View.State, k.m.View.Call = panel.Sending, "k.1.1"
	if say, silence := k.a.Next(k.now, k.m); say != nil || !silence {
		t.Errorf("it says %v, silence %v", say, silence)
	}
	k.m.View.Down, k.m.View.Quiet = false, true
	for _, s := range []panel.State{panel.Sending, panel.Received, panel.Answered, panel.WrapUp} {
		k.becomes(s)
	}
}

func TestATapIsToldWhenTheKeyComesUp(t *testing.T) {
	k := idle(t)
	k.m.View.Key, k.m.View.Down = panel.Enquiry, true
	k.becomes(panel.Sending)
	k.m.View.Down = false
	k.says(prompt.PressedEnquiry, prompt.Sending)
}

func TestFaultsAreToldByDayAndNotAllTheTime(t *testing.T) {
	k := idle(t)
	k.m.View.Faults = []panel.Fault{{Code: "key_stuck", Part: "red"}}
	k.says(prompt.KeyStuckUrgent)
	k.now += Repeat - 1
	k.says()
	k.now++
	k.m.Hour = 22
	k.says()
	k.m.Hour = DayTo - 1
	k.says(prompt.KeyStuckUrgent)
	k.m.View.Faults = []panel.Fault{{Code: "test_failed", Part: "sound"}, {Code: "test_failed", Part: "press"}}
	k.says(prompt.MicDead, prompt.SelfTestFailed)
	k.m.Hour = -1 // a dead clock is no reason to be silent
	k.m.View.Faults = []panel.Fault{{Code: "key_unreadable", Part: "green"}}
	k.says(prompt.KeyBrokenEnquiry)
}

func TestTheLineIsToldWhenItStaysAway(t *testing.T) {
	k := idle(t)
	k.m.View.Home, k.m.View.County = false, false
	k.says()
	k.now += Settle
	k.says(prompt.NoLineIdle)
	k.m.View.County = true
	k.says(prompt.LineBack)
	k.m.View.County = false
	k.says()
	k.m.View.Home = true
	k.now += Settle
	k.says() // it came back before anybody was told
}

func TestPowerIsTold(t *testing.T) {
	k := idle(t)
	k.m.View.Power = &panel.Power{Percent: 80}
	k.says(prompt.OnBattery)
	k.m.View.Power = &panel.Power{Percent: LowBattery - 1}
	k.says(prompt.BatteryLow)
	k.m.View.Power = &panel.Power{Mains: true, Percent: 15}
	k.says(prompt.MainsBack)
	k.m.View.Power = nil
	k.says()
}

// A call interrupts whatever the kiosk had to say of itself.
func TestFaultsWaitForTheEndOfACall(t *testing.T) {
	k := idle(t)
	k.m.View.Key = panel.Urgent
	k.becomes(panel.Sending, prompt.PressedUrgent, prompt.Sending)
	k.m.View.Power = &panel.Power{Percent: 80}
	k.says()
	k.becomes(panel.Idle, prompt.OnBattery)
}
