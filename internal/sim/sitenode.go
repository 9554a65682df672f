package sim

import (
	"slices"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// siteNode runs a site.Site as a hub would.
type siteNode struct {
	w      *world
	id     call.Site
	parent call.Site
	cfg    site.Config
	image  *site.Image
	disk   disk
	s      *site.Site
	epoch  int           // of the process
	born   time.Duration // of the process
	links  map[string]*link
	told   bool // the store was reported down
}

func (w *world) addSite(id, parent call.Site) {
	n := &siteNode{w: w, id: id, parent: parent, image: site.NewImage(), links: map[string]*link{}}
	n.cfg = n.config()
	w.sites = append(w.sites, n)
	if parent != "" {
		w.addLink(n, w.siteNode(parent), string(id), string(parent))
	}
}

func (w *world) addLink(a, b end, nameA, nameB string) {
	l := &link{w: w, a: a, b: b}
	w.links = append(w.links, l)
	for _, x := range []struct {
		e    end
		peer string
	}{{a, nameB}, {b, nameA}} {
		switch n := x.e.(type) {
		case *siteNode:
			n.links[x.peer] = l
		case *kioskNode:
			n.links[call.Site(x.peer)] = l
		}
	}
}

func (w *world) siteNode(id call.Site) *siteNode {
	for _, n := range w.sites {
		if n.id == id {
			return n
		}
	}
	return nil
}

func (n *siteNode) name() string { return string(n.id) }
func (n *siteNode) alive() bool  { return n.s != nil }

// mono is the process's own clock, which starts anywhere.
func (n *siteNode) mono() call.Mono { return n.w.now - n.born }

func (n *siteNode) config() site.Config {
	cfg := site.DefaultConfig(n.id, n.parent, func(k string) (call.Site, bool) {
		home := n.w.homeOf(k)
		if n.parent != "" && home != n.id {
			return "", false
		}
		return home, home != ""
	})
	if n.w.opt.Mutant == OrphansSilent {
		cfg.OrphanAfter = 24 * time.Hour
	}
	return cfg
}

func (n *siteNode) start() {
	n.epoch++
	n.born = n.w.now
	n.told = false
	im := n.image.Copy()
	if n.w.real() {
		im = n.w.asStored(im)
	}
	if n.w.opt.Mutant == LostDedupe {
		im = forgetful(im)
	}
	s, effects := site.New(n.cfg, im, 0)
	n.s = s
	n.w.trace("%s starts", n.id)
	n.run(effects)
	n.tickLoop(n.epoch)
	for _, l := range n.w.links {
		if l.a == end(n) || l.b == end(n) {
			n.w.after(n.w.between(10*time.Millisecond, 2*time.Second), l.connect)
		}
	}
	for _, p := range n.w.people {
		if p.at == n && p.here {
			n.w.after(n.w.between(100*time.Millisecond, 5*time.Second), p.show)
		}
	}
}

func (n *siteNode) crash(back time.Duration) {
	if n.s == nil {
		return
	}
	n.w.trace("%s dies for %v", n.id, back)
	n.w.count(SiteCrash)
	n.s = nil
	n.epoch++
	n.disk.crash(n.w)
	for _, l := range n.w.links {
		if l.a == end(n) || l.b == end(n) {
			l.drop()
		}
	}
	n.w.after(back, func() {
		if n.s == nil {
			n.start()
		}
	})
}

// tickLoop ticks each second, and at each rung.
func (n *siteNode) tickLoop(epoch int) {
	if n.epoch != epoch || n.s == nil {
		return
	}
	n.step(site.Tick{})
	wait := time.Second
	if due, ok := n.s.Next(); ok {
		wait = min(wait, max(due-n.mono(), time.Millisecond))
	}
	n.w.after(wait, func() { n.tickLoop(epoch) })
}

func (n *siteNode) step(in site.Input) error {
	effects, err := n.s.Step(n.mono(), in)
	n.run(effects)
	return err
}

func (n *siteNode) run(effects []site.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case site.ToKiosk:
			if s, ok := e.Frame.(wire.State); ok && s.Code == wire.CodeReceived && n.w.opt.Mutant == RingingClaimed {
				s.Code = wire.CodeRinging
				e.Frame = s
			}
			if r, ok := e.Frame.(wire.Release); ok {
				n.w.freed[hangUp{r.Call, r.Epoch}] = true
			}
			n.sendTo(e.Kiosk, e.Frame)
		case site.ToPeer:
			n.sendTo(string(e.Site), e.Frame)
		case site.GiveMedia:
			n.sendTo(e.Call.Kiosk, wire.Media{Call: e.Call, Epoch: e.Grant.Epoch, URL: "ws://sim", Token: "t"})
		case site.Save:
			n.commit(e)
		case site.Tell:
			n.w.trace("%s tells %s: %v", n.id, e.Person.ID, e.Why)
			switch e.Why.Code {
			case call.CallTaken:
				n.w.count(ClaimLost)
			case call.KioskSilent:
				n.w.count(KioskSilent)
			}
		case site.Refused:
			n.w.violate("wire", "%s refused %s of %s: %s", n.id, e.Why.Frame, e.Kiosk+string(e.Peer), e.Why.Code)
		}
	}
}

