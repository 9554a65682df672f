package kiosk_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

var liveConfig = kiosk.Config{ID: "k-1", Home: "361025105", Last: "361025", Times: kiosk.DefaultTimes()}

// life is a kiosk with its whole journal.
type life struct {
	t       *rapid.T
	k       *kiosk.Kiosk
	now     call.Mono
	journal []kiosk.Record
	pressed []kiosk.PressedRecord
	calls   []call.ID
}

func (l *life) keep(effects []kiosk.Effect) {
	for _, e := range effects {
		w, ok := e.(kiosk.Write)
		if !ok {
			continue
		}
		l.journal = append(l.journal, w.Rec)
		if p := w.Rec.Pressed; p != nil {
			l.pressed = append(l.pressed, *p)
			l.calls = append(l.calls, p.Call)
		}
	}
}

func (l *life) boot() {
	var effects []kiosk.Effect
	l.k, effects = kiosk.New(liveConfig, kiosk.Replay(l.journal), l.now)
	l.keep(effects)
}

func (l *life) input(n int) kiosk.Input {
	site := []call.Site{liveConfig.Home, liveConfig.Last}[n%2]
	n /= 2
	what := n % 12
	n /= 12
	who := call.Person{ID: "p1", Name: "张三", Post: "operator"}
	switch what {
	case 0, 1:
		return kiosk.Press{Key: []call.Key{call.Urgent, call.Enquiry}[n%2]}
	case 2:
		return kiosk.LinkUp{Site: site}
	case 3:
		return kiosk.LinkDown{Site: site}
	}
	if len(l.pressed) == 0 {
		return kiosk.Tick{}
	}
	p := l.pressed[len(l.pressed)-1-n%min(len(l.pressed), 4)]
	id := l.calls[len(l.calls)-1-n%min(len(l.calls), 2)]
	var g call.Grant
	if c := l.k.Open(); c != nil {
		g = c.Grant
	}
	switch what {
	case 4, 5:
		return kiosk.Frame{Site: site, Frame: wire.PressAck{Press: p.Press, Call: p.Call}}
	case 6:
		return kiosk.Frame{Site: site, Frame: wire.Claim{Call: id, Site: site, Person: who, After: g.Epoch}}
	case 7:
		return kiosk.Frame{Site: site, Frame: wire.Release{Call: id, Epoch: max(g.Epoch, 1), Ending: call.HungUp, Site: site, Person: who}}
	case 8, 9, 10:
		closing := call.Closing{Person: who, Site: site, Disposition: "solved", Through: l.pressed[len(l.pressed)-1].Press.Mark}
		return kiosk.Frame{Site: site, Frame: wire.State{Call: id, Rev: uint64(l.now), Code: wire.CodeClosed, Closing: &closing}}
	}
	return kiosk.Tick{}
}

// TestCompactedJournalIsAsGoodAsTheWhole lives random lives and then starts
// two kiosks, one from everything and one from Live: whatever happens next,
// both must do the same.
func TestCompactedJournalIsAsGoodAsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{t: t}
		l.boot()
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 1<<20), 1, 200).Draw(t, "life") {
			l.now += time.Second
			if n%97 == 0 {
				l.boot()
				continue
			}
			l.keep(l.k.Step(l.now, l.input(n)))
		}
		short := through(t, l.k.Live())
		whole := through(t, l.journal)
		a, ea := kiosk.New(liveConfig, kiosk.Replay(whole), l.now)
		b, eb := kiosk.New(liveConfig, kiosk.Replay(short), l.now)
		same(t, "start", ea, eb)
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, 1<<20), 1, 40).Draw(t, "after") {
			l.k = a
			if i < 2 {
				n = 4 + i // both links come up first
			}
			in := l.input(n)
			ea, eb := a.Step(l.now, in), b.Step(l.now, in)
			same(t, "after", ea, eb)
			same(t, "panel", a.Panel(l.now), b.Panel(l.now))
			l.keep(ea)
			l.now += time.Second
		}
		if a.Boot() != b.Boot() || a.Presses() != b.Presses() || a.Unacked() != b.Unacked() {
			t.Fatalf("boot %d %d, presses %d %d, unacked %d %d", a.Boot(), b.Boot(), a.Presses(), b.Presses(), a.Unacked(), b.Unacked())
		}
	})
}

// through sends records through JSON, as the disk does.
func through(t *rapid.T, in []kiosk.Record) []kiosk.Record {
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out []kiosk.Record
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *rapid.T, what string, a, b any) {
	t.Helper()
	ja, _ := json.Marshal(a)
	jb, _ := json.Marshal(b)
	if string(ja) != string(jb) {
		t.Fatalf("%s differs:\nwhole %s\nlive  %s", what, ja, jb)
	}
}

// TestPressOutlivesItsCall closes more calls than a kiosk remembers while home
// has stored none of the presses: they are kept, and no closed call opens.
func TestPressOutlivesItsCall(t *testing.T) {
	k, _ := kiosk.New(liveConfig, kiosk.Replay(nil), 0)
	const calls = 12
	who := call.Person{ID: "p1", Name: "张三", Post: "operator"}
	k.Step(0, kiosk.LinkUp{Site: liveConfig.Last})
	for i := range calls {
		k.Step(time.Duration(i), kiosk.Press{Key: call.Enquiry})
		id := k.Open().ID
		closing := call.Closing{Person: who, Site: liveConfig.Last, Disposition: "solved", Through: id.Mark}
		k.Step(time.Duration(i), kiosk.Frame{Site: liveConfig.Last,
			Frame: wire.State{Call: id, Rev: 1, Code: wire.CodeClosed, Closing: &closing}})
	}
	m := kiosk.Replay(k.Live())
	if m.Open != nil {
		t.Errorf("call %v is open again", m.Open)
	}
	if len(m.Presses) != calls {
		t.Errorf("%d presses are kept, want %d", len(m.Presses), calls)
	}
	for _, e := range m.Ended {
		if e.Closing.Person != who {
			t.Errorf("the closing of %v was made up: %+v", e.Call, e.Closing)
		}
	}
}
