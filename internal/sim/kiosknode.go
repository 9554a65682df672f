package sim

import (
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// kioskNode runs a kiosk.Kiosk as a terminal would.
type kioskNode struct {
	w       *world
	id      string
	home    call.Site
	journal []kiosk.Record
	disk    disk
	k       *kiosk.Kiosk
	epoch   int
	born    time.Duration
	links   map[call.Site]*link
	booted  bool // the boot record is durable: it may press
	grants  []call.Grant
	of      call.ID // the call that grants are of
	waiting time.Duration
	right   time.Duration // when what it showed of the ringing was last true
}

func (w *world) addKiosk(id string, home call.Site) {
	n := &kioskNode{w: w, id: id, home: home, links: map[call.Site]*link{}}
	w.kiosks = append(w.kiosks, n)
	w.addLink(n, w.siteNode(home), id, string(home))
	w.addLink(n, w.siteNode(county), id, string(county))
}

func (w *world) homeOf(id string) call.Site {
	for _, k := range w.kiosks {
		if k.id == id {
			return k.home
		}
	}
	return ""
}

func (n *kioskNode) name() string    { return n.id }
func (n *kioskNode) alive() bool     { return n.k != nil && n.booted }
func (n *kioskNode) mono() call.Mono { return n.w.now - n.born }

func (n *kioskNode) start() {
	if n.k != nil {
		return
	}
	n.epoch++
	n.born = n.w.now
	n.waiting, n.right = n.w.now, n.w.now
	cfg := kiosk.Config{ID: n.id, Home: n.home, Last: county, Times: kiosk.DefaultTimes()}
	k, effects := kiosk.New(cfg, kiosk.Replay(n.remembered()), 0)
	n.k = k
	n.w.trace("%s starts", n.id)
	epoch := n.epoch
	boot := effects[0].(kiosk.Write)
	n.disk.write(n.w, func() {
		n.journal = append(n.journal, boot.Rec)
		n.booted = true
		n.run(effects[1:])
		for _, s := range n.sites() {
			n.w.after(n.w.between(10*time.Millisecond, time.Second), n.links[s].connect)
		}
		n.tickLoop(epoch)
	})
}

// remembered is the journal as the process finds it at its start.
func (n *kioskNode) remembered() []kiosk.Record {
	journal := n.journal
	if n.w.opt.Mutant == KioskForgetsGrants {
		journal = slices.DeleteFunc(slices.Clone(journal), func(r kiosk.Record) bool { return r.Granted != nil })
	}
	if n.w.opt.Mutant == HeldForgotten {
		journal = slices.DeleteFunc(slices.Clone(journal), func(r kiosk.Record) bool { return r.Pressed != nil && r.Pressed.Undecided })
	}
	if n.w.real() {
		journal = n.w.asJournaled(journal)
	}
	return journal
}

func (n *kioskNode) crash(back time.Duration) {
	if n.k == nil {
		return
	}
	n.w.trace("%s dies for %v", n.id, back)
	n.w.count(KioskCrash)
	n.k, n.booted = nil, false
	n.epoch++
	n.disk.crash(n.w)
	for _, s := range n.sites() {
		n.links[s].drop()
	}
	n.w.after(back, n.start)
}

func (n *kioskNode) sites() []call.Site { return []call.Site{n.home, county} }

func (n *kioskNode) tickLoop(epoch int) {
	if n.epoch != epoch || n.k == nil {
		return
	}
	n.step(kiosk.Tick{})
	n.w.after(500*time.Millisecond, func() { n.tickLoop(epoch) })
}

func (n *kioskNode) step(in kiosk.Input) {
	n.run(n.k.Step(n.mono(), in))
	if open := n.k.Open(); open == nil || open.Phase() != call.Ringing {
		n.waiting = n.w.now
	}
}

func (n *kioskNode) run(effects []kiosk.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case kiosk.Send:
			if n.w.opt.Mutant == KioskNeverEscalates && e.Site == county && e.Frame.Type() == wire.TPress {
				continue
			}
			n.links[e.Site].send(n, e.Frame)
		case kiosk.Write:
			n.disk.write(n.w, func() {
				n.journal = append(n.journal, e.Rec)
				n.purpose(e.Rec.Pressed)
				n.note(e.Rec.Granted)
				n.run(e.Then)
			})
		case kiosk.Wake:
			for _, s := range n.sites() {
				l := n.links[s]
				n.w.after(n.w.between(time.Millisecond, 100*time.Millisecond), l.connect)
			}
		}
	}
}

// purpose counts what presses were for.
func (n *kioskNode) purpose(p *kiosk.PressedRecord) {
	if p == nil {
		return
	}
	things := map[call.Purpose]Thing{call.ForQuiet: Quiet, call.ForPractice: Practice, call.ForRating: Rating, call.ForSelfTest: SelfTest}
	if t, ok := things[p.Purpose]; ok {
		n.w.count(t)
	}
	if p.Undecided {
		n.w.count(HeldDown)
	}
}

