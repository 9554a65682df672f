package call

import (
	"slices"
	"testing"
	"time"
)

// The figures of the design, section 4.
func TestLaddersRingAtTheirTimes(t *testing.T) {
	for _, tc := range []struct {
		key   Key
		rungs []time.Duration
		asked time.Duration // the county is asked
	}{
		{Urgent, []time.Duration{0, 10 * time.Second, 20 * time.Second, 45 * time.Second, 60 * time.Second}, 20 * time.Second},
		{Enquiry, []time.Duration{0, 15 * time.Second, 30 * time.Second}, 30 * time.Second},
	} {
		t.Run(string(tc.key), func(t *testing.T) {
			d := newDesk(t)
			d.now = time.Hour // clocks start anywhere
			start := d.now
			d.press(tc.key)
			for i, at := range tc.rungs {
				if i > 0 {
					if due, ok := d.c.Due(&d.p); !ok || due != start+at {
						t.Fatalf("rung %d is due at %v (%v), want %v", i, due-start, ok, at)
					}
					d.now = start + at - 1
					d.do(Tick{})
					none[Climbed](d)
					d.now = start + at
					d.do(Tick{})
				}
				if got := effect[Climbed](d).Rung; got != i || d.c.Rung != i {
					t.Fatalf("on rung %d, want %d", got, i)
				}
				if asked := at >= tc.asked; d.c.Asked != asked {
					t.Fatalf("after %v the county was asked: %v", at, d.c.Asked)
				}
			}
			if due, ok := d.c.Due(&d.p); ok {
				t.Fatalf("a rung beyond the last is due at %v", due)
			}
			d.wait(time.Hour)
			d.phase(Ringing) // nobody but a person ends it
		})
	}
}

// A tick that comes late climbs all that is due at once, and the next rung
// keeps its own time.
func TestALateTickCatchesUp(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.now = 50 * time.Second
	d.do(Tick{})
	if d.c.Rung != 3 {
		t.Fatalf("on rung %d after 50 s, want 3", d.c.Rung)
	}
	if due, _ := d.c.Due(&d.p); due != 60*time.Second {
		t.Fatalf("next at %v, want 60 s", due)
	}
}

// A press that was 25 s on its way has waited 25 s.
func TestAnOldPressStartsWhereItsAgePutsIt(t *testing.T) {
	d := newDesk(t)
	d.now = time.Minute
	d.do(Learn{Fact: Pressed{Mark: Mark{1, 1}, Key: Urgent, At: noon}, Age: 25 * time.Second})
	d.rings(Seats, BackupPost, DutyLeader, VillageCadres, Parent)
	if d.c.OpenedAt != 35*time.Second {
		t.Fatalf("opened at %v, want 35 s", d.c.OpenedAt)
	}
}

func TestRedUpgradesGreenAndClimbsItsLadder(t *testing.T) {
	d := newDesk(t)
	d.press(Enquiry)
	d.wait(16 * time.Second)
	d.rings(Seats, BackupPost, DutyLeader, Neighbour)
	d.press(Urgent)
	if d.c.Key() != Urgent || d.c.Climbing != Urgent || d.c.Rung != 0 {
		t.Fatalf("key %s, climbing %s rung %d", d.c.Key(), d.c.Climbing, d.c.Rung)
	}
	d.rings(Seats, BackupPost, DutyLeader, Neighbour) // nobody is taken away
	d.wait(10 * time.Second)
	d.rings(Seats, BackupPost, DutyLeader, Neighbour, VillageCadres)
	d.press(Enquiry) // and it stays red
	if d.c.Key() != Urgent || d.c.Rung != 1 {
		t.Fatalf("a green press made it %s on rung %d", d.c.Key(), d.c.Rung)
	}
}

// Nobody knows how long a site was away: the next rung is due now (rule 7).
func TestRestartClimbsOneRung(t *testing.T) {
	d := newDesk(t)
	d.press(Urgent)
	d.now = 0 // a new process
	d.do(Restart{})
	if got := effect[Climbed](d).Rung; got != 1 {
		t.Fatalf("climbed to %d, want 1", got)
	}
	if due, _ := d.c.Due(&d.p); due != 10*time.Second {
		t.Fatalf("the rung after is due at %v, want 10 s", due)
	}
	d.do(Restart{})
	d.do(Restart{})
	d.do(Restart{})
	d.do(Restart{})
	if d.c.Rung != 4 {
		t.Fatalf("on rung %d after many restarts, want the last", d.c.Rung)
	}
}

// The top has nobody to ask.
func TestTheTopAsksNobody(t *testing.T) {
	d := newDesk(t)
	d.p = DefaultPolicy(there, false)
	d.press(Urgent)
	d.wait(2 * time.Minute)
	if d.c.Asked {
		t.Fatal("a site without a parent asked it")
	}
}

func TestLaddersThatRingNobodyAreRefused(t *testing.T) {
	if err := DefaultLadders().Validate(); err != nil {
		t.Fatal(err)
	}
	seats := []Post{Seats}
	for name, l := range map[string]Ladder{
		"none":          nil,
		"late start":    {{time.Second, seats}},
		"empty rung":    {{0, seats}, {time.Second, nil}},
		"not later":     {{0, seats}, {time.Second, seats}, {time.Second, seats}},
		"backwards":     {{0, seats}, {2 * time.Second, seats}, {time.Second, seats}},
		"nobody at 0 s": {{0, nil}},
	} {
		for _, k := range []Key{Urgent, Enquiry} {
			all := DefaultLadders()
			all[k] = l
			if all.Validate() == nil {
				t.Errorf("%s as the ladder of %s was accepted", name, k)
			}
		}
	}
	if (Ladders{Urgent: DefaultLadders()[Urgent]}).Validate() == nil {
		t.Error("a missing ladder was accepted")
	}
}

func TestAPostIsRungOnce(t *testing.T) {
	d := newDesk(t)
	d.p.Ladders[Urgent] = Ladder{{0, []Post{Seats}}, {time.Second, []Post{Seats, DutyLeader}}}
	d.press(Urgent)
	d.wait(2 * time.Second)
	if !slices.Equal(d.c.Rings, []Post{Seats, DutyLeader}) {
		t.Fatal(d.c.Rings)
	}
}
