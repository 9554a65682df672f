package kiosk_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

const (
	home = call.Site("361025105")
	top  = call.Site("361025")
	me   = "361025105204-1"
)

var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	li   = call.Person{ID: "p-li", Name: "虚构李", Post: "坐席"}
	wang = call.Person{ID: "p-wang", Name: "虚构王", Post: "县级"}
)

// booth is a kiosk in virtual time with a disk that can be held up.
type booth struct {
	t       *testing.T
	cfg     kiosk.Config
	k       *kiosk.Kiosk
	now     call.Mono
	journal []kiosk.Record
	slow    bool          // writes wait for flush
	waiting []kiosk.Write // those
	sent    []kiosk.Send  // since the last take
	wakes   int
}

// newBooth is a kiosk that asks for no rating: a press after a talk is for help.
func newBooth(t *testing.T) *booth {
	b := &booth{t: t, cfg: kiosk.Config{ID: me, Home: home, Last: top, Times: kiosk.DefaultTimes()}}
	b.cfg.Times.Rating = 0
	b.start()
	return b
}

// start begins a process from what the journal holds.
func (b *booth) start() {
	var out []kiosk.Effect
	b.waiting = nil
	b.k, out = kiosk.New(b.cfg, kiosk.Replay(b.journal), b.now)
	b.run(out)
	b.sent = nil
}

func (b *booth) run(out []kiosk.Effect) {
	for _, e := range out {
		switch e := e.(type) {
		case kiosk.Write:
			if b.slow {
				b.waiting = append(b.waiting, e)
				continue
			}
			b.write(e)
		case kiosk.Send:
			b.sent = append(b.sent, e)
		case kiosk.Wake:
			b.wakes++
		}
	}
}

func (b *booth) write(w kiosk.Write) {
	b.journal = append(b.journal, w.Rec)
	b.run(w.Then)
}

func (b *booth) flush() {
	w := b.waiting
	b.waiting = nil
	for _, x := range w {
		b.write(x)
	}
}

func (b *booth) do(in kiosk.Input) { b.run(b.k.Step(b.now, in)) }

func (b *booth) up(sites ...call.Site) {
	for _, s := range sites {
		b.do(kiosk.LinkUp{Site: s})
	}
}

func (b *booth) down(s call.Site) { b.do(kiosk.LinkDown{Site: s}) }

func (b *booth) press(k call.Key) call.PressID {
	b.t.Helper()
	b.do(kiosk.Press{Key: k, At: noon})
	for i := len(b.journal) - 1; i >= 0; i-- {
		if p := b.journal[i].Pressed; p != nil && !b.slow {
			return p.Press
		}
	}
	return b.k.Open().ID
}

func (b *booth) from(s call.Site, f wire.Frame) {
	b.t.Helper()
	if _, err := wire.Encode(f); err != nil {
		b.t.Fatalf("the test sends what no site could: %v", err)
	}
	b.do(kiosk.Frame{Site: s, Frame: f})
}

// wait lets time pass, a tick each quarter of a second.
func (b *booth) wait(d time.Duration) {
	for end := b.now + d; b.now < end; {
		b.now += kiosk.TickEvery
		b.do(kiosk.Tick{})
	}
}

// sentTo gives and forgets the frames of kind F that went to a site.
func sentTo[F wire.Frame](b *booth, s call.Site) []F {
	b.t.Helper()
	var out []F
	rest := b.sent[:0:0]
	for _, x := range b.sent {
		if f, ok := x.Frame.(F); ok && x.Site == s {
			if _, err := wire.Encode(f); err != nil {
				b.t.Errorf("the kiosk sends what cannot be sent: %v", err)
			}
			out = append(out, f)
			continue
		}
		rest = append(rest, x)
	}
	b.sent = rest
	return out
}

func one[F wire.Frame](b *booth, s call.Site) F {
	b.t.Helper()
	fs := sentTo[F](b, s)
	if len(fs) != 1 {
		b.t.Fatalf("%d of %T went to %s, want one: %+v", len(fs), *new(F), s, fs)
	}
	return fs[0]
}

func (b *booth) panel(want kiosk.PanelState) kiosk.Panel {
	b.t.Helper()
	p := b.k.Panel(b.now)
	if p.State != want {
		b.t.Fatalf("the panel shows %s, want %s", p.State, want)
	}
	return p
}

// ack lets a site acknowledge all that was pressed.
func (b *booth) ack(s call.Site) {
	for _, r := range b.journal {
		if r.Pressed != nil {
			b.from(s, wire.PressAck{Press: r.Pressed.Press, Call: r.Pressed.Call})
		}
	}
}

// claim lets a person of a site claim the open call after an epoch.
func (b *booth) claim(s call.Site, who call.Person, after uint64) {
	b.from(s, wire.Claim{Call: b.k.Open().ID, Site: s, Person: who, After: after})
}

func (b *booth) release(s call.Site, who call.Person, e call.Ending) {
	o := b.k.Open()
	b.from(s, wire.Release{Call: o.ID, Epoch: o.Grant.Epoch, Ending: e, Spoke: o.Last, Site: s, Person: who})
}

func closing(s call.Site, through call.Mark) *call.Closing {
	return &call.Closing{Person: li, Site: s, Disposition: "solved", At: noon, Through: through}
}

// end lets a site close the open call.
func (b *booth) end(s call.Site) call.ID {
	o := b.k.Open()
	b.from(s, wire.State{Call: o.ID, Rev: 9, Code: wire.CodeClosed, Closing: closing(s, o.Last)})
	if b.k.Open() != nil {
		b.t.Fatal("the call is still open")
	}
	return o.ID
}
