package life

import (
	"maps"
	"slices"
	"time"

	"huying/internal/wire"
)

// By says what proved that a kiosk works.
type By string

// The proofs, from the strongest. The first two are made by a human hand.
const (
	ByCall     By = "call"      // a real call in which the villager was heard
	ByPractice By = "practice"  // a practice press that arrived (F15)
	BySelfTest By = "self_test" // the kiosk's own press that arrived, from end to end (F99)
	BySound    By = "sound"     // the tone of the speaker that the microphone heard
)

// soundTest is the self-test whose pass is a proof of its own; the list of
// names is in package terminal.
const soundTest = "sound"

// Proof is that a kiosk was seen to work.
type Proof struct {
	By By        `json:"by"`
	At time.Time `json:"at"`
}

// Test is the latest result of one self-test.
type Test struct {
	Name   string      `json:"name"`
	Result wire.Result `json:"result"`
	At     time.Time   `json:"at"` // when it ended
	Detail string      `json:"detail,omitempty"`
}

// Kiosk is all that is known of one kiosk's health. It is stored whole.
type Kiosk struct {
	ID       string           `json:"id"`
	Watched  time.Time        `json:"watched"` // since when it is watched: when it was first heard
	Heard    time.Time        `json:"heard"`   // its last word
	Online   bool             `json:"online"`
	Since    time.Time        `json:"since"` // online: since it came; offline: since its last word
	Health   *wire.Health     `json:"health,omitempty"`
	HealthAt time.Time        `json:"health_at"` // when Health came
	Tests    []Test           `json:"tests,omitempty"`
	Proofs   map[By]time.Time `json:"proofs,omitempty"`
	Ledger   Ledger           `json:"ledger"`
	Raised   []Raised         `json:"raised,omitempty"`
	Retired  bool             `json:"retired,omitempty"` // nobody expects it to be heard

	began   map[key]time.Time // when a fault that may be a township's was first seen
	active  map[key]bool      // faults with a ticket that says they stand
	town    *town
	hello   bool      // the next HEALTH is the first of a connection
	asked   time.Time // when the ledger was last asked for
	stored  time.Time // Heard as it was last given to be stored
	due     time.Time // nothing changes by time alone before
	summary Summary
	tickets int       // that are not forgotten
	spent   float64   // of the results that the history takes
	spentAt time.Time // when that was counted
}

// What a kiosk says is its own word, and one that is broken, or in wrong hands,
// may say something new with every frame. These bound what of it is kept.
const (
	maxTickets = 64 // twice what HEALTH can tell at a time; beyond, faults that a kiosk tells of are shown without a ticket
	maxResults = 64 // test results in a row in the history: ten rounds
	perHour    = 24 // and after those, in an hour: a round that fails is made twice
)

// keeps cuts results of tests down to what the history takes.
func (k *Kiosk) keeps(now time.Time, news []Test) []Test {
	k.spent = max(0, k.spent-now.Sub(k.spentAt).Hours()*perHour)
	k.spentAt = now
	news = news[:min(len(news), int(maxResults-k.spent))]
	k.spent += float64(len(news))
	return news
}

// Raised is a fault that the hub itself saw at a kiosk.
type Raised struct {
	Code   string    `json:"code"`
	Part   string    `json:"part,omitempty"`
	Detail string    `json:"detail,omitempty"`
	At     time.Time `json:"at"`
}

// Proven is the latest proof that the kiosk works; zero if there never was one.
func (k *Kiosk) Proven() Proof {
	var last Proof
	for _, by := range []By{ByCall, ByPractice, BySelfTest, BySound} {
		if at := k.Proofs[by]; at.After(last.At) {
			last = Proof{by, at}
		}
	}
	return last
}

func (k *Kiosk) prove(by By, at time.Time) {
	if !at.After(k.Proofs[by]) {
		return
	}
	proofs := maps.Clone(k.Proofs) // a copy may be on its way to the store
	if proofs == nil {
		proofs = map[By]time.Time{}
	}
	proofs[by] = at
	k.Proofs = proofs
}

// Overdue lists the tests that should have been made by now; t bounds them.
func (k *Kiosk) Overdue(now time.Time, t Times) []string {
	var out []string
	if now.Sub(k.dailyBase()) > t.Daily {
		out = append(out, CodeSelfTestOverdue)
	}
	if now.Sub(k.weeklyBase()) > t.Weekly {
		out = append(out, CodeHumanTestOverdue)
	}
	return out
}

func (k *Kiosk) dailyBase() time.Time { return latest(k.Watched, k.Proofs[BySelfTest]) }
func (k *Kiosk) weeklyBase() time.Time {
	return latest(k.Watched, k.Proofs[ByPractice], k.Proofs[ByCall])
}

// maxAge is beyond what any kiosk can mean; in nanoseconds a larger age could
// overflow into the future.
const maxAge = 365 * 24 * time.Hour

func ago(now time.Time, ms int64) time.Time {
	return now.Add(-time.Duration(min(ms, maxAge.Milliseconds())) * time.Millisecond)
}

// sameTest is how far apart two tellings of one test may put its end: each is
// counted back from when its frame came.
const sameTest = time.Minute

// report takes in a HEALTH and gives the tests that were not known yet.
func (k *Kiosk) report(now time.Time, h wire.Health) (news []Test) {
	k.Health, k.HealthAt = &h, now
	tests := make([]Test, 0, len(h.Tests))
	for _, x := range h.Tests {
		t := Test{Name: x.Name, Result: x.Result, At: ago(now, x.AgeMS), Detail: x.Detail}
		i := slices.IndexFunc(k.Tests, func(was Test) bool { return was.Name == t.Name })
		if i >= 0 && k.Tests[i].Result == t.Result && k.Tests[i].At.Sub(t.At).Abs() < sameTest {
			t.At = k.Tests[i].At
		} else {
			news = append(news, t)
		}
		if t.Name == soundTest && t.Result == wire.Passed {
			k.prove(BySound, t.At)
		}
		tests = append(tests, t)
	}
	k.Tests = tests
	return news
}

func latest(first time.Time, more ...time.Time) time.Time {
	for _, t := range more {
		if t.After(first) {
			first = t
		}
	}
	return first
}
