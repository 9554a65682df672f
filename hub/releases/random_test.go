package releases

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/wire"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

var zhou = Person{ID: "a1", Name: "周"}

const (
	before = "0.2.0"
	after  = "0.3.0"
)

// county is kiosks that live by themselves, and the rollout that looks at them.
type county struct {
	t     interface{ Fatalf(string, ...any) }
	now   time.Time
	r     *Rollout
	fleet Fleet
}

// newCounty has townships of different sizes; some villages have several kiosks.
func newCounty(t interface{ Fatalf(string, ...any) }, sizes ...int) *county {
	c := &county{t: t, now: noon, fleet: Fleet{Archs: map[string]bool{"arm64": true}}}
	for town, n := range sizes {
		for i := range n {
			township := fmt.Sprintf("361025%03d", 100+town)
			village := fmt.Sprintf("%s%03d", township, 200+i/3)
			c.fleet.Kiosks = append(c.fleet.Kiosks, Kiosk{ID: fmt.Sprintf("%s-%d", village, i%3+1), Township: township, Village: village,
				Online: true, Since: noon.Add(-time.Hour), Version: before, Arch: "arm64", Proven: noon.Add(-time.Hour)})
		}
	}
	return c
}

func (c *county) start(trial ...string) {
	r, kiosk, err := Start(c.now, after, trial, c.fleet, zhou)
	if err != nil {
		c.t.Fatalf("start: %s %v", kiosk, err)
	}
	c.r = r
	c.r.ID, c.r.Rev = 1, 1
}

// look is a step with what must hold in each.
func (c *county) look() Change {
	was := c.r.Clone()
	ch := c.r.Step(c.now, c.fleet)
	size, busy, doubt := map[string]int{}, map[string]int{}, map[string]int{}
	fresh := map[string]bool{}
	for _, k := range c.fleet.Kiosks {
		o := c.r.Kiosks[k.ID]
		if !k.Retired {
			size[k.Township]++
			if o.underWay() {
				busy[k.Township]++
			}
			if o.inDoubt() {
				doubt[k.Village]++
			}
		}
		if o.Offers > was.Kiosks[k.ID].Offers {
			fresh[k.Township], fresh[k.Village] = true, true
			if !c.r.Member(k.ID) || !c.fleet.updatable(k) || !k.Online || c.r.State != Running {
				c.t.Fatalf("%s is offered the release: member %v, %+v, rollout %s", k.ID, c.r.Member(k.ID), k, c.r.State)
			}
		}
		if _, known := c.r.Kiosks[k.ID]; known && !c.r.Member(k.ID) {
			c.t.Fatalf("%s is outside the stage and has an outcome", k.ID)
		}
		if c.r.State == Running && o.Excuse == nil && (o.Phase == RolledBack || o.Phase == Lost) {
			c.t.Fatalf("%s is %s and the rollout goes on", k.ID, o.Phase)
		}
		if (c.r.State == Halted || c.r.State == Withdrawn) && o.notBegun() {
			c.t.Fatalf("the rollout is %s and %s has an offer", c.r.State, k.ID)
		}
	}
	for unit := range fresh {
		if len(unit) == 9 && busy[unit] > max(1, size[unit]/10) {
			c.t.Fatalf("%d of %d kiosks of %s are under way", busy[unit], size[unit], unit)
		}
		if len(unit) == 12 && doubt[unit] > 1 {
			c.t.Fatalf("%d kiosks of village %s are in doubt", doubt[unit], unit)
		}
	}
	for _, id := range ch.Kiosks {
		if c.r.Kiosks[id].Kiosk != id {
			c.t.Fatalf("the outcome of %s is nobody's", id)
		}
	}
	if again := c.r.Clone(); !again.Step(c.now, c.fleet).None() {
		c.t.Fatalf("a second look changes something")
	}
	return ch
}

// restart is what a store gives back.
func (c *county) restart() {
	data, err := json.Marshal(c.r)
	var r Rollout
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	r.Kiosks = map[string]Outcome{}
	for id, o := range c.r.Kiosks {
		b, _ := json.Marshal(o)
		var back Outcome
		err = errors.Join(err, json.Unmarshal(b, &back))
		r.Kiosks[id] = back
	}
	if err != nil {
		c.t.Fatalf("%v", err)
	}
	c.r = &r
}

// says lets a kiosk go on to a phase.
func (k *Kiosk) says(p wire.Phase) {
	k.Update = &wire.UpdateState{Version: after, Phase: p}
	if p == wire.Trying || p == wire.Installed {
		k.Version = after
	}
	if p == wire.RolledBack {
		k.Version = before
	}
}