// note keeps what the kiosk decided of who talks, for invariant I8.
func (n *kioskNode) note(g *kiosk.GrantedRecord) {
	if g == nil {
		return
	}
	if g.Call != n.of {
		n.of, n.grants = g.Call, nil
	}
	n.grants = append(n.grants, g.Grant)
	switch x := g.Grant; {
	case x.Live:
		n.w.count(Grants)
	case x.Ending == call.HungUp:
		n.w.count(HungUp)
		n.truly(n.w.hung, g, "never hung up")
	case x.Ending == call.Dropped:
		n.w.count(Dropped)
		n.truly(n.w.freed, g, "was never given up")
	case x.Ending == call.Lapsed:
		n.w.count(Lapsed)
	}
}

// truly holds the end of a grant against what people and sites really did.
func (n *kioskNode) truly(did map[hangUp]bool, g *kiosk.GrantedRecord, what string) {
	if !did[hangUp{g.Call, g.Grant.Epoch}] {
		n.w.violate("I8", "%s: the talk of %s under epoch %d %s", n.id, g.Grant.Person.ID, g.Grant.Epoch, what)
	}
}

// pressSometimes presses a key, sometimes in anger several times, and comes
// back while the storm lasts.
func (n *kioskNode) pressSometimes() {
	if !n.w.storm {
		return
	}
	key := call.Enquiry
	if n.w.chance(0.5) {
		key = call.Urgent
	}
	switch {
	case n.w.chance(0.1):
		n.press(kiosk.Press{Key: key, Purpose: call.ForSelfTest})
	case n.w.chance(0.4):
		n.holds(key)
	default:
		n.press(kiosk.Press{Key: key})
	}
	if n.w.chance(0.3) {
		n.w.after(n.w.between(200*time.Millisecond, 5*time.Second), func() { n.press(kiosk.Press{Key: call.Urgent}) })
	}
	n.w.after(n.w.between(5*time.Second, 3*time.Minute), n.pressSometimes)
}

// holds keeps a key down for a while, sometimes with the other one: a quiet
// call, practice, a rating, or somebody in a hurry.
func (n *kioskNode) holds(key call.Key) {
	n.press(kiosk.Press{Key: key, Held: true})
	if n.w.chance(0.3) {
		n.w.after(n.w.between(100*time.Millisecond, 2*time.Second), func() { n.press(kiosk.Press{Key: call.Urgent, Held: true}) })
	}
	epoch := n.epoch
	n.w.after(n.w.between(50*time.Millisecond, 4*time.Second), func() {
		if n.alive() && n.epoch == epoch {
			n.step(kiosk.Release{Key: key})
		}
	})
}

func (n *kioskNode) press(in kiosk.Press) {
	if !n.alive() {
		return
	}
	n.w.res.Presses++
	n.w.trace("%s: somebody presses %s (held %v) %s", n.id, in.Key, in.Held, in.Purpose)
	if open := n.k.Open(); open != nil && in.Key == call.Urgent && open.Key() == call.Enquiry {
		n.w.count(Upgrade)
	}
	in.At = time.Unix(0, 0).Add(n.w.now)
	n.step(in)
}

func (n *kioskNode) siteOf(l *link) call.Site {
	if s, ok := l.b.(*siteNode); ok {
		return s.id
	}
	return ""
}

func (n *kioskNode) linkUp(l *link)   { n.step(kiosk.LinkUp{Site: n.siteOf(l)}) }
func (n *kioskNode) linkDown(l *link) { n.step(kiosk.LinkDown{Site: n.siteOf(l)}) }

func (n *kioskNode) receive(l *link, f wire.Frame) {
	site := n.siteOf(l)
	switch g := f.(type) {
	case wire.PressHold:
		n.w.count(Held)
	case wire.Release:
		if open := n.k.Open(); n.w.opt.Mutant == ReleaseWithoutEpoch && open != nil && open.Grant.Live {
			g.Epoch = open.Grant.Epoch
			f = g
		}
	case wire.Claim:
		if n.k.Open() == nil && n.k.Panel(n.mono()).Call != g.Call {
			n.w.count(Adopted)
		}
		if n.w.opt.Mutant == GrantWithoutEpoch {
			g.After = n.k.Panel(n.mono()).Grant.Epoch + 1
			f = g
		}
	case wire.PressAck:
		if n.w.opt.Mutant == OneAckSilencesAll {
			n.step(kiosk.Frame{Site: n.home, Frame: f})
			n.step(kiosk.Frame{Site: county, Frame: f})
			return
		}
	}
	n.step(kiosk.Frame{Site: site, Frame: f})
}
