package kiosk

import (
	"encoding/json"
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Bounds of what a kiosk keeps in memory (invariant I11).
const (
	maxEnded   = 8   // closed calls it can still speak of
	maxPresses = 256 // presses it keeps; beyond, the oldest that home has stored is forgotten
	// maxUnstored is when a call that rings already has been pressed for often
	// enough: a loose contact makes a press a second for days while the line is
	// down, and each would be kept until home has it.
	maxUnstored = 1024
	// maxFlying is how many presses are under way to a site at a time; package
	// link of the terminal closes a line for which 512 frames wait.
	maxFlying = 64
	// maxVouched is the size of the closings it speaks of at a time, in bytes
	// of JSON; with the rest of a HELLO that stays under wire.MaxFrame.
	maxVouched = 10 << 10
)

// Kiosk is the state of one kiosk. It is not safe for concurrent use.
type Kiosk struct {
	cfg     Config
	boot    uint32
	nextSeq uint32
	since   uint32 // the start from which nextSeq counts
	presses []*press
	ep      *episode
	ended   []*ended
	links   map[call.Site]*link
	hold    *hold
	asked   asked
	rated   shown
	lesson  *practice
	out     []Effect
	now     call.Mono
}

type press struct {
	rec   PressedRecord
	at    call.Mono
	sites map[call.Site]*delivery
	held  bool
}

// delivery is how far one press is with one site: acknowledgements are per
// site (rule 2).
type delivery struct {
	acked  bool
	sentAt call.Mono
	pause  call.Mono
}

// episode is the open call.
type episode struct {
	c         call.Call
	openedAt  call.Mono
	waitSince call.Mono // since when nobody talks
	engaged   bool      // the last resort was added
	media     *wire.Media
	alive     bool      // voice flows
	quietAt   call.Mono // since when it does not
	codes     map[call.Site]wire.Code
	requeued  bool
}

type ended struct {
	rec   EndedRecord
	size  int // bytes of JSON
	at    call.Mono
	known map[call.Site]bool
}

// newEnded leaves out the note of the people who closed the call: it is not
// the kiosk's to keep, and it may be long. Sites tell each other.
func newEnded(rec EndedRecord, at call.Mono) *ended {
	rec.Closing.Note = ""
	b, err := json.Marshal(rec)
	if err != nil {
		b = make([]byte, maxVouched) // a time that JSON cannot say: alone in its frame
	}
	return &ended{rec: rec, size: len(b), at: at, known: map[call.Site]bool{}}
}

type link struct {
	up     bool
	since  call.Mono
	pinged call.Mono
	rev    uint64 // last STATE of the open call on this connection
}

// Input is what happens to a kiosk.
type Input interface{ input() }

// The inputs.
type (
	// Press is a debounced press of a key; At is wall time, for people only.
	// Held says that the key is down and a Release will follow; without it
	// the press is whole. Age is how long ago it was, if it was told late.
	// Purpose is for who knows it: a button for practice, a self-test.
	Press struct {
		Key     call.Key
		At      time.Time
		Age     time.Duration
		Held    bool
		Purpose call.Purpose
	}
	// Release says that a key of a Held press came up.
	Release struct{ Key call.Key }
	// LinkUp and LinkDown tell of the socket to a site.
	LinkUp   struct{ Site call.Site }
	LinkDown struct{ Site call.Site }
	// Frame is a frame from a site.
	Frame struct {
		Site  call.Site
		Frame wire.Frame
	}
	// Media says whether voice flows.
	Media struct{ Alive bool }
	// Tick lets time pass.
	Tick struct{}
)

func (Press) input()    {}
func (Release) input()  {}
func (LinkUp) input()   {}
func (LinkDown) input() {}
func (Frame) input()    {}
func (Media) input()    {}
func (Tick) input()     {}

// Effect is what the runtime must do.
type Effect interface{ effect() }

// The effects.
type (
	// Write appends to the journal and, when that is durable (or has failed
	// for good: a villager must be answered also from a broken disk), does
	// Then.
	Write struct {
		Rec  Record
		Then []Effect
	}
	// Send hands a frame to the socket of a site; it may be lost.
	Send struct {
		Site  call.Site
		Frame wire.Frame
	}
	// Wake asks for a connection to every site at once.
	Wake struct{}
)

func (Write) effect() {}
func (Send) effect()  {}
func (Wake) effect()  {}

// New starts a kiosk from what its journal knows. The boot record must be
// durable before anything else is sent; it is the first effect.
func New(cfg Config, m Memory, now call.Mono) (*Kiosk, []Effect) {
	k := &Kiosk{cfg: cfg, boot: m.BootNo + 1, nextSeq: max(m.NextSeq, 1), links: map[call.Site]*link{}, now: now}
	if k.since = m.Since; k.since == 0 {
		k.since = k.boot
	}
	for _, s := range k.sites() {
		k.links[s] = &link{since: now}
	}
	for _, r := range m.Presses {
		p := &press{rec: r, at: now, sites: map[call.Site]*delivery{}}
		for _, s := range m.Acked[r.Press] {
			p.sites[s] = &delivery{acked: true}
		}
		k.presses = append(k.presses, p)
	}
	for _, e := range m.Ended {
		k.ended = append(k.ended, newEnded(e, now-k.cfg.Times.EndedShown))
	}
	if m.Open != nil {
		k.resume(*m.Open, m.Grant)
	}
	k.out = []Effect{Write{Rec: Record{Boot: &BootRecord{No: k.boot, NextSeq: k.nextSeq, Since: k.since}}}}
	for _, p := range slices.Clone(k.presses) {
		if p.rec.Undecided {
			k.settle(p, call.ForHelp)
		}
	}
	k.forget()
	return k, k.out
}

// resume opens the call of an earlier boot. Nobody knows how long the kiosk
// was away, so the county is called at once (rule 7).
func (k *Kiosk) resume(id call.ID, g call.Grant) {
	k.open(id)
	for _, p := range k.presses {
		if p.inCall(id) {
			k.ep.c.Merge(call.Pressed{Mark: p.rec.Press.Mark, Key: p.rec.Key, Purpose: p.rec.Purpose, At: p.rec.At})
		}
	}
	if g.Epoch != 0 {
		k.ep.c.Merge(g)
		k.ep.requeued = !g.Live && g.Ending != call.HungUp
	}
	k.engage()
}

func (k *Kiosk) open(id call.ID) {
	k.ep = &episode{c: call.New(id), openedAt: k.now, waitSince: k.now, quietAt: k.now, codes: map[call.Site]wire.Code{}}
	for _, l := range k.links {
		l.rev = 0
	}
}

func (k *Kiosk) sites() []call.Site {
	if k.cfg.Last == "" || k.cfg.Last == k.cfg.Home {
		return []call.Site{k.cfg.Home}
	}
	return []call.Site{k.cfg.Home, k.cfg.Last}
}

// Step takes one input and says what to do.
func (k *Kiosk) Step(now call.Mono, in Input) []Effect {
	k.now, k.out = now, nil
	switch in := in.(type) {
	case Press:
		k.press(in)
	case Release:
		k.released(in.Key)
	case LinkUp:
		k.linkUp(in.Site)
	case LinkDown:
		if l := k.links[in.Site]; l != nil && l.up {
			l.up, l.since = false, now
		}
	case Frame:
		k.frame(in.Site, in.Frame)
	case Media:
		if k.ep != nil && k.ep.alive != in.Alive {
			k.ep.alive, k.ep.quietAt = in.Alive, now
		}
	case Tick:
	}
	k.tick()
	return k.out
}

func (k *Kiosk) emit(e Effect) { k.out = append(k.out, e) }

func (k *Kiosk) send(site call.Site, f wire.Frame) {
	if l := k.links[site]; l != nil && l.up {
		k.emit(Send{site, f})
	}
}

// write journals r and then tells every connected site f.
func (k *Kiosk) write(r Record, f wire.Frame) {
	w := Write{Rec: r}
	for _, s := range k.sites() {
		if f != nil && k.links[s].up {
			w.Then = append(w.Then, Send{s, f})
		}
	}
	k.emit(w)
}