// TestNobodyIsOfferedAReleaseOutOfTurn walks at random through what kiosks,
// lines, people and processes do.
func TestNobodyIsOfferedAReleaseOutOfTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounty(t, 23, 4, 1)
		for i := range c.fleet.Kiosks {
			switch k := &c.fleet.Kiosks[i]; rapid.IntRange(0, 19).Draw(t, "kind") {
			case 0:
				k.Arch = ""
			case 1:
				k.Arch = "amd64" // no package
			case 2:
				k.Retired = true
			case 3:
				k.Version = after // by hand
			case 4:
				k.Online = false
			}
		}
		var trial []string
		for _, k := range c.fleet.Kiosks {
			if c.fleet.updatable(k) && len(trial) < 3 {
				trial = append(trial, k.ID)
			}
		}
		c.start(trial...)
		phases := []wire.Phase{wire.Fetching, wire.Waiting, wire.Installing, wire.Trying, wire.Installed, wire.Installed, wire.Installed, wire.Refused, wire.RolledBack}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			c.now = c.now.Add(time.Duration(rapid.SampledFrom([]int{1, 60, 600, 1000, 90000}).Draw(t, "s")) * time.Second)
			for range rapid.IntRange(1, 6).Draw(t, "kiosks") {
				k := &c.fleet.Kiosks[rapid.IntRange(0, len(c.fleet.Kiosks)-1).Draw(t, "kiosk")]
				switch rapid.IntRange(0, 9).Draw(t, "does") {
				case 0:
					k.Online, k.Since = !k.Online, c.now
				case 1, 2, 3:
					k.Proven = c.now
				case 4:
					k.Version, k.Update = before, nil // somebody on the spot
				default:
					if c.r.Holds(k.ID) && k.Online {
						k.says(rapid.SampledFrom(phases).Draw(t, "phase"))
					}
				}
			}
			c.person(t)
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				c.restart()
			}
			c.look()
		}
	})
}

// person does something, or nothing.
func (c *county) person(t *rapid.T) {
	switch rapid.IntRange(0, 7).Draw(t, "person") {
	case 0:
		_, _ = c.r.Pause(c.now, "", zhou)
	case 1, 2:
		_, _ = c.r.Resume(c.now, "查过了", zhou)
	case 3, 4, 5:
		c.look() // it is not asked to go on without having looked
		missing, stage := c.r.Missing(c.fleet), c.r.Stage
		reasons := map[string]string{}
		if rapid.Bool().Draw(t, "reasons") {
			for _, m := range missing {
				reasons[m.Kiosk] = "下周去看"
			}
		}
		_, err := c.r.Advance(c.now, c.fleet, stage, reasons, zhou)
		if err == nil && len(missing) > len(reasons) {
			t.Fatalf("%d are missing and the next stage begins", len(missing)-len(reasons))
		}
		if err != nil && c.r.Stage != stage {
			t.Fatalf("%v, and yet %s", err, c.r.Stage)
		}
	case 6:
		if rapid.IntRange(0, 9).Draw(t, "withdraw") == 0 {
			_, _ = c.r.Withdraw(c.now, "", zhou)
		}
	}
}

// TestACountyOfGoodKiosksComesToTheEnd goes through all stages; each kiosk
// takes a few minutes, and a press from it arrives later.
func TestACountyOfGoodKiosksComesToTheEnd(t *testing.T) {
	c := newCounty(t, 23, 12, 4, 1)
	c.start(c.fleet.Kiosks[0].ID, c.fleet.Kiosks[30].ID)
	next := map[wire.Phase]wire.Phase{"": wire.Fetching, wire.Fetching: wire.Waiting, wire.Waiting: wire.Installing,
		wire.Installing: wire.Trying, wire.Trying: wire.Installed}
	stages := []Stage{}
	for n := 0; c.r.State == Running; n++ {
		if n > 2000 {
			t.Fatalf("after %v: %s, missing %v", c.now.Sub(noon), c.r.Stage, c.r.Missing(c.fleet))
		}
		c.now = c.now.Add(time.Minute)
		for i := range c.fleet.Kiosks {
			k := &c.fleet.Kiosks[i]
			switch {
			case k.Version == after && k.Update.Phase == wire.Installed:
				k.Proven = c.now
			case c.r.Holds(k.ID):
				at := wire.Phase("")
				if k.Update != nil {
					at = k.Update.Phase
				}
				k.says(next[at])
			}
		}
		c.look()
		if _, err := c.r.Advance(c.now, c.fleet, c.r.Stage, nil, zhou); err == nil {
			stages = append(stages, c.r.Stage)
		}
	}
	if !slices.Equal(stages, []Stage{Tenth, All}) || c.r.State != Done || len(c.r.Tenth) != 4 {
		t.Fatalf("%v, %s, a tenth of %d is %d", stages, c.r.State, len(c.fleet.Kiosks), len(c.r.Tenth))
	}
	for _, k := range c.fleet.Kiosks {
		if k.Version != after {
			t.Errorf("%s runs %s", k.ID, k.Version)
		}
	}
}
