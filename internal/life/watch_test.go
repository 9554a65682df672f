package life

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

var wang = call.Person{ID: "p1", Name: "王（虚构）", Post: "接线员"}

// station is a watch in virtual time, with kiosks that send a heartbeat each
// 30 s while they are alive.
type station struct {
	t      *testing.T
	w      *Watch
	now    time.Time
	alive  map[string]*wire.Health
	phase  map[string]time.Duration
	counts []Count
	raised []Escalated
	stored Image // what an honest store would hold
}

func newStation(t *testing.T, kiosks ...string) *station {
	s := &station{t: t, now: noon, alive: map[string]*wire.Health{}, phase: map[string]time.Duration{}}
	s.w = New(s.config(), Image{}, noon)
	for i, k := range kiosks {
		s.alive[k] = &wire.Health{}
		s.phase[k] = time.Duration(i*7%30) * time.Second
	}
	s.pass(30 * time.Second)
	return s
}

func (s *station) config() Config {
	return Config{Site: "361025105", Times: DefaultTimes(), Township: func(k string) string { return k[:9] }}
}

func village(n int) string { return fmt.Sprintf("361025105%03d-1", 200+n) }

func villages(n int) (out []string) {
	for i := range n {
		out = append(out, village(i))
	}
	return out
}

// pass lets time pass, second by second.
func (s *station) pass(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Second)
		for k, h := range s.alive {
			if s.now.Add(s.phase[k]).Sub(noon)%(30*time.Second) == 0 {
				s.take(s.w.Heard(s.now, k, false))
				s.take(s.w.Report(s.now, k, *h))
			}
		}
		s.take(s.w.Tick(s.now))
	}
}

// leap lets much time pass; kiosks say something once on the way.
func (s *station) leap(d time.Duration) {
	s.now = s.now.Add(d)
	for k, h := range s.alive {
		s.take(s.w.Heard(s.now, k, false))
		s.take(s.w.Report(s.now, k, *h))
	}
	s.take(s.w.Tick(s.now))
}

func (s *station) take(effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Count:
			s.counts = append(s.counts, e)
		case Escalated:
			s.raised = append(s.raised, e)
		case KioskChanged:
			k, _ := s.w.Kiosk(e.Kiosk)
			s.stored.Kiosks = append(slices.DeleteFunc(s.stored.Kiosks, func(x Kiosk) bool { return x.ID == k.ID }), onDisk(s.t, k))
		case TicketChanged:
			t, _ := s.w.Ticket(e.ID)
			s.stored.Next = max(s.stored.Next, t.N+1)
			s.stored.Tickets = append(slices.DeleteFunc(s.stored.Tickets, func(x Ticket) bool { return x.ID == t.ID }), onDisk(s.t, t))
		}
	}
}

// onDisk is a value as it comes back from the store.
func onDisk[T any](t *testing.T, v T) (back T) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// restart is a process that dies, and another one after a while.
func (s *station) restart(away time.Duration) {
	s.now = s.now.Add(away)
	s.w = New(s.config(), s.stored, s.now)
}

func (s *station) die(kiosks ...string) {
	for _, k := range kiosks {
		delete(s.alive, k)
	}
}

func (s *station) revive(kiosks ...string) {
	for _, k := range kiosks {
		s.alive[k] = &wire.Health{}
	}
}

