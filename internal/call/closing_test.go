package call

import (
	"strings"
	"testing"
	"time"
)

// F23, and what opens a call again.

func TestRedHungUpWithoutSpeechRingsOn(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.answer(li)
	d.do(HangUp{Person: li})
	d.phase(Ringing) // at once, before the kiosk has confirmed
	d.confirm()
	d.phase(Ringing)
	d.rings(Seats)
	d.refused(solved(li), SpeechNeeded)
	d.answer(li)
	d.do(Hear{Person: li})
	d.do(HangUp{Person: li})
	d.phase(WrapUp)
	d.do(solved(li))
	d.phase(Closed)
}

func TestGreenHungUpWithoutSpeechMayBeClosed(t *testing.T) {
	d := newDesk(t)
	d.press(Enquiry)
	d.answer(li)
	d.do(HangUp{Person: li})
	d.phase(WrapUp)
	d.do(solved(wang)) // whoever has the call before them
	d.phase(Closed)
	if cl := d.c.Closing; cl.Person != wang || cl.Site != here || cl.Through != d.c.Last {
		t.Fatalf("%+v", cl)
	}
}

// Somebody who was there counts as much as speech.
func TestAnAttendedRedCallMayBeClosed(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(visited(li))
	d.phase(Ringing) // people go on being rung until somebody ends it
	d.do(solved(li))
	d.phase(Closed)
}

// Speech of the first press says nothing of what happened at the second.
func TestSpeechBeforeALaterRedPressDoesNotCount(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.answer(li)
	d.do(Hear{Person: li})
	d.press(Urgent)
	d.do(HangUp{Person: li})
	d.phase(Ringing)
	d.refused(solved(li), SpeechNeeded)
}

func TestAttendanceBeforeALaterRedPressDoesNotCount(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(visited(li))
	d.press(Urgent)
	d.refused(solved(li), SpeechNeeded)
	d.do(visited(li))
	d.do(solved(li))
	d.phase(Closed)
}

// A green press after a red one that was spoken to needs an answer, not
// speech.
func TestAGreenPressAfterSpeechRingsAgain(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.answer(li)
	d.do(Hear{Person: li})
	d.do(HangUp{Person: li})
	d.confirm()
	d.press(Enquiry)
	d.phase(Ringing)
	d.refused(solved(li), NotAnswered)
	d.answer(li)
	d.do(HangUp{Person: li})
	d.do(solved(li))
	d.phase(Closed)
}

func closedCall(t *testing.T) *desk {
	d := newDesk(t)
	d.press(Enquiry)
	d.wait(20 * time.Second)
	d.answer(li)
	d.do(HangUp{Person: li})
	d.confirm()
	d.do(solved(li))
	d.phase(Closed)
	return d
}

func TestAClosedCallIsQuiet(t *testing.T) {
	d := closedCall(t)
	if d.c.RingsHere() || len(d.c.Rings) > 0 || d.c.Rung != -1 || d.c.Busy() {
		t.Fatal(whole(t, d.c))
	}
	if _, ok := d.c.Due(&d.p); ok {
		t.Fatal("a rung is due")
	}
	d.wait(time.Hour)
	d.phase(Closed)
}

func TestALaterPressOpensAClosedCallAgain(t *testing.T) {
	d := closedCall(t)
	d.press(Urgent)
	d.phase(Ringing)
	d.rings(Seats) // from the first rung: it is a new need
	d.answer(wang)
	d.do(Hear{Person: wang})
	d.do(HangUp{Person: wang})
	d.do(solved(wang))
	d.phase(Closed)
	if d.c.Closing.Person != wang {
		t.Fatal("the first closing stands for both")
	}
}

// A press that was made before the end and comes after it changes nothing.
func TestALatePressDoesNotOpenAClosedCall(t *testing.T) {
	d := newDesk(t)
	d.seq = 1
	d.press(Enquiry) // mark 2; mark 1 is still on its way
	d.answer(li)
	d.do(HangUp{Person: li})
	d.do(solved(li))
	d.do(Learn{Fact: Pressed{Mark: Mark{1, 1}, Key: Urgent, At: noon}})
	d.phase(Closed)
	if d.c.First != (Mark{1, 1}) || d.c.Key() != Urgent {
		t.Fatal(whole(t, d.c))
	}
}

// What a township asked of its county rings there, and being asked is heard
// before the press as well as after.
func TestAnAskedCountyRings(t *testing.T) {
	pressed := Pressed{Mark: Mark{1, 1}, Key: Urgent, At: noon}
	for _, order := range [][]Fact{{pressed, Asked{By: here}}, {Asked{By: here}, pressed}} {
		d := newDesk(t)
		d.p, d.c.Why = DefaultPolicy(there, false), Why{}
		d.do(Learn{Fact: order[0]})
		if d.c.RingsHere() {
			t.Fatalf("rings after %T alone", order[0])
		}
		d.do(Learn{Fact: order[1]})
		d.rings(Seats)
	}
}

// Reasons to ring only add up until the end.
func TestReasonsToRingOnlyAddUp(t *testing.T) {
	d := newDesk(t)
	d.p, d.c.Why = DefaultPolicy(there, false), Why{}
	d.press(Enquiry)
	d.do(Become{Why{Orphan: true}})
	d.rings(Seats)
	d.do(Become{Why{Direct: true}})
	d.do(Become{Why{}})
	if d.c.Why != (Why{Direct: true, Orphan: true}) {
		t.Fatalf("%+v", d.c.Why)
	}
}

// What could not be sent to the other sites must not be stored here either: it
// would stand in the outbox for ever, with everything behind it.
func TestWhatDoesNotFitIntoAFrameIsRefused(t *testing.T) {
	d := newDesk(t)
	d.press(Enquiry)
	long := strings.Repeat("<", 2000) // six bytes each as JSON
	d.refused(Attend{Attended: Attended{Who: "村医", By: li, Note: long}}, FieldWrong)
	d.do(Attend{Attended: Attended{Who: "村医", By: li}})
	d.refused(Close{Closing: Closing{Person: li, Disposition: "solved", Note: long}}, FieldWrong)
	d.do(Close{Closing: Closing{Person: li, Disposition: "solved", Note: strings.Repeat("长", 2000)}})
	d.phase(Closed)
}
