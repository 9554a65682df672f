package site

import (
	"encoding/json"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// window is how many facts may be under way to a peer at a time.
const window = 64

// peer is another site: the one above, or one below.
type peer struct {
	site  call.Site
	up    bool
	ready bool      // it said what it has
	heard call.Mono // last sign of life
	beat  call.Mono
	out   []outFact // not yet acknowledged, numbers without gaps
	nextN uint64
	sent  uint64 // last one under way
	acked uint64
	moved call.Mono // last progress
	got   uint64    // its last fact taken in
	have  uint64    // its last fact on disk
	taken []taken   // between the two
	doubt bool      // some of its calls are in doubt here
}

type taken struct{ n, saveN uint64 }

type outFact struct {
	row   OutRow
	saveN uint64
	at    call.Mono
}

func (s *Site) peer(site call.Site) *peer {
	p := s.peers[site]
	if p == nil {
		p = &peer{site: site, nextN: 1, heard: s.now}
		s.peers[site] = p
	}
	return p
}

func (p *peer) load(rows []OutRow) {
	for _, r := range rows {
		p.out = append(p.out, outFact{row: r})
		p.nextN = r.N + 1
	}
	if len(rows) > 0 {
		p.acked = rows[0].N - 1
	}
}

// forward puts a fact into the outbox of the sites that must know it and did
// not tell us: the one above, and the one below that the kiosk belongs to.
func (s *Site) forward(id call.ID, f call.Fact, from call.Site) {
	if s.cfg.Parent != "" && from != s.cfg.Parent {
		s.toOutbox(s.cfg.Parent, id, f)
	}
	if home, ok := s.cfg.Home(id.Kiosk); ok && home != s.me() && home != from {
		s.toOutbox(home, id, f)
	}
}

func (s *Site) toOutbox(site call.Site, id call.ID, f call.Fact) {
	p := s.peer(site)
	row := OutRow{Peer: site, N: p.nextN, Call: id, Fact: f}
	p.nextN++
	p.out = append(p.out, outFact{row, s.saveN + 1, s.now})
	s.save.Out = append(s.save.Out, row)
}

// pump sends committed facts that fit into the window.
func (s *Site) pump() {
	for _, p := range s.sortedPeers() {
		if p.up && p.ready {
			s.pumpPeer(p)
		}
	}
}

func (s *Site) pumpPeer(p *peer) {
	for _, o := range p.out {
		if o.row.N <= p.sent {
			continue
		}
		if o.saveN > s.saved || o.row.N > p.acked+window {
			return
		}
		kind, data, err := call.EncodeFact(o.row.Fact)
		if err != nil {
			return
		}
		if p.sent == p.acked {
			p.moved = s.now // the wait for an answer begins now
		}
		p.sent = o.row.N
		s.emit(ToPeer{p.site, wire.Fact{N: o.row.N, Call: o.row.Call, Kind: kind, Data: json.RawMessage(data),
			AgeMS: int64((s.now - o.at) / time.Millisecond), Decoded: o.row.Fact}})
	}
}

func (s *Site) peerUp(site call.Site) {
	p := s.peer(site)
	p.up, p.ready, p.heard, p.beat, p.moved = true, false, s.now, s.now, s.now
	s.introduce(p)
	s.emit(PeerChanged{site})
}

// introduce says what we have of the peer's facts, and whether we know the
// same of it.
func (s *Site) introduce(p *peer) {
	s.emit(ToPeer{p.site, wire.Peer{Site: s.me(), Proto: wire.Proto, Have: p.have, First: p.acked + 1, Ready: p.ready}})
}

func (s *Site) peerDown(site call.Site) {
	p := s.peer(site)
	p.up, p.ready = false, false
	s.emit(PeerChanged{site})
}

func (s *Site) fromPeer(site call.Site, f wire.Frame) {
	p := s.peer(site)
	p.heard = s.now
	switch f := f.(type) {
	case wire.Peer:
		s.skip(p, f.First)
		s.ackFacts(p, f.Have)
		p.ready, p.sent = true, p.acked
		if !f.Ready {
			s.introduce(p)
		}
		s.pumpPeer(p)
	case wire.Fact:
		s.fact(p, f)
	case wire.FactAck:
		s.ackFacts(p, f.N)
		s.pumpPeer(p)
	case wire.Ping:
		s.emit(ToPeer{site, wire.Pong{}})
	case wire.Pong, wire.Refuse:
	default:
		s.emit(Refused{Peer: site, Why: unexpected(f.Type())})
	}
}

// skip goes on behind facts that this site acknowledged in an earlier life: its
// storage was lost or set back, and the peer has them no more. Without it, the
// line would wait for them for ever.
func (s *Site) skip(p *peer, first uint64) {
	if first <= p.got+1 {
		return
	}
	s.emit(Refused{Peer: p.site, Why: wire.Refuse{Code: "facts_lost", Frame: wire.TPeer, Field: "first",
		Message: "this site no longer has facts that it acknowledged; it goes on behind them"}})
	p.got = first - 1
	s.save.Have = append(s.save.Have, PeerMark{p.site, p.got})
	p.taken = append(p.taken, taken{p.got, s.saveN + 1})
}

func (s *Site) ackFacts(p *peer, n uint64) {
	if n <= p.acked || n >= p.nextN {
		return
	}
	p.acked, p.moved = n, s.now
	p.sent = max(p.sent, n)
	for len(p.out) > 0 && p.out[0].row.N <= n {
		p.out = p.out[1:]
	}
	s.save.Sent = append(s.save.Sent, PeerMark{p.site, n})
}

// fact takes in the next fact of a peer; out of order ones come again.
func (s *Site) fact(p *peer, f wire.Fact) {
	if f.N != p.got+1 {
		if f.N <= p.have {
			s.emit(ToPeer{p.site, wire.FactAck{N: p.have}})
		}
		return
	}
	p.got = f.N
	s.save.Have = append(s.save.Have, PeerMark{p.site, f.N})
	s.after(ToPeer{p.site, wire.FactAck{N: f.N}})
	p.taken = append(p.taken, taken{f.N, s.saveN + 1})
	if !s.concerns(p.site, f.Call.Kiosk) {
		s.emit(Refused{Peer: p.site, Why: wire.Refuse{Code: "foreign_kiosk", Frame: wire.TFact, Field: "call",
			Message: "this kiosk does not belong to the site that speaks of it"}})
		return
	}
	s.learn(p, f)
}

// stored moves have up to what is on disk.
func (p *peer) stored(saved uint64) {
	for len(p.taken) > 0 && p.taken[0].saveN <= saved {
		p.have = p.taken[0].n
		p.taken = p.taken[1:]
	}
}

// concerns reports whether a peer may speak of a kiosk: the site above of all
// of ours, one below of its own.
func (s *Site) concerns(from call.Site, kiosk string) bool {
	home, ok := s.cfg.Home(kiosk)
	return ok && (from == s.cfg.Parent || home == from)
}

func (s *Site) learn(p *peer, f wire.Fact) {
	if s.archived(f.Call) {
		return
	}
	age := ageOf(f.AgeMS)
	e := s.entryFor(f.Call)
	if press, ok := f.Decoded.(call.Pressed); ok {
		k := s.kiosk(f.Call.Kiosk)
		if !k.seen.Has(press.Mark) {
			s.take(e, k, press, p.site, age)
		}
		return
	}
	_ = s.step(e, call.Learn{Fact: f.Decoded, Age: age}, p.site)
}

// tickPeers keeps lines alive, repeats facts, and rings for sites below that
// fell silent.
func (s *Site) tickPeers() {
	for _, p := range s.sortedPeers() {
		if p.up && s.now-p.beat >= s.cfg.Beat {
			p.beat = s.now
			s.emit(ToPeer{p.site, wire.Ping{}})
			if !p.ready {
				s.introduce(p)
			}
		}
		if p.up && p.ready && p.sent > p.acked && s.now-p.moved >= s.cfg.ResendFacts {
			p.sent, p.moved = p.acked, s.now
			s.pumpPeer(p)
		}
		if p.site != s.cfg.Parent {
			s.vouch(p)
		}
	}
}

// vouch rings the open calls of a site below that has been silent for too
// long (design, section 4, the table of cuts).
func (s *Site) vouch(p *peer) {
	silent := s.now-p.heard >= s.cfg.OrphanAfter
	if !silent && !p.doubt {
		return
	}
	p.doubt = silent
	for _, id := range sortedEntries(s.open) {
		e := s.open[id]
		if home, _ := s.cfg.Home(id.Kiosk); home != p.site {
			continue
		}
		ph := e.c.Phase()
		doubt := silent && ph == call.Talking && e.c.Grant.Site == p.site && !s.kiosk(id.Kiosk).up
		if doubt != e.c.Why.Doubt {
			_ = s.step(e, call.Doubt{On: doubt}, s.me())
		}
		if silent && ph == call.Ringing && !e.c.RingsHere() {
			_ = s.step(e, call.Become{Why: call.Why{Orphan: true}}, s.me())
			s.keep(e)
		}
	}
}
