package hub_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/site"
	"huying/internal/wire"
)

func TestFirstCall(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")

	v.press(call.Urgent)
	v.shows(kiosk.Ringing)
	c := wang.ringing()
	if c.Point.Name != "流坑村" || c.Key != "urgent" {
		t.Fatalf("rings %s %s, want the red key of 流坑村", c.Point.Name, c.Key)
	}
	must(t, wang.answer(c.ID))
	if p := v.shows(kiosk.Answered); p.Grant.Person.Name != "王（虚构）" || p.Grant.Person.Post != "接线员" {
		t.Fatalf("the kiosk shows %+v", p.Grant.Person)
	}
	wang.sees("that she talks", func(c view.Call) bool { return c.Phase == view.Talking })

	// F23: a red call without speech rings on and cannot be closed.
	must(t, wang.hangUp(c.ID))
	wang.sees("that it rings on", func(c view.Call) bool { return c.Phase == view.Ringing })
	if code := codeOf(wang.close(c.ID)); code != "speech_needed" {
		t.Fatalf("closing a red call without speech: %q", code)
	}
	must(t, wang.answer(c.ID))
	wang.sees("that she talks", func(c view.Call) bool { return c.Phase == view.Talking })
	must(t, wang.speech(c.ID))
	must(t, wang.hangUp(c.ID))
	wang.sees("wrap-up", func(c view.Call) bool { return c.Phase == view.WrapUp })
	must(t, wang.close(c.ID))
	end := wang.sees("the end", func(c view.Call) bool { return c.Phase == view.Closed })
	if end.Closing == nil || end.Closing.Person.ID != "p1" || end.Closing.Disposition != "solved" {
		t.Fatalf("closing %+v", end.Closing)
	}
	v.shows(kiosk.Rating)
	v.press(call.Enquiry)
	v.shows(kiosk.Rated)
	wang.sees("that it was good", func(c view.Call) bool { return c.Rating == "good" && c.Phase == view.Closed && c.Presses == 1 })
}

// A lesson goes the whole way and rings nobody; a quiet call is shown as one.
func TestPracticeRingsNobodyAndQuietIsShown(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")
	v.step(kiosk.Press{Key: call.Enquiry, At: time.Now(), Purpose: call.ForPractice})
	v.shows(kiosk.Practised)
	v.step(kiosk.Press{Key: call.Enquiry, At: time.Now(), Purpose: call.ForQuiet})
	if c := wang.ringing(); !c.Quiet || c.Presses != 1 {
		t.Fatalf("rings %+v", c)
	}
}

func TestTwoAnswerAtOnce(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang, liu := w.operator("wang", "mima-wang-1"), w.operator("liu", "mima-liu-22")
	v.press(call.Enquiry)
	c := wang.ringing()
	liu.ringing()
	var errs [2]error
	var wg sync.WaitGroup
	wg.Go(func() { errs[0] = wang.answer(c.ID) })
	wg.Go(func() { errs[1] = liu.answer(c.ID) })
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("answers: %v, %v; want exactly one", errs[0], errs[1])
	}
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	var p *problem
	if !errors.As(lost, &p) || p.Code != "call_taken" || p.Detail == "" {
		t.Fatalf("the other is told %v", lost)
	}
	v.shows(kiosk.Answered)
}

func TestPageGoneInMidCall(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")
	liu := w.operator("liu", "mima-liu-22")
	v.press(call.Urgent)
	c := wang.ringing()
	must(t, wang.answer(c.ID))
	v.shows(kiosk.Answered)
	wang.live.Close()
	v.shows(kiosk.Requeued)
	again := liu.sees("that it rings again", func(c view.Call) bool { return c.RingsMe && c.Requeued == 1 })
	must(t, liu.answer(again.ID))
	v.shows(kiosk.Answered)
}

func TestHubRestartsInMidRing(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	v.press(call.Urgent)
	v.heard(wire.TPressAck)
	w.restart()
	wang := w.operator("wang", "mima-wang-1")
	c := wang.ringing()
	v.connect(w)
	wang.sees("the kiosk again", func(c view.Call) bool { return c.KioskOnline })
	must(t, wang.answer(c.ID))
	v.shows(kiosk.Answered)
}

func TestStoreAway(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")
	w.store.Down(errors.New("somebody pulled the plug"))
	v.press(call.Urgent)
	c := wang.sees("a call that is not stored", func(c view.Call) bool { return c.RingsMe && !c.Stored })
	v.heard(wire.TPressHold)
	must(t, wang.answer(c.ID))
	v.shows(kiosk.Answered)
	w.store.Down(nil)
	wang.sees("the call stored", func(c view.Call) bool { return c.Stored })
	v.heard(wire.TPressAck)
}

func TestDutyLeaderJoins(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang, chen := w.operator("wang", "mima-wang-1"), w.operator("chen", "mima-chen-3")
	v.press(call.Urgent)
	wang.ringing()
	chen.ringing()
	wang.sees("that it still rings here", func(c view.Call) bool { return c.RingsMe && c.Rung == 1 })
}

// A second process on the same data takes over; the first one ends rather
// than acknowledge what the second does not know.
func TestSecondProcessTakesOver(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	first := w.app
	second := *w
	second.store = w.store.Reopen()
	second.start()
	t.Cleanup(second.app.Stop)
	v.press(call.Urgent)
	select {
	case err := <-first.Failed():
		if !errors.Is(err, site.ErrSuperseded) {
			t.Fatalf("the first process ends with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the first process goes on")
	}
	v.connect(&second)
	wang := second.operator("wang", "mima-wang-1")
	wang.ringing()
	v.heard(wire.TPressAck)
}

// A hub that comes back in mid-talk finds the talk as it was, if the page and
// the kiosk come back too.
func TestHubRestartsInMidTalk(t *testing.T) {
	w := newTownship(t)
	v := w.village()
	wang := w.operator("wang", "mima-wang-1")
	v.press(call.Urgent)
	c := wang.ringing()
	must(t, wang.answer(c.ID))
	v.shows(kiosk.Answered)
	wang.sees("that she talks", func(c view.Call) bool { return c.Phase == view.Talking })
	must(t, wang.speech(c.ID))
	w.restart()
	v.connect(w)
	again := w.operator("wang", "mima-wang-1")
	still := again.sees("the same talk", func(c view.Call) bool { return c.Phase == view.Talking })
	if still.Requeued != 0 || still.Answerer.Person.ID != "p1" {
		t.Fatalf("%+v", still)
	}
	must(t, again.hangUp(c.ID))
	again.sees("wrap-up", func(c view.Call) bool { return c.Phase == view.WrapUp })
}
