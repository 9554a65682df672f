package call

import (
	"testing"
	"time"
)

func TestAClaimCarriesTheLastEpoch(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Answer{Person: li})
	if cl := effect[SendClaim](d); cl.After != 0 || cl.Person != li {
		t.Fatalf("%+v", cl)
	}
	d.phase(Ringing) // nobody talks until the kiosk says so
	d.grant()
	d.do(HangUp{Person: li})
	d.confirm()
	d.do(Answer{Person: wang})
	if cl := effect[SendClaim](d); cl.After != 1 {
		t.Fatalf("%+v, want after 1", cl)
	}
}

// F18: two operators, one talks, the other learns who.
func TestTwoOperatorsExactlyOne(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Answer{Person: li})
	if r := d.refused(Answer{Person: wang}, CallTaken); r.By != li || r.Site != here {
		t.Fatalf("told %+v, want who was faster", r)
	}
	d.do(Answer{Person: li}) // a double click is no second claim
	none[SendClaim](d)
	d.grant()
	if r := d.refused(Answer{Person: wang}, CallTaken); r.By != li || r.Site != here {
		t.Fatalf("told %+v, want who talks", r)
	}
}

// Another site was faster at the kiosk.
func TestAClaimThatLostTellsWho(t *testing.T) {
	other := Grant{Epoch: 1, Site: there, Person: wang, Live: true}
	for name, ev := range map[string]Event{
		"by the kiosk's no":      Denied{Grant: other},
		"by the register itself": Learn{Fact: other},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.press(Urgent)
			d.do(Answer{Person: li})
			d.do(ev)
			f := effect[ClaimFailed](d)
			if f.Person != li || f.Why.Code != CallTaken || f.Why.By != wang || f.Why.Site != there {
				t.Fatalf("%+v %+v", f, f.Why)
			}
			d.phase(Talking)
			if d.c.Claim != nil || d.c.RingsHere() {
				t.Fatal("it still claims or rings")
			}
		})
	}
}

// A site that was behind the kiosk's epoch claims again with the right one.
func TestADeniedClaimThatWasOnlyBehindIsSentAgain(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Answer{Person: li})
	d.do(Denied{Grant: Grant{Epoch: 5, Site: there, Person: wang, Ending: Dropped, Through: Mark{1, 1}}})
	if cl := effect[SendClaim](d); cl.After != 5 || cl.Person != li {
		t.Fatalf("%+v", cl)
	}
	none[ClaimFailed](d)
}

func TestADeniedClaimOfAClosedCall(t *testing.T) {
	d := newDesk(t)
	d.press(Enquiry)
	d.do(Answer{Person: li})
	cl := Closing{Person: wang, Site: there, Disposition: "solved", At: noon, Through: Mark{1, 1}}
	d.do(Denied{Closing: &cl})
	if f := effect[ClaimFailed](d); f.Why.Code != CallClosed {
		t.Fatalf("%+v", f.Why)
	}
	d.phase(Closed)
}

func TestASilentKioskFailsTheClaim(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Answer{Person: li})
	sent := 1
	for d.now < d.p.ClaimWait-250*time.Millisecond {
		d.wait(250 * time.Millisecond)
		for _, e := range d.out {
			if _, ok := e.(SendClaim); ok {
				sent++
			}
		}
	}
	if sent != 10 {
		t.Fatalf("the claim was sent %d times in 10 s, want one a second", sent)
	}
	d.wait(250 * time.Millisecond)
	if f := effect[ClaimFailed](d); f.Why.Code != KioskSilent || f.Person != li {
		t.Fatalf("%+v", f)
	}
	d.phase(Ringing)
	if !d.c.RingsHere() {
		t.Fatal("it stopped ringing")
	}
}

// A yes that comes after the claim was given up grants nobody: the site ends
// it at once, so that the call rings on.
func TestALateYesIsGivenBack(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Answer{Person: li})
	d.do(HangUp{Person: li}) // changed their mind
	d.do(Learn{Fact: Grant{Epoch: 1, Site: here, Person: li, Live: true}})
	if r := effect[SendRelease](d).Release; r.Epoch != 1 || r.Ending != Dropped {
		t.Fatalf("%+v", r)
	}
	d.phase(Ringing)
}

// A reload of the page fits into the grace; a closed one does not.
func TestAPageMayBeGoneForTheGrace(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.answer(li)
	d.do(Gone{Person: li.ID})
	d.wait(d.p.Grace - 250*time.Millisecond)
	d.do(Back{Person: li.ID})
	d.wait(time.Minute)
	d.phase(Talking)

	d.do(Gone{Person: wang.ID}) // somebody else's page
	d.wait(time.Minute)
	d.phase(Talking)

	d.do(Gone{Person: li.ID})
	d.wait(d.p.Grace)
	if r := effect[SendRelease](d).Release; r.Ending != Dropped || r.Epoch != 1 {
		t.Fatalf("%+v", r)
	}
	d.phase(Ringing)
}

// A dropped talk goes back to the head of the queue: it keeps its rungs and
// everybody whom it rang.
func TestADroppedTalkRingsAgainOnItsRung(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.wait(12 * time.Second)
	d.rings(Seats, BackupPost, DutyLeader, VillageCadres)
	d.answer(li)
	d.wait(time.Minute)
	if d.c.Rung != 1 {
		t.Fatal("it climbed while a person talked")
	}
	d.do(Gone{Person: li.ID})
	d.wait(d.p.Grace)
	d.rings(Seats, BackupPost, DutyLeader, VillageCadres)
	rangAt := d.now
	d.confirm()
	if d.c.Requeued != 1 {
		t.Fatalf("requeued %d times", d.c.Requeued)
	}
	if due, _ := d.c.Due(&d.p); due != rangAt+10*time.Second {
		t.Fatalf("the next rung is due %v after it rang again, want 10 s", due-rangAt)
	}
}

