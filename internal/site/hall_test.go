package site_test

import (
	"errors"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

const (
	town   = call.Site("361025105")
	other  = call.Site("361025100")
	county = call.Site("361025")
	mine   = "361025105204-1" // a kiosk of town
	theirs = "361025100201-1" // a kiosk of other
)

var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	li   = call.Person{ID: "p-li", Name: "虚构李", Post: "坐席"}
	wang = call.Person{ID: "p-wang", Name: "虚构王", Post: "坐席"}
)

// hall is a site in virtual time with a store that can be held up.
type hall struct {
	t     *testing.T
	me    call.Site
	s     *site.Site
	image *site.Image
	now   call.Mono
	held  bool // saves wait for commit
	saves []site.Save
	last  uint64        // number of the last save made
	out   []site.Effect // since the last take, without saves
}

func newHall(t *testing.T, me call.Site) *hall {
	h := &hall{t: t, me: me, image: site.NewImage()}
	h.start()
	return h
}

// start begins a process from what the store holds.
func (h *hall) start() {
	parent := county
	if h.me == county {
		parent = ""
	}
	homes := map[string]call.Site{mine: town, theirs: other}
	cfg := site.DefaultConfig(h.me, parent, func(k string) (call.Site, bool) {
		s, ok := homes[k]
		return s, ok && (h.me == county || s == h.me)
	})
	h.now, h.saves, h.last, h.out = 0, nil, 0, nil
	s, out := site.New(cfg, h.image.Copy(), h.now)
	h.s = s
	h.run(out)
}

func (h *hall) run(out []site.Effect) {
	h.t.Helper()
	for _, e := range out {
		s, ok := e.(site.Save)
		if !ok {
			h.check(e)
			h.out = append(h.out, e)
			continue
		}
		if h.last++; s.N != h.last {
			h.t.Fatalf("save %d follows %d", s.N, h.last-1)
		}
		h.saves = append(h.saves, s)
	}
	if !h.held {
		h.commit()
	}
}

// check holds every frame that is sent to what may be sent.
func (h *hall) check(e site.Effect) {
	h.t.Helper()
	var f wire.Frame
	switch e := e.(type) {
	case site.ToKiosk:
		f = e.Frame
	case site.ToPeer:
		f = e.Frame
	default:
		return
	}
	if _, err := wire.Encode(f); err != nil {
		h.t.Errorf("the site sends what cannot be sent: %v", err)
	}
}

// commit stores what waits, in order, and does what waited for it.
func (h *hall) commit() {
	h.t.Helper()
	for len(h.saves) > 0 {
		s := h.saves[0]
		h.saves = h.saves[1:]
		h.image.Apply(s)
		h.image.Apply(s) // committing a save twice changes nothing
		h.run(s.Then)
		out, _ := h.s.Step(h.now, site.Saved{N: s.N})
		h.run(out)
	}
}

func (h *hall) do(in site.Input) {
	h.t.Helper()
	out, err := h.s.Step(h.now, in)
	h.run(out)
	if err != nil {
		h.t.Fatalf("%T %+v: %v", in, in, err)
	}
}

func (h *hall) refused(in site.Input, code string) *call.Refusal {
	h.t.Helper()
	out, err := h.s.Step(h.now, in)
	h.run(out)
	var r *call.Refusal
	if !errors.As(err, &r) || r.Code != code {
		h.t.Fatalf("%T: %v, want %s", in, err, code)
	}
	return r
}

// wait lets time pass, a tick each quarter of a second.
func (h *hall) wait(d time.Duration) {
	h.t.Helper()
	for end := h.now + d; h.now < end; {
		h.now += site.TickEvery
		h.do(site.Tick{})
	}
}

func (h *hall) kiosk(f wire.Frame) { h.t.Helper(); h.kioskAs(mine, f) }

func (h *hall) kioskAs(k string, f wire.Frame) {
	h.t.Helper()
	h.do(site.FromKiosk{Kiosk: k, Frame: f, At: noon})
}

func (h *hall) peer(s call.Site, f wire.Frame) { h.t.Helper(); h.do(site.FromPeer{Site: s, Frame: f}) }