// tickets gives what is listed, as "code phase", and "gone" when its fault is
// over.
func (s *station) tickets() string {
	var out []string
	for _, t := range s.w.Tickets() {
		line := t.Code + " " + string(t.Phase)
		if t.Part != "" {
			line = t.Code + ":" + t.Part + " " + string(t.Phase)
		}
		if !t.Present {
			line += " gone"
		}
		if t.Phase != Closed || t.Present {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (s *station) want(tickets string) {
	s.t.Helper()
	if got := s.tickets(); got != tickets {
		s.t.Fatalf("after %v the tickets are %q, want %q", s.now.Sub(noon), got, tickets)
	}
}

// one gives the ticket of a code.
func (s *station) one(code string) Ticket {
	s.t.Helper()
	var found []Ticket
	for _, t := range s.w.Tickets() {
		if t.Code == code {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		s.t.Fatalf("%d tickets of %s, want 1", len(found), code)
	}
	return found[0]
}

func (s *station) do(code string, a Action, note string) {
	s.t.Helper()
	effects, err := s.w.Do(s.now, s.one(code).ID, a, wang, "361025105", note)
	if err != nil {
		s.t.Fatal(err)
	}
	s.take(effects)
}

func (s *station) state(k string) State { return s.w.Summary(k).State }

// A kiosk is offline within 90 s of its last heartbeat, and back with its next
// word; the ticket says how long.
func TestOfflineAndRestored(t *testing.T) {
	s := newStation(t, villages(8)...)
	s.pass(10 * time.Minute)
	s.want("")
	k := village(0)
	s.die(k)
	last := s.w.kiosks[k].Heard
	for s.state(k) != Offline {
		s.pass(time.Second)
		if s.now.Sub(last) > 90*time.Second {
			t.Fatalf("not offline %v after the last word", s.now.Sub(last))
		}
	}
	if s.now.Sub(last) < 60*time.Second {
		t.Fatalf("offline after %v, one lost heartbeat is enough", s.now.Sub(last))
	}
	s.pass(DefaultTimes().Gather + 2*time.Second)
	s.want("offline open")
	s.revive(k)
	s.pass(31 * time.Second)
	s.want("")
	x := s.one(CodeOffline)
	if x.Phase != Closed || x.BeganAt != last || x.Lasted(s.now) < 2*time.Minute || x.Lasted(s.now) > 3*time.Minute {
		t.Fatalf("%+v lasted %v", x, x.Lasted(s.now))
	}
	if s.state(k) != Well {
		t.Fatalf("the kiosk is %s", s.state(k))
	}
}

// Thirty kiosks that fall silent are one alarm; the few that do not come back
// with the others are on their own, and as old as the outage.
func TestATownshipsOutageIsOneAlarm(t *testing.T) {
	s := newStation(t, villages(40)...)
	s.pass(time.Minute)
	s.die(villages(30)...)
	s.pass(2 * time.Minute)
	s.want("outage open")
	if x := s.one(CodeOutage); len(x.Members) != 30 || x.Subject != "361025105-all" || x.Kiosk != "" || !x.Red() {
		t.Fatalf("%d members of %+v", len(x.Members), x)
	}
	s.pass(20 * time.Minute)
	opened := s.one(CodeOutage).OpenedAt
	s.revive(villages(28)...)
	s.pass(31 * time.Second)
	s.want("")
	s.pass(time.Minute)
	s.want("offline open, offline open")
	if x := s.one(CodeOutage); x.Phase != Closed || x.Lasted(s.now) < 22*time.Minute || x.Lasted(s.now) > 24*time.Minute {
		t.Fatalf("the outage is %s and lasted %v", x.Phase, x.Lasted(s.now))
	}
	for _, x := range s.w.Tickets() {
		if x.Code == CodeOffline && x.OpenedAt != opened {
			t.Fatalf("%s opened at %v, the outage at %v", x.ID, x.OpenedAt, opened)
		}
	}
}

func TestFewerThanHalfAreAlarmsOfTheirOwn(t *testing.T) {
	for _, c := range []struct{ all, dead, alarms int }{{40, 19, 19}, {40, 20, 1}, {4, 2, 2}, {4, 3, 1}, {2, 2, 2}, {3, 3, 1}} {
		s := newStation(t, villages(c.all)...)
		s.die(villages(c.dead)...)
		s.pass(3 * time.Minute)
		if n := strings.Count(s.tickets(), "open"); n != c.alarms {
			t.Errorf("%d dead of %d: %d alarms, want %d: %s", c.dead, c.all, n, c.alarms, s.tickets())
		}
	}
}

// A storm that rolls over the township takes the alarms that were there before
// it into the one, but not those that somebody is at.
func TestAStormTakesInWhatNobodyHasTouched(t *testing.T) {
	s := newStation(t, villages(10)...)
	s.die(village(0), village(1))
	s.pass(150 * time.Second)
	s.want("offline open, offline open")
	for _, x := range s.w.Tickets() {
		if x.Kiosk == village(1) {
			if _, err := s.w.Do(s.now, x.ID, Take, wang, "361025105", ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.die(villages(6)...)
	s.pass(3 * time.Minute)
	s.want("offline taken, outage open")
	if x := s.one(CodeOutage); len(x.Members) != 5 || slices.Contains(x.Members, village(1)) {
		t.Fatalf("members %v", x.Members)
	}
}

// A hub that slept wakes before the frames that wait in its sockets.
func TestAHubThatSleptCriesNoWolf(t *testing.T) {
	s := newStation(t, villages(10)...)
	s.now = s.now.Add(10 * time.Minute)
	s.take(s.w.Tick(s.now))
	s.now = s.now.Add(time.Second)
	s.take(s.w.Tick(s.now))
	s.leap(time.Second)
	s.pass(time.Minute)
	if len(s.w.Tickets()) != 0 {
		t.Fatal(s.w.Tickets())
	}
}

// Without mains the kiosks are alive and say so: one power cut.
func TestAPowerCutIsOneTicket(t *testing.T) {
	s := newStation(t, villages(6)...)
	for _, k := range villages(5) {
		s.alive[k] = &wire.Health{Power: &wire.Power{Percent: 80}}
	}
	s.pass(time.Minute)
	s.want("power_cut open")
	s.alive[village(0)].Power.Percent = 12
	s.pass(time.Minute)
	s.want("battery_low open, power_cut open")
	for _, k := range villages(5) {
		s.alive[k] = &wire.Health{Power: &wire.Power{Mains: true, Percent: 80}}
	}
	s.pass(time.Minute)
	s.want("")
}

// The two hours, as a function of time (F102).
func TestNoStopGapWithinTwoHoursGoesUp(t *testing.T) {
	s := newStation(t, village(0))
	s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.pass(31 * time.Second)
	s.want("key_stuck:red open")
	s.do("key_stuck", Take, "")
	opened := s.one("key_stuck").OpenedAt
	s.leap(2*time.Hour - s.now.Sub(opened) - time.Second)
	if len(s.raised) != 0 {
		t.Fatalf("went up after %v", s.now.Sub(opened))
	}
	s.leap(time.Second)
	if len(s.raised) != 1 || s.raised[0].Level != AtLeader {
		t.Fatalf("after two hours: %+v", s.raised)
	}
	s.leap(time.Hour)
	if len(s.raised) != 2 || s.raised[1].Level != AtCounty {
		t.Fatalf("after three hours: %+v", s.raised)
	}
	s.do("key_stuck", DoStopGap, "邻居家的电话已贴在门口")
	s.leap(24 * time.Hour)
	if x := s.one("key_stuck"); len(s.raised) != 2 || x.Phase != StopGap {
		t.Fatalf("a stop-gap stands, and yet %+v %+v", s.raised, x)
	}
	// It stood for so long that somebody must say that it is over.
	s.alive[village(0)] = &wire.Health{}
	s.leap(time.Minute)
	if x := s.one("key_stuck"); x.Phase != StopGap || x.Present {
		t.Fatalf("%+v", x)
	}
	s.do("key_stuck", Close, "")
	if x := s.one("key_stuck"); x.Phase != Closed {
		t.Fatalf("%+v", x)
	}
}

func TestAStopGapInTimeGoesNowhere(t *testing.T) {
	s := newStation(t, village(0))
	s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.pass(31 * time.Second)
	s.leap(119 * time.Minute)
	s.do("key_stuck", DoStopGap, "村医已知道")
	s.leap(5 * time.Hour)
	if len(s.raised) != 0 {
		t.Fatalf("%+v", s.raised)
	}
}

// A fault that comes and goes is one ticket, and does not escape the two hours.
func TestAFlappingFaultIsOneTicket(t *testing.T) {
	s := newStation(t, village(0))
	for range 13 {
		s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
		s.leap(5 * time.Minute)
		s.alive[village(0)] = &wire.Health{}
		s.leap(5 * time.Minute)
	}
	x := s.one("key_stuck")
	if x.Returns != 12 || x.Phase == Closed || len(s.raised) != 1 {
		t.Fatalf("came back %d times, is %s, went up %v", x.Returns, x.Phase, s.raised)
	}
	s.do("key_stuck", Close, "")
	s.leap(DefaultTimes().Flap + time.Minute)
	s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.leap(time.Minute)
	if y := s.one("key_stuck"); y.ID == x.ID || y.Returns != 0 {
		t.Fatalf("much later it is the same ticket: %+v", y)
	}
}

// A repair that does not end the fault was none.
func TestARepairThatDoesNotHold(t *testing.T) {
	s := newStation(t, village(0))
	s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.pass(31 * time.Second)
	if _, err := s.w.Do(s.now, s.one("key_stuck").ID, DoRepaired, wang, "", ""); err != NoteMissing {
		t.Fatalf("a repair without a word: %v", err)
	}
	s.do("key_stuck", DoRepaired, "换了按键")
	s.leap(29 * time.Minute)
	s.want("key_stuck:red repaired")
	s.leap(2 * time.Minute)
	s.want("key_stuck:red open")
	s.do("key_stuck", DoRepaired, "换了线")
	s.alive[village(0)] = &wire.Health{}
	s.leap(time.Minute)
	s.want("")
}

// Who closes what still stands says why, and that fault is quiet until it ends.
func TestClosingWhatStandsNeedsAReason(t *testing.T) {
	s := newStation(t, village(0))
	s.alive[village(0)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.pass(31 * time.Second)
	if _, err := s.w.Do(s.now, s.one("key_stuck").ID, Close, wang, "", ""); err != NoteMissing {
		t.Fatalf("%v", err)
	}
	if _, err := s.w.Do(s.now, s.one("key_stuck").ID, Close, call.Person{}, "", "x"); err != PersonMissing {
		t.Fatalf("%v", err)
	}
	s.do("key_stuck", Close, "冬季停用")
	s.leap(100 * time.Hour)
	s.restart(time.Minute)
	s.leap(time.Minute)
	if x := s.one("key_stuck"); x.Phase != Closed || !x.Present || x.Level != AtTownship {
		t.Fatalf("%+v", x)
	}
	if _, err := s.w.Do(s.now, s.one("key_stuck").ID, Take, wang, "", ""); err != TicketClosed {
		t.Fatalf("%v", err)
	}
	if _, err := s.w.Do(s.now, "nonsense", Take, wang, "", ""); err != UnknownTicket {
		t.Fatalf("%v", err)
	}
}

func TestOverdueTests(t *testing.T) {
	s := newStation(t, village(0))
	start := s.w.kiosks[village(0)].Watched
	proven := func(by By) { s.take(s.w.Proven(s.now, village(0), by)) }
	s.leap(26*time.Hour - s.now.Sub(start))
	s.want("")
	s.leap(time.Second)
	s.want("self_test_overdue open")
	if s.state(village(0)) != Overdue {
		t.Fatal(s.state(village(0)))
	}
	proven(BySelfTest)
	s.want("")
	for s.now.Sub(start) < 8*24*time.Hour-24*time.Hour {
		s.leap(24 * time.Hour)
		proven(BySelfTest)
	}
	s.want("")
	s.leap(8*24*time.Hour - s.now.Sub(start) + time.Second)
	proven(BySelfTest)
	s.want("human_test_overdue open")
	proven(ByPractice)
	s.want("")
	if p := s.w.Summary(village(0)).Proven; p.By != ByPractice || p.At != s.now {
		t.Fatalf("proven %+v", p)
	}
	s.leap(time.Second)
	proven(ByCall)
	if p := s.w.Summary(village(0)).Proven; p.By != ByCall {
		t.Fatalf("proven %+v", p)
	}
}

// A kiosk that was away for days has time to make up for its tests.
func TestWhoComesBackIsNotOverdueAtOnce(t *testing.T) {
	s := newStation(t, village(0), village(1), village(2), village(3))
	s.die(village(0))
	for range 40 {
		s.leap(time.Hour)
		for i := 1; i < 4; i++ {
			s.take(s.w.Proven(s.now, village(i), BySelfTest))
		}
	}
	s.revive(village(0))
	s.pass(time.Minute)
	s.want("offline open gone")
	s.leap(time.Hour)
	s.want("offline open gone")
	s.leap(time.Hour)
	s.want("offline open gone, self_test_overdue open")
}

func TestATestThatFailedIsAFault(t *testing.T) {
	s := newStation(t, village(0))
	s.alive[village(0)] = &wire.Health{Tests: []wire.Test{{Name: "sound", Result: wire.Failed, Detail: "no tone"}, {Name: "disk", Result: wire.Passed}}}
	s.pass(time.Minute)
	s.want("test_failed:sound open")
	s.alive[village(0)] = &wire.Health{Tests: []wire.Test{{Name: "sound", Result: wire.Passed, AgeMS: 1000}}}
	s.pass(time.Minute)
	s.want("")
	if p := s.w.Summary(village(0)).Proven; p.By != BySound {
		t.Fatalf("%+v", p)
	}
}

// Whatever stood before a restart stands after it, and nobody is offline only
// because the hub was away.
func TestRestart(t *testing.T) {
	s := newStation(t, villages(6)...)
	s.die(village(0))
	s.alive[village(1)] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}
	s.pass(3 * time.Minute)
	s.take(s.w.Raise(s.now, "361025105-all", CodeSiteSilent, "", ""))
	s.want("key_stuck:red open, offline open, site_silent open")
	id := s.one("key_stuck").ID
	s.restart(time.Hour)
	s.take(s.w.Tick(s.now))
	if s.state(village(2)) == Offline {
		t.Fatal("offline because the hub was away")
	}
	s.pass(75 * time.Second)
	s.want("key_stuck:red open, offline open, site_silent open")
	s.pass(2 * time.Minute)
	s.take(s.w.Raise(s.now, "361025105-all", CodeSiteSilent, "", ""))
	s.want("key_stuck:red open, offline open, site_silent open")
	if s.one("key_stuck").ID != id {
		t.Fatal("another ticket for the same fault")
	}
	s.leap(time.Hour)
	if len(s.raised) != 3 {
		t.Fatalf("the two hours begin anew with a restart: %+v", s.raised)
	}
	s.take(s.w.Lower(s.now, "361025105-all", CodeSiteSilent, ""))
	s.want("key_stuck:red open, offline open, site_silent open gone")
}

// Rows that a clock wrote which was put back since must not keep a dead kiosk
// alive until that time comes again.
func TestAClockThatWasPutBackHidesNobody(t *testing.T) {
	s := newStation(t, villages(6)...)
	s.die(village(0))
	s.restart(-time.Hour)
	s.pass(2 * time.Minute)
	if got := s.state(village(0)); got != Offline {
		t.Fatalf("a kiosk that is dead is %s", got)
	}
}

func TestARetiredKioskIsMissedByNobody(t *testing.T) {
	s := newStation(t, villages(3)...)
	s.die(village(0))
	s.pass(3 * time.Minute)
	s.want("offline open")
	s.take(s.w.Retire(s.now, village(0)))
	s.want("")
	s.restart(time.Minute)
	s.pass(48 * time.Hour / 60)
	s.want("")
	if s.state(village(0)) != Retired {
		t.Fatal(s.state(village(0)))
	}
	s.revive(village(0))
	s.pass(time.Minute)
	s.die(village(0))
	s.pass(3 * time.Minute)
	s.want("offline open")
}

func TestTheHubsOwnFaultOfAKiosk(t *testing.T) {
	s := newStation(t, village(0))
	s.take(s.w.Raise(s.now, village(0), CodeClone, "", "boots 3 and 4"))
	s.take(s.w.Raise(s.now, village(0), CodeClone, "", "boots 3 and 4"))
	s.want("clone open")
	s.take(s.w.Lower(s.now, village(0), CodeClone, ""))
	s.want("")
}

// TestAKioskThatRavesFillsNothing: it has a new fault and other results with
// each frame, and the hub keeps a bounded part of it. What the hub sees itself
// has its ticket all the same.
func TestAKioskThatRavesFillsNothing(t *testing.T) {
	id := village(0)
	s := newStation(t, id)
	tested := 0
	for i := range 1000 {
		h := wire.Health{Faults: []wire.Fault{{Code: fmt.Sprintf("f%d", i)}},
			Tests: []wire.Test{{Name: fmt.Sprintf("t%d", i), Result: wire.Failed}}}
		for _, e := range s.w.Report(s.now, id, h) {
			if _, is := e.(Tested); is {
				tested++
			}
		}
	}
	if n := len(s.w.Tickets()); n != maxTickets || tested != maxResults {
		t.Errorf("%d tickets and %d results are kept", n, tested)
	}
	s.take(s.w.Raise(s.now, id, CodeClone, "", ""))
	if _, is := s.ticketOf(id, CodeClone); !is {
		t.Error("a clone has no ticket")
	}
	s.pass(DefaultTimes().Flap + 3*time.Hour)
	s.alive[id] = &wire.Health{Faults: []wire.Fault{{Code: "key_stuck"}}, Tests: []wire.Test{{Name: "disk", Result: wire.Failed}}}
	s.pass(time.Minute)
	if _, is := s.ticketOf(id, "key_stuck"); !is {
		t.Error("and when it is sane again its faults have none")
	}
}

func (s *station) ticketOf(subject, code string) (Ticket, bool) {
	i := slices.IndexFunc(s.w.Tickets(), func(t Ticket) bool { return t.Subject == subject && t.Code == code })
	if i < 0 {
		return Ticket{}, false
	}
	return s.w.Tickets()[i], true
}
