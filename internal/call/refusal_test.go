package call

import "testing"

// Each refusal, and the state in which it is given.
func TestRefusals(t *testing.T) {
	ringing := func(d *desk) { d.press(Urgent) }
	green := func(d *desk) { d.press(Enquiry) }
	talking := func(d *desk) { d.press(Urgent); d.answer(li) }
	silent := func(d *desk) { talking(d); d.do(HangUp{Person: li}); d.confirm() }
	wrapUp := func(d *desk) {
		talking(d)
		d.do(Hear{Person: li})
		d.do(HangUp{Person: li})
		d.confirm()
		d.phase(WrapUp)
	}
	closed := func(d *desk) { wrapUp(d); d.do(solved(li)); d.phase(Closed) }
	empty := func(*desk) {}
	elsewhere := func(d *desk) {
		d.press(Urgent)
		d.do(Learn{Fact: Grant{Epoch: 1, Site: there, Person: wang, Live: true}})
	}
	nobody := Person{}

	for _, tc := range []struct {
		name  string
		given func(*desk)
		ev    Event
		code  string
	}{
		{"answer without a name", ringing, Answer{Person: nobody}, PersonMissing},
		{"answer what talks", talking, Answer{Person: wang}, CallTaken},
		{"answer what talks elsewhere", elsewhere, Answer{Person: li}, CallTaken},
		{"answer what is over", closed, Answer{Person: li}, CallClosed},
		{"answer what nobody pressed", empty, Answer{Person: li}, CallClosed},

		{"hang up what rings", ringing, HangUp{Person: li}, NotTalking},
		{"hang up another's talk", talking, HangUp{Person: wang}, NotTalking},
		{"hang up another site's talk", elsewhere, HangUp{Person: wang}, NotTalking},
		{"hang up twice", wrapUp, HangUp{Person: li}, NotTalking},
		{"hang up what is over", closed, HangUp{Person: li}, NotTalking},

		{"hear without talking", ringing, Hear{Person: li}, NotTalking},
		{"hear in another's talk", talking, Hear{Person: wang}, NotTalking},
		{"hear in another site's talk", elsewhere, Hear{Person: wang}, NotTalking},
		{"hear after hanging up", wrapUp, Hear{Person: li}, NotTalking},

		{"attend without who", ringing, Attend{Attended{By: li}}, PersonMissing},
		{"attend without by", ringing, Attend{Attended{Who: "村医"}}, PersonMissing},
		{"attend what is over", closed, visited(li), CallClosed},
		{"attend what nobody pressed", empty, visited(li), CallClosed},

		{"close without a name", wrapUp, Close{Closing{Disposition: "solved"}}, PersonMissing},
		{"close without a reason", wrapUp, Close{Closing{Person: li}}, ReasonMissing},
		{"close twice", closed, solved(li), CallClosed},
		{"close what nobody pressed", empty, solved(li), CallClosed},
		{"close what talks", talking, solved(li), StillTalking},
		{"close red that nobody answered", ringing, solved(li), SpeechNeeded},
		{"close red without speech (F23)", silent, solved(li), SpeechNeeded},
		{"close green that nobody answered", green, solved(li), NotAnswered},
		{"an event from nowhere", ringing, unheardOf{}, "unknown_event"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDesk(t)
			tc.given(d)
			d.refused(tc.ev, tc.code)
		})
	}
}

type unheardOf struct{}

func (unheardOf) event() {}

func TestARefusalNamesWhoIsInTheWay(t *testing.T) {
	if got := taken(Grant{Site: there, Person: wang}).Error(); got != "call: call_taken (p-wang)" {
		t.Fatal(got)
	}
	if got := refuse(CallClosed).Error(); got != "call: call_closed" {
		t.Fatal(got)
	}
}
