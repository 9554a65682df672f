package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// How many histories run, and how many inputs each has: a second in memory,
// and enough to meet every kind of save (checked at the end).
const (
	seeds  = 12
	inputs = 400
)

func histories(t *testing.T, open func(t *testing.T) (Store, func() Store)) {
	var met tally
	for seed := range uint64(seeds) {
		s, reopen := open(t)
		h := &history{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 1)), store: s, reopen: reopen, ref: newReference(), met: &met,
			now: time.Hour, lastSeq: map[string]uint32{}, childN: map[call.Site]uint64{}}
		h.start()
		for range inputs {
			h.input()
		}
		h.commitSome(len(h.pending))
		h.compare()
	}
	t.Logf("met: %+v", met)
	if met.presses == 0 || met.closings == 0 || met.grants == 0 || met.outs == 0 || met.sent == 0 || met.have == 0 || met.restarts == 0 || met.repeats == 0 {
		t.Fatalf("the histories do not meet everything: %+v", met)
	}
}

type tally struct{ presses, grants, closings, outs, sent, have, restarts, repeats, loads int }

// history drives one site over one store.
type history struct {
	t      *testing.T
	seed   uint64
	rng    *rand.Rand
	store  Store
	reopen func() Store
	ref    *reference
	met    *tally

	s       *site.Site
	now     call.Mono
	pending []site.Save
	replies []site.Input // what the kiosks answer
	lastSeq map[string]uint32
	childN  map[call.Site]uint64 // facts that peers sent and we have on disk
	boot    uint32
}

const (
	me    call.Site = "361025105"
	child call.Site = "361025105207"
)

var kiosks = []string{"k-1", "k-2", "k-3", "b-1", "b-2"}

// home: the kiosks with b belong to a site below.
func home(kiosk string) (call.Site, bool) {
	if kiosk[0] == 'b' {
		return child, true
	}
	return me, true
}

func (h *history) one(n int) bool  { return h.rng.IntN(n) == 0 }
func (h *history) kiosk() string   { return kiosks[h.rng.IntN(len(kiosks))] }
func (h *history) peer() call.Site { return []call.Site{up, child}[h.rng.IntN(2)] }
func (h *history) person() call.Person {
	return call.Person{ID: fmt.Sprint("p", h.rng.IntN(3)), Name: "李四"}
}

// start is a process that begins, with what the store has.
func (h *history) start() {
	im, err := h.store.Load(h.t.Context())
	must(h.t, err)
	h.boot++
	h.pending, h.replies = nil, nil
	for _, p := range []call.Site{up, child} {
		h.childN[p] = im.Have[p]
	}
	s, effects := site.New(site.DefaultConfig(me, up, home), im, h.now)
	h.s = s
	h.run(effects)
	for _, k := range kiosks {
		h.step(site.KioskUp{Kiosk: k})
	}
	for _, p := range []call.Site{up, child} {
		h.step(site.PeerUp{Site: p})
	}
}

func (h *history) step(in site.Input) {
	effects, _ := h.s.Step(h.now, in) // refusals are lawful
	h.run(effects)
}

func (h *history) run(effects []site.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case site.Save:
			h.pending = append(h.pending, e)
		case site.ToKiosk:
			h.answer(e)
		}
	}
}

// answer is what a kiosk says to a claim or a release, some time later.
func (h *history) answer(e site.ToKiosk) {
	var g wire.Grant
	switch f := e.Frame.(type) {
	case wire.Claim:
		g = wire.Grant{Call: f.Call, Grant: call.Grant{Epoch: f.After + 1, Site: f.Site, Person: f.Person, Live: true}}
	case wire.Release:
		through := call.Mark{Boot: 1, Seq: h.lastSeq[e.Kiosk]}
		g = wire.Grant{Call: f.Call, Grant: call.Grant{Epoch: f.Epoch, Site: f.Site, Person: f.Person, Ending: f.Ending, Spoke: f.Spoke, Through: through}}
	default:
		return
	}
	h.replies = append(h.replies, site.FromKiosk{Kiosk: e.Kiosk, Frame: g, At: noon})
}

// input is one thing that happens.
func (h *history) input() {
	h.now += time.Duration(h.rng.IntN(900)) * time.Millisecond
	switch h.rng.IntN(14) {
	case 0, 1, 2:
		h.press()
	case 3, 4:
		h.command()
	case 5, 6:
		if len(h.replies) > 0 {
			h.step(h.replies[0])
			h.replies = h.replies[1:]
		}
	case 7:
		h.now += time.Duration(h.rng.IntN(20)) * time.Second
		h.step(site.Tick{})
	case 8, 9:
		h.fromPeer()
	case 10:
		h.step(site.Present{Person: h.person().ID})
	case 11, 12:
		h.commitSome(1 + h.rng.IntN(8))
	case 13:
		h.rarely()
	}
}

func (h *history) rarely() {
	switch h.rng.IntN(6) {
	case 0:
		h.compare()
	case 1: // the process dies: what was not committed is gone
		h.store = h.reopen()
		h.met.restarts++
		h.start()
		h.compare()
	case 2:
		h.step(site.Absent{Person: h.person().ID})
	case 3:
		h.step(site.KioskDown{Kiosk: h.kiosk()})
	default:
		h.step(site.KioskUp{Kiosk: h.kiosk()})
	}
}

