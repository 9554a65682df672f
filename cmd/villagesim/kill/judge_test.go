package kill

import (
	"strings"
	"testing"
	"time"

	"huying/internal/call"
)

const village = "361025105200-1"

func mark(seq uint32) call.PressID {
	return call.PressID{Kiosk: village, Mark: call.Mark{Boot: 1, Seq: seq}}
}

// made is a call of a kiosk with presses.
func made(presses ...call.PressID) call.Call {
	c := call.New(presses[0])
	for _, p := range presses {
		c.Merge(call.Pressed{Mark: p.Mark, Key: call.Enquiry})
	}
	return c
}

func disks(calls ...call.Call) disk {
	d := disk{calls: calls, stored: map[call.PressID]int{}}
	for _, c := range calls {
		for _, r := range c.Seen.Runs {
			for seq := r.From; seq <= r.To; seq++ {
				d.stored[call.PressID{Kiosk: c.ID.Kiosk, Mark: call.Mark{Boot: r.Boot, Seq: seq}}]++
			}
		}
	}
	return d
}

func TestJudgeSeesWhatIsLostAndWhatIsThereTwice(t *testing.T) {
	promised := []press{{id: mark(1), call: mark(1)}, {id: mark(2), call: mark(1)}}
	forgotten := disks(made(mark(1), mark(2)))
	delete(forgotten.stored, mark(2))
	for name, c := range map[string]struct {
		home          disk
		above         *disk
		fingers       int
		lost, doubled int
		broken        bool
	}{
		"all there":               {home: disks(made(mark(1), mark(2))), fingers: 2},
		"one finger was for none": {home: disks(made(mark(1), mark(2))), fingers: 3},
		"a press is missing":      {home: disks(made(mark(1))), fingers: 2, lost: 1},
		"a call is missing":       {home: disks(), fingers: 2, lost: 2},
		"it is in no event log":   {home: forgotten, fingers: 2, lost: 1},
		"a press is in two calls": {home: disks(made(mark(1), mark(2)), made(mark(2))), fingers: 2, lost: 1, doubled: 1},
		"more presses than hands": {home: disks(made(mark(1), mark(2)), made(mark(3))), fingers: 2, doubled: 1},
		"sites disagree":          {home: disks(made(mark(1), mark(2))), above: new(disk), fingers: 2, broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			county := &County{book: newBook()}
			county.book.fingers[village] = c.fingers
			if c.above != nil {
				*c.above = disks(made(mark(1)))
			}
			a := county.judge(promised, c.home, c.above)
			if len(a.Lost) != c.lost || len(a.Doubled) != c.doubled || (len(a.Broken) > 0) != c.broken {
				t.Errorf("lost %q, doubled %q, broken %q", a.Lost, a.Doubled, a.Broken)
			}
			if (a.Err() == nil) != (c.lost+c.doubled == 0 && !c.broken) {
				t.Errorf("the verdict is %v", a.Err())
			}
		})
	}
}

// TestRingsAreCountedFromWhenTheyCould: an outage excuses what was pressed in
// it or just before, another kiosk's excuses nothing.
func TestRingsAreCountedFromWhenTheyCould(t *testing.T) {
	begin := time.Now().Add(-time.Hour)
	at := func(s float64) time.Time { return begin.Add(time.Duration(s * float64(time.Second))) }
	for name, c := range map[string]struct {
		out  []outage
		want time.Duration
	}{
		"no outage":                  {nil, 9 * time.Second},
		"home was away":              {[]outage{{"", at(0.5), at(8)}}, time.Second},
		"the kiosk was away":         {[]outage{{village, at(0.5), at(8)}}, time.Second},
		"another kiosk was away":     {[]outage{{"361025105201-1", at(0.5), at(8)}}, 9 * time.Second},
		"home went too long after":   {[]outage{{"", at(5), at(8)}}, 9 * time.Second},
		"home and then the kiosk":    {[]outage{{"", at(0.5), at(4)}, {village, at(4.2), at(7)}}, 2 * time.Second},
		"it went after the ring":     {[]outage{{"", at(20), at(30)}}, 9 * time.Second},
		"it was away before already": {[]outage{{"", at(-5), at(-1)}}, 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook()
			b.made(mark(1), mark(1), at(0))
			b.saw(mark(1).String(), 1, true, at(9))
			b.outages = c.out
			rings := b.rings(at(-10), at(10))
			if len(rings) != 1 || !rings[0].rang || rings[0].late != c.want {
				t.Errorf("got %+v, want %v late", rings, c.want)
			}
		})
	}
}

// TestOnlyJournaledPressesArePromised: what a dying kiosk neither stored nor
// got acknowledged was not promised; what it stored was, logged or not.
func TestOnlyJournaledPressesArePromised(t *testing.T) {
	b := newBook()
	now := time.Now()
	for seq := range uint32(3) {
		b.made(mark(seq+1), mark(1), now)
	}
	b.acked(mark(2), now)
	b.died(village, map[call.PressID]*press{mark(1): {id: mark(1), call: mark(1), at: now}, mark(4): {id: mark(4), call: mark(1), at: now}})
	var got []string
	for _, p := range b.promised(now.Add(time.Second)) {
		got = append(got, p.id.String())
	}
	if s := strings.Join(got, " "); len(got) != 3 || strings.Contains(s, mark(3).String()) {
		t.Errorf("promised: %s", s)
	}
}