func press(seq, of uint32, k call.Key) wire.Press {
	return pressOf(mine, seq, of, k)
}

func pressOf(kiosk string, seq, of uint32, k call.Key) wire.Press {
	id := func(n uint32) call.ID { return call.ID{Kiosk: kiosk, Mark: call.Mark{Boot: 1, Seq: n}} }
	return wire.Press{Press: id(seq), Call: id(of), Key: k}
}

func id(seq uint32) call.ID { return press(seq, seq, call.Urgent).Call }

// took gives and forgets the effects of kind E.
func took[E site.Effect](h *hall) []E {
	var out []E
	rest := h.out[:0:0]
	for _, e := range h.out {
		if x, ok := e.(E); ok {
			out = append(out, x)
		} else {
			rest = append(rest, e)
		}
	}
	h.out = rest
	return out
}

// sent gives and forgets the frames of kind F to a kiosk or site.
func sent[F wire.Frame](h *hall, to string) []F {
	var out []F
	rest := h.out[:0:0]
	for _, e := range h.out {
		var f wire.Frame
		switch e := e.(type) {
		case site.ToKiosk:
			if e.Kiosk == to {
				f = e.Frame
			}
		case site.ToPeer:
			if string(e.Site) == to {
				f = e.Frame
			}
		}
		if x, ok := f.(F); ok {
			out = append(out, x)
		} else {
			rest = append(rest, e)
		}
	}
	h.out = rest
	return out
}

func one[F wire.Frame](h *hall, to string) F {
	h.t.Helper()
	fs := sent[F](h, to)
	if len(fs) != 1 {
		h.t.Fatalf("%d of %T went to %s, want one: %+v", len(fs), *new(F), to, fs)
	}
	return fs[0]
}

func no[F wire.Frame](h *hall, to string) {
	h.t.Helper()
	if fs := sent[F](h, to); len(fs) > 0 {
		h.t.Fatalf("unexpected: %+v", fs)
	}
}

func (h *hall) call(id call.ID) call.Call {
	h.t.Helper()
	v, ok := h.s.Call(id)
	if !ok {
		h.t.Fatalf("%s is unknown", id)
	}
	return v.Call
}

func (h *hall) phase(id call.ID, want call.Phase, rings bool) {
	h.t.Helper()
	c := h.call(id)
	if c.Phase() != want || c.RingsHere() != rings {
		h.t.Fatalf("%s is %s (rings here: %v), want %s (%v)", id, c.Phase(), c.RingsHere(), want, rings)
	}
}

// grant lets the kiosk say yes to the claim that is under way.
func (h *hall) grant(id call.ID) call.Grant {
	h.t.Helper()
	cl := one[wire.Claim](h, id.Kiosk)
	g := call.Grant{Epoch: cl.After + 1, Site: cl.Site, Person: cl.Person, Live: true}
	h.kioskAs(id.Kiosk, wire.Grant{Call: id, Grant: g})
	return g
}

// confirm lets the kiosk end a grant as it was asked.
func (h *hall) confirm(id call.ID) {
	h.t.Helper()
	r := one[wire.Release](h, id.Kiosk)
	h.kioskAs(id.Kiosk, wire.Grant{Call: id, Grant: call.Grant{Epoch: r.Epoch, Site: r.Site, Person: r.Person,
		Ending: r.Ending, Spoke: r.Spoke, Through: h.call(id).Last}})
}

func (h *hall) by(id call.ID, ev call.Event) { h.t.Helper(); h.do(site.Command{Call: id, Event: ev}) }

// serve takes a call from ringing to its end.
func (h *hall) serve(id call.ID) {
	h.t.Helper()
	h.by(id, call.Answer{Person: li})
	h.grant(id)
	h.by(id, call.Hear{Person: li})
	h.by(id, call.HangUp{Person: li})
	h.confirm(id)
	h.by(id, solved())
}

func solved() call.Close {
	return call.Close{Closing: call.Closing{Person: li, Disposition: "solved", Note: "虚构备注", At: noon}}
}