func (h *history) press() {
	k := h.kiosk()
	seq := h.lastSeq[k] + 1
	switch {
	case h.one(8):
		seq = 1 + h.rng.Uint32N(seq) // again, or one that was lost with a crash
	case h.one(8):
		seq++ // one is still on its way
	}
	h.lastSeq[k] = max(h.lastSeq[k], seq)
	p := id(k, 1, seq)
	key := call.Urgent
	if h.one(2) {
		key = call.Enquiry
	}
	h.step(site.FromKiosk{Kiosk: k, At: noon.Add(h.now), Frame: wire.Press{Press: p, Call: h.openCall(k, p), Key: key, AgeMS: int64(h.rng.IntN(900)), Sig: []byte(k)}})
}

// openCall is what the kiosk thinks is open, or a new call.
func (h *history) openCall(kiosk string, p call.PressID) call.ID {
	for _, c := range h.s.Open() {
		if c.Call.ID.Kiosk == kiosk && !p.Less(c.Call.ID.Mark) {
			return c.Call.ID
		}
	}
	return p
}

func (h *history) command() {
	open := h.s.Open()
	if len(open) == 0 {
		return
	}
	c := open[h.rng.IntN(len(open))].Call
	who := h.person()
	events := []call.Event{
		call.Answer{Person: who}, call.Answer{Person: who}, call.Hear{Person: c.Grant.Person}, call.HangUp{Person: c.Grant.Person},
		call.Attend{Attended: call.Attended{Who: "村医", By: who, Site: me, At: noon.Add(h.now), Through: c.Last}},
		call.Close{Closing: call.Closing{Person: who, Site: me, Disposition: "solved", Note: "灯坏了", At: noon.Add(h.now), Through: c.Last}},
	}
	h.step(site.Command{Call: c.ID, Event: events[h.rng.IntN(len(events))]})
}

func (h *history) fromPeer() {
	p := h.peer()
	switch h.rng.IntN(4) {
	case 0:
		h.step(site.FromPeer{Site: p, Frame: wire.Peer{Site: p, Proto: wire.Proto, Have: h.acked(p), Ready: true}})
	case 1:
		h.step(site.FromPeer{Site: p, Frame: wire.FactAck{N: h.acked(p)}})
	default:
		k := h.kiosk()
		c := id(k, 1, 1+h.rng.Uint32N(h.lastSeq[k]+2))
		facts := []call.Fact{
			call.Pressed{Mark: c.Mark, Key: call.Urgent, At: noon}, call.Asked{By: p},
			call.Grant{Epoch: 1 + h.rng.Uint64N(4), Site: p, Person: h.person(), Live: true},
			call.Closing{Person: h.person(), Site: p, Disposition: "solved", At: noon, Through: c.Mark},
		}
		h.childN[p]++
		h.step(site.FromPeer{Site: p, Frame: wire.Fact{N: h.childN[p], Call: c, AgeMS: 10, Decoded: facts[h.rng.IntN(len(facts))]}})
	}
}

// acked is a place up to which the peer can have taken our facts: what is
// committed.
func (h *history) acked(p call.Site) uint64 { return h.rng.Uint64N(max(h.ref.image.NextN[p], 1)) }

func (h *history) commitSome(n int) {
	batch := h.pending[:min(n, len(h.pending))]
	if len(batch) == 0 {
		return
	}
	at := noon.Add(h.now)
	for range 1 + h.rng.IntN(2)*h.rng.IntN(2) {
		must(h.t, h.store.Commit(h.t.Context(), at, batch))
		h.met.repeats++
	}
	h.met.repeats--
	if more := h.pending[:min(2*n, len(h.pending))]; h.one(6) { // nobody knew, and more waited
		batch = more
		must(h.t, h.store.Commit(h.t.Context(), at, batch))
		h.met.repeats++
	}
	for _, s := range batch {
		h.count(s)
		h.ref.apply(h.t, s)
	}
	h.pending = slices.Clone(h.pending[len(batch):])
	h.step(site.Saved{N: batch[len(batch)-1].N})
}

func (h *history) count(s site.Save) {
	h.met.presses += len(s.Presses)
	h.met.outs += len(s.Out)
	h.met.sent += len(s.Sent)
	h.met.have += len(s.Have)
	for _, f := range s.Facts {
		switch f.Fact.(type) {
		case call.Grant:
			h.met.grants++
		case call.Closing:
			h.met.closings++
		}
	}
}

// compare loads, as often as it likes, and looks at everything.
func (h *history) compare() {
	h.t.Helper()
	h.met.loads++
	im, err := h.store.Load(h.t.Context())
	must(h.t, err)
	want, got := describe(h.ref.remembered()), describe(im)
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			h.t.Fatalf("seed %d: the store differs from the image:\nwant %s\ngot  %s", h.seed, at(want, i), at(got, i))
		}
	}
	h.ref.compareLog(h.t, h.store)
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(no more)"
}

// describe writes an image down, one line for each thing in it.
func describe(im *site.Image) []string {
	var lines []string
	add := func(kind string, v ...any) {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err) // the harness's own
		}
		lines = append(lines, kind+" "+string(data))
	}
	for id, c := range im.Calls {
		add("call", id, c)
	}
	for k, seen := range im.Seen {
		add("seen", k, seen)
	}
	for p, rows := range im.Out {
		for i, o := range rows {
			w, _ := eventlog.Write(o.Fact)
			add("out", p, fmt.Sprintf("%06d", i), o.Peer, o.N, o.Call, w.Kind, string(w.Data))
		}
	}
	for p, n := range im.NextN {
		add("next", p, n)
	}
	for p, n := range im.Have {
		add("have", p, n)
	}
	slices.Sort(lines)
	return lines
}