// The kiosk forgot the grant: its disk died, so nobody talks.
func TestAForgottenGrantIsGivenUp(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.do(Forgot{}) // nothing to forget
	none[SendRelease](d)
	d.answer(li)
	d.do(Forgot{})
	if r := effect[SendRelease](d).Release; r.Ending != Dropped {
		t.Fatalf("%+v", r)
	}
	d.phase(Ringing)
}

// A release is repeated until the kiosk confirms, and not after.
func TestAReleaseIsRepeatedUntilConfirmed(t *testing.T) {
	d := newDesk(t)
	d.press(Enquiry)
	d.answer(li)
	d.do(HangUp{Person: li})
	effect[SendRelease](d)
	d.wait(time.Second)
	effect[SendRelease](d)
	d.confirm()
	d.wait(time.Second)
	none[SendRelease](d)
	d.phase(WrapUp)
	if d.c.Busy() {
		t.Fatal("it still waits for something")
	}
}

// After a restart whoever talked has the grace to come back.
func TestATalkSurvivesTheRestartOfItsSite(t *testing.T) {
	for _, comesBack := range []bool{true, false} {
		d := newDesk(t)
		d.press(Urgent)
		d.answer(li)
		d.now = 0
		d.do(Restart{})
		d.wait(time.Second)
		if comesBack {
			d.do(Back{Person: li.ID})
		}
		d.wait(time.Minute)
		want := Ringing
		if comesBack {
			want = Talking
		}
		d.phase(want)
	}
}

// The kiosk's site and voice are gone, and it says so (lapse).
func TestALapsedGrantRingsAgain(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.answer(li)
	g := d.c.Grant
	g.Live, g.Ending, g.Through = false, Lapsed, d.c.Last
	d.do(Learn{Fact: g})
	d.phase(Ringing)
	d.rings(Seats)
	if d.c.Requeued != 1 {
		t.Fatal("not counted as requeued")
	}
}

// Doubt: the site that talked fell silent, so the call rings here and may be
// claimed, though the register still says that somebody talks.
func TestATalkInDoubtMayBeTaken(t *testing.T) {
	d := newDesk(t)
	d.p = DefaultPolicy(there, false)
	d.c.Why = Why{}
	d.press(Urgent)
	d.do(Learn{Fact: Grant{Epoch: 3, Site: here, Person: li, Live: true}})
	d.refused(Answer{Person: wang}, CallTaken)
	d.do(Doubt{On: true})
	d.rings(Seats)
	d.do(Answer{Person: wang})
	if cl := effect[SendClaim](d); cl.After != 3 {
		t.Fatalf("%+v, want after 3", cl)
	}
	d.do(Denied{Grant: Grant{Epoch: 3, Site: here, Person: li, Live: true}}) // the kiosk vouches
	if f := effect[ClaimFailed](d); f.Why.By != li {
		t.Fatalf("%+v", f.Why)
	}
	d.do(Doubt{On: false})
	if d.c.RingsHere() {
		t.Fatal("it rings without doubt")
	}
}

// What the old process waited for is gone with it: a release whose clock
// belongs to the old process would not be repeated for hours, and nobody
// could answer meanwhile.
func TestARestartForgetsWhatTheOldProcessWaitedFor(t *testing.T) {
	d := newDesk(t)
	d.now = time.Hour
	d.press(Urgent)
	d.answer(li)
	d.do(HangUp{Person: li})
	d.phase(Ringing)
	d.now = 0
	d.do(Restart{})
	if d.c.Releasing != nil || d.c.Claim != nil {
		t.Fatal(whole(t, d.c))
	}
	d.phase(Talking) // the kiosk was never told otherwise
	d.wait(d.p.Grace)
	none[SendRelease](d) // a site that was away itself waits longer for pages
	d.wait(d.p.Return)
	if r := effect[SendRelease](d).Release; r.Ending != Dropped {
		t.Fatalf("%+v", r)
	}
	d.wait(time.Second)
	effect[SendRelease](d)
}

// The talk that was in doubt is over and nobody talks: the county, which rang
// meanwhile, does not fall silent because the township rings again (rule 1).
func TestACallThatRangInDoubtRingsOn(t *testing.T) {
	for _, backFirst := range []bool{false, true} { // the township is heard before the end of its talk
		d := newDesk(t)
		d.p, d.c.Why = DefaultPolicy(there, false), Why{}
		d.press(Urgent)
		g := Grant{Epoch: 3, Site: here, Person: li, Live: true}
		d.do(Learn{Fact: g})
		d.do(Doubt{On: true})
		d.rings(Seats)
		if backFirst {
			d.do(Doubt{})
		}
		g.Live, g.Ending, g.Through = false, Lapsed, d.c.Last
		d.do(Learn{Fact: g})
		d.do(Doubt{})
		d.phase(Ringing)
		d.rings(Seats)
		d.answer(wang)
		d.do(HangUp{Person: wang})
		d.rings(Seats) // without speech
	}
}
