package sim

import (
	"container/heap"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"huying/internal/call"
)

// Options choose a world.
type Options struct {
	Seed   uint64
	Mutant Mutant
	Trace  io.Writer     // nil: no trace
	Storm  time.Duration // length of the stormy part; 0: chosen by the seed, 1 to 6 min
}

// Result is how a world went.
type Result struct {
	Seed       uint64
	Virtual    time.Duration
	Presses    int
	Calls      int
	Events     int
	Violations []call.Violation
	At         time.Duration // of the first violation
	Tally      Tally
}

const county = call.Site("361025")

var townships = []call.Site{"361025100", "361025105"}

// world is one county in virtual time.
type world struct {
	opt    Options
	rng    *rand.Rand
	now    time.Duration
	queue  events
	seq    uint64
	sites  []*siteNode
	kiosks []*kioskNode
	people []*person
	links  []*link
	storm  bool
	calmAt time.Duration
	over   bool
	res    Result
	spoke  map[call.ID]call.Mark // speech that people really had
	closed map[call.ID]bool      // closings that people really made
	hung   map[hangUp]bool       // talks that people really hung up
	freed  map[hangUp]bool       // talks that their sites really asked to end
	seen   map[atSite]watched
	unrung map[call.ID]time.Duration // since when no living site rings a call that waits
	lives  int                       // of all sites together: changes with every start and crash
}

// hangUp is the end of one grant.
type hangUp struct {
	id    call.ID
	epoch uint64
}

type event struct {
	at  time.Duration
	seq uint64
	do  func()
}

type events []event

func (e events) Len() int      { return len(e) }
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e events) Less(i, j int) bool {
	if e[i].at != e[j].at {
		return e[i].at < e[j].at
	}
	return e[i].seq < e[j].seq
}
func (e *events) Push(x any) { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return x
}

func (w *world) after(d time.Duration, do func()) {
	w.seq++
	heap.Push(&w.queue, event{w.now + d, w.seq, do})
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// between draws a duration from a to b.
func (w *world) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.rng.Int64N(int64(b-a)+1))
}

func (w *world) trace(format string, args ...any) {
	if w.opt.Trace != nil {
		fmt.Fprintf(w.opt.Trace, "%10.3f  %s\n", w.now.Seconds(), fmt.Sprintf(format, args...))
	}
}

// calm is the longest the calm part may last; it ends as soon as nobody waits.
const calm = 4 * time.Minute

// Run lives one world and reports. The same options give the same history.
func Run(opt Options) Result {
	w := &world{opt: opt, rng: rand.New(rand.NewPCG(opt.Seed, 0x68757969)), storm: true,
		spoke: map[call.ID]call.Mark{}, closed: map[call.ID]bool{}, hung: map[hangUp]bool{}, freed: map[hangUp]bool{},
		seen: map[atSite]watched{}, unrung: map[call.ID]time.Duration{}}
	w.res.Seed = opt.Seed
	storm := opt.Storm
	if storm == 0 {
		storm = w.between(time.Minute, 6*time.Minute)
	}
	w.build()
	w.after(storm, w.heal)
	w.calmAt = storm
	end := storm + calm
	for len(w.queue) > 0 && w.now <= end && !w.over && len(w.res.Violations) == 0 {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		e.do()
		w.res.Events++
	}
	if len(w.res.Violations) == 0 {
		w.checkEnd()
	}
	w.res.Virtual = w.now
	return w.res
}

func (w *world) build() {
	w.addSite(county, "")
	for _, t := range townships {
		w.addSite(t, county)
	}
	for i, n := 0, 1+w.rng.IntN(3); i < n; i++ {
		w.addKiosk(fmt.Sprintf("%s20%d-1", townships[i%2], i), townships[i%2])
	}
	for _, s := range w.sites {
		for i, n := 0, 1+w.rng.IntN(2); i < n; i++ {
			w.addPerson(s, i)
		}
	}
	for _, n := range w.sites {
		n.start()
	}
	for _, k := range w.kiosks {
		k.start()
		w.after(w.between(0, 30*time.Second), k.pressSometimes)
	}
	for _, l := range w.links {
		l.connect()
	}
	w.after(w.between(time.Second, 20*time.Second), w.trouble)
	w.after(time.Second, w.checkSecond)
}

// trouble breaks something and comes back.
func (w *world) trouble() {
	if !w.storm {
		return
	}
	switch w.rng.IntN(7) {
	case 0, 1:
		w.count(Cut)
		w.links[w.rng.IntN(len(w.links))].cut(w.between(100*time.Millisecond, time.Minute))
	case 2:
		w.count(BadLine)
		w.links[w.rng.IntN(len(w.links))].degrade(w)
	case 3, 4:
		w.sites[w.rng.IntN(len(w.sites))].crash(w.between(50*time.Millisecond, time.Minute))
	case 5:
		w.kiosks[w.rng.IntN(len(w.kiosks))].crash(w.between(50*time.Millisecond, 40*time.Second))
	case 6:
		w.count(DiskStall)
		w.sites[w.rng.IntN(len(w.sites))].disk.stall(w, w.between(time.Second, 40*time.Second))
	}
	w.after(w.between(500*time.Millisecond, 30*time.Second), w.trouble)
}

// heal ends the storm: everything comes back and stays.
func (w *world) heal() {
	w.storm = false
	w.trace("---- calm: links whole, processes up, people at work")
	for _, l := range w.links {
		l.heal()
	}
	for _, s := range w.sites {
		s.disk.until = w.now
		if !s.alive() {
			s.start()
		}
	}
	for _, k := range w.kiosks {
		if !k.alive() {
			k.start()
		}
	}
	for _, p := range w.people {
		p.comeBack()
	}
	for _, l := range w.links {
		l.connect()
	}
}
