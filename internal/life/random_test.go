package life

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"huying/internal/wire"
)

// Whatever happens, in whatever order: a fault has exactly one ticket that
// stands, and a ticket that stands has a fault.
func TestRandomLives(t *testing.T) {
	var met struct{ outages, restarts, singles, flaps int }
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 5))
		kiosks := villages(3 + rng.IntN(10))
		s := newStation(t, kiosks...)
		for range 120 {
			k := kiosks[rng.IntN(len(kiosks))]
			switch rng.IntN(9) {
			case 0:
				s.die(k)
			case 1:
				s.die(kiosks[:rng.IntN(len(kiosks))]...)
			case 2:
				s.revive(kiosks...)
			case 3:
				s.revive(k)
			case 4:
				if h := s.alive[k]; h != nil {
					*h = wire.Health{Power: &wire.Power{Mains: rng.IntN(3) > 0, Percent: rng.IntN(101)}}
					if rng.IntN(2) == 0 {
						h.Faults = []wire.Fault{{Code: "key_stuck", Part: []string{"red", "green"}[rng.IntN(2)]}}
					}
				}
			case 5:
				s.someone(rng)
			case 6:
				if rng.IntN(4) == 0 {
					met.restarts++
					s.restart(time.Duration(rng.IntN(7200)) * time.Second)
				}
			case 7:
				s.take(s.w.Proven(s.now, k, []By{BySelfTest, ByPractice, ByCall}[rng.IntN(3)]))
				s.alive[k] = &wire.Health{}
			case 8:
				s.leap(time.Duration(rng.IntN(200)) * time.Minute)
			}
			s.pass(time.Duration(1+rng.IntN(90)) * time.Second)
			s.check(seed)
		}
		s.pass(DefaultTimes().Silent + DefaultTimes().Gather + 40*time.Second)
		s.check(seed)
		s.covered(seed)
		for _, x := range s.w.Tickets() {
			met.flaps += x.Returns
			if x.Code == CodeOutage {
				met.outages++
			} else if x.Code == CodeOffline {
				met.singles++
			}
		}
	}
	t.Logf("met %+v", met)
	if met.outages == 0 || met.restarts == 0 || met.singles == 0 || met.flaps == 0 {
		t.Fatalf("not everything was met: %+v", met)
	}
}

// someone does something with some ticket.
func (s *station) someone(rng *rand.Rand) {
	all := s.w.Tickets()
	if len(all) == 0 {
		return
	}
	x := all[rng.IntN(len(all))]
	effects, err := s.w.Do(s.now, x.ID, Actions[rng.IntN(len(Actions))], wang, "361025105", "做了")
	if err != nil && err != TicketClosed {
		s.t.Fatal(err)
	}
	s.take(effects)
}

// check holds at every moment.
func (s *station) check(seed uint64) {
	s.t.Helper()
	stands := map[key]string{}
	member := map[string]string{}
	for _, x := range s.w.Tickets() {
		if x.Present == !x.EndedAt.IsZero() || x.EndedAt.Before(x.BeganAt) && !x.Present || x.OpenedAt.Before(x.BeganAt) {
			s.t.Fatalf("seed %d: times of %+v", seed, x)
		}
		if !x.Present {
			continue
		}
		if other := stands[x.key()]; other != "" {
			s.t.Fatalf("seed %d: %s and %s stand for one fault", seed, other, x.ID)
		}
		stands[x.key()] = x.ID
		for _, m := range x.Members {
			member[x.Code+m] = x.ID
		}
		if k := s.w.kiosks[x.Kiosk]; k != nil {
			faults := k.faults(s.now, s.w.cfg.Times)
			if !slices.ContainsFunc(faults, func(f fault) bool { return f.key == x.key() }) {
				s.t.Fatalf("seed %d: %s stands for nothing at %v: %+v", seed, x.ID, s.now, x)
			}
		}
		if at, rises := x.Rises(s.w.cfg.Times); rises && s.now.After(at.Add(time.Second)) && x.Level == AtTownship {
			s.t.Fatalf("seed %d: %s did not go up: %+v", seed, x.ID, x)
		}
	}
	for x, id := range stands {
		if all := townWide[x.code]; all != "" && member[all+x.subject] != "" && s.w.tickets[id].Phase == Open {
			s.t.Fatalf("seed %d: %s is in %s and has one of its own", seed, id, member[all+x.subject])
		}
	}
	// What is on disk is what is in memory.
	for _, x := range s.w.Tickets() {
		i := slices.IndexFunc(s.stored.Tickets, func(y Ticket) bool { return y.ID == x.ID })
		if i < 0 || inJSON(s.t, x) != inJSON(s.t, s.stored.Tickets[i]) {
			s.t.Fatalf("seed %d: %s was not stored as it is", seed, x.ID)
		}
	}
}

// covered holds once everything has had the time to be noticed.
func (s *station) covered(seed uint64) {
	s.t.Helper()
	for _, k := range s.w.kiosks {
		for _, f := range k.faults(s.now, s.w.cfg.Times) {
			own := s.w.of[f.key]
			whole := s.w.of[key{k.town.unit + All, townWide[f.code], ""}]
			if (own == nil || !own.Present) && (whole == nil || !whole.Present || !slices.Contains(whole.Members, k.ID)) {
				s.t.Fatalf("seed %d: nobody is told of %+v since %v, now %v", seed, f, k.began[f.key], s.now)
			}
		}
	}
}

func inJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