func (n *siteNode) sendTo(peer string, f wire.Frame) {
	if l := n.links[peer]; l != nil {
		l.send(n, f)
	}
}

func (n *siteNode) commit(s site.Save) {
	s.Then = n.tooEarly(s.Then)
	n.disk.write(n.w, func() {
		n.countCalls(s.Calls)
		n.image.Apply(s)
		n.told = false
		n.run(s.Then)
		n.step(site.Saved{N: s.N})
	})
	epoch := n.epoch
	n.w.after(500*time.Millisecond, func() {
		if n.epoch == epoch && !n.told && n.disk.until > n.w.now {
			n.told = true
			n.w.trace("%s: store is down", n.id)
			n.step(site.StoreDown{})
		}
	})
}

// tooEarly is where the mutants that do not wait for the disk live; it gives
// what is left to do after the commit.
func (n *siteNode) tooEarly(then []site.Effect) []site.Effect {
	switch n.w.opt.Mutant {
	case AckBeforeCommit:
		n.run(then)
		return nil
	case UplinkAckBeforeCommit:
		return slices.DeleteFunc(slices.Clone(then), func(e site.Effect) bool {
			p, ok := e.(site.ToPeer)
			if ok {
				n.sendTo(string(p.Site), p.Frame)
			}
			return ok
		})
	}
	return then
}

func (n *siteNode) countCalls(calls []call.Call) {
	for _, c := range calls {
		old := n.image.Calls[c.ID]
		if old.Phase() == call.Closed && c.Phase() != call.Closed {
			n.w.count(Reopened)
		}
		if c.Requeued > old.Requeued {
			n.w.count(Requeued)
		}
		if c.Asked && !old.Asked {
			n.w.count(Asked)
		}
	}
}

func (n *siteNode) peerOf(l *link) (kiosk string, peer call.Site) {
	other := l.a
	if other == end(n) {
		other = l.b
	}
	switch o := other.(type) {
	case *kioskNode:
		return o.id, ""
	case *siteNode:
		return "", o.id
	}
	return "", ""
}

func (n *siteNode) linkUp(l *link) {
	if k, p := n.peerOf(l); k != "" {
		n.step(site.KioskUp{Kiosk: k})
	} else {
		n.step(site.PeerUp{Site: p})
	}
}

func (n *siteNode) linkDown(l *link) {
	if k, p := n.peerOf(l); k != "" {
		n.step(site.KioskDown{Kiosk: k})
	} else {
		n.step(site.PeerDown{Site: p})
	}
}

func (n *siteNode) receive(l *link, f wire.Frame) {
	if k, p := n.peerOf(l); k != "" {
		switch f := f.(type) {
		case wire.Deny:
			n.w.count(Denied)
		case wire.Ping:
			n.w.res.Tally[Vouched] += len(f.Episode.Ended)
		case wire.Hello:
			n.w.res.Tally[Vouched] += len(f.Episode.Ended)
		}
		if p, ok := f.(wire.Press); ok && n.w.opt.Mutant == LessonsRing {
			p.Purpose = call.ForHelp
			f = p
		}
		n.step(site.FromKiosk{Kiosk: k, Frame: f, At: time.Unix(0, 0).Add(n.w.now)})
	} else {
		n.step(site.FromPeer{Site: p, Frame: f})
	}
}
