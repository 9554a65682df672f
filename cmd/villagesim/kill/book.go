package kill

import (
	"slices"
	"sync"
	"time"

	"huying/internal/call"
)

// book is what was seen from outside: fingers, presses, rings, outages.
type book struct {
	mu      sync.Mutex
	presses map[call.PressID]*press
	fingers map[string]int // by kiosk: how often a finger was on a key
	sights  map[string][]sight
	outages []outage
	unsaved int // times that a page showed a ringing call as not stored yet
}

// press is one that a kiosk logged, or that was found in its journal.
type press struct {
	id     call.PressID
	call   call.ID
	at     time.Time
	acked  time.Time // its kiosk logged that home has it
	erased bool      // the kiosk died before it had journaled it
	aside  bool      // not for help: after a talk a key rates it
}

// sight is that a page was shown a call with so many presses.
type sight struct {
	at      time.Time
	presses int
}

// outage is a time in which home, or one kiosk, could not be reached.
type outage struct {
	kiosk    string // empty: home
	from, to time.Time
}

func newBook() *book {
	return &book{presses: map[call.PressID]*press{}, fingers: map[string]int{}, sights: map[string][]sight{}}
}

func (b *book) finger(kiosk string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fingers[kiosk]++
}

// made notes a press; the first time counts.
func (b *book) made(id call.PressID, of call.ID, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.presses[id]
	if p == nil {
		p = &press{id: id, at: at}
		b.presses[id] = p
	}
	if !of.IsZero() {
		p.call = of
	}
	p.erased = false
}

// sorted takes from a living kiosk's journal what its presses were for.
func (b *book) sorted(journaled map[call.PressID]*press) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, j := range journaled {
		if p := b.presses[id]; p != nil {
			p.aside = j.aside
		}
	}
}

func (b *book) acked(id call.PressID, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.presses[id]; p != nil && p.acked.IsZero() {
		p.acked = at
	}
}

// died compares a dead kiosk's journal with what it had logged: a press that
// is not on its disk and that home had not acknowledged was not promised.
func (b *book) died(kiosk string, journaled map[call.PressID]*press) {
	for id, p := range journaled {
		b.made(id, p.call, p.at)
	}
	b.sorted(journaled)
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, p := range b.presses {
		if id.Kiosk == kiosk && journaled[id] == nil && p.acked.IsZero() {
			p.erased = true
		}
	}
}

func (b *book) saw(id string, presses int, stored bool, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !stored {
		b.unsaved++
	}
	s := b.sights[id]
	if len(s) == 0 || s[len(s)-1].presses < presses {
		b.sights[id] = append(s, sight{at, presses})
	}
}

// promised gives the presses made before a moment that must not be lost.
func (b *book) promised(before time.Time) (out []press) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.presses {
		if !p.erased && !p.aside && p.at.Before(before) {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(x, y press) int { return x.at.Compare(y.at) })
	return out
}

// ring is how long a press needed to ring once it could have.
type ring struct {
	press
	late time.Duration
	rang bool
}

// excused is how shortly before an outage a press may have been made that did
// not ring before it.
const excused = time.Second

// rings tells of the presses made from one moment to another when they rang,
// counted from the press or from the end of the outage that was in the way. A
// page is told how many presses a call has: the call's n-th promised press has
// rung when the page knew of n. (A press that its kiosk forgot may make that
// one too lenient; that none is lost is seen in the database.)
func (b *book) rings(from, to time.Time) (out []ring) {
	promised := b.promised(to)
	b.mu.Lock()
	defer b.mu.Unlock()
	nth := map[call.ID]int{}
	for _, p := range promised {
		nth[p.call]++
		if p.at.Before(from) {
			continue
		}
		r := ring{press: p}
		due := p.at
		at := time.Now()
		for _, s := range b.sights[p.call.String()] {
			if s.presses >= nth[p.call] {
				r.rang, at = true, s.at
				break
			}
		}
		for _, o := range b.outages {
			if (o.kiosk == "" || o.kiosk == p.id.Kiosk) && o.to.After(due) && o.from.Before(due.Add(excused)) && o.from.Before(at) {
				due = o.to
			}
		}
		r.late = max(at.Sub(due), 0)
		out = append(out, r)
	}
	return out
}
