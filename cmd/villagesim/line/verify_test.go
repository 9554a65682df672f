package line

import (
	"testing"
	"time"

	"huying/internal/call"
)

func press(seq uint32) call.PressID {
	return call.PressID{Kiosk: "361025105200-1", Mark: call.Mark{Boot: 1, Seq: seq}}
}

// closed is a call that was ended, with some presses.
func closed(id call.ID, seqs ...uint32) call.Call {
	c := call.New(id)
	for _, s := range seqs {
		c.Merge(call.Pressed{Mark: call.Mark{Boot: 1, Seq: s}, Key: call.Enquiry, At: time.Unix(0, 0)})
	}
	c.Merge(call.Closing{Person: call.Person{ID: "p", Name: "n", Post: "o"}, Site: "361025", Disposition: "solved",
		At: time.Unix(1, 0), Through: call.Mark{Boot: 1, Seq: seqs[len(seqs)-1]}})
	return c
}

// TestCompareFindsWhatIsWrong: a comparison that has never found anything
// proves nothing.
func TestCompareFindsWhatIsWrong(t *testing.T) {
	open := call.New(press(2))
	open.Merge(call.Pressed{Mark: press(2).Mark, Key: call.Urgent, At: time.Unix(0, 0)})
	want := map[call.PressID]call.ID{press(1): press(1), press(2): press(2)}
	for name, tc := range map[string]struct {
		calls  []call.Call
		faults int
	}{
		"all is well":       {[]call.Call{closed(press(1), 1), closed(press(2), 2)}, 0},
		"one lost":          {[]call.Call{closed(press(1), 1)}, 1},
		"one in two calls":  {[]call.Call{closed(press(1), 1, 2), closed(press(2), 2)}, 2}, // and in the wrong one
		"in the wrong call": {[]call.Call{closed(press(1), 1, 2)}, 1},
		"one too many":      {[]call.Call{closed(press(1), 1), closed(press(2), 2, 3)}, 1},
		"a call of nobody":  {[]call.Call{closed(press(1), 1), closed(press(2), 2), closed(press(3), 3)}, 1},
		"still open":        {[]call.Call{closed(press(1), 1), open}, 1},
	} {
		if errs := compare("here", want, tc.calls); len(errs) != tc.faults {
			t.Errorf("%s: %d faults, want %d: %v", name, len(errs), tc.faults, errs)
		}
	}
}

func TestPercentile(t *testing.T) {
	var o Outcome
	if o.Percentile(0.5) != 0 {
		t.Error("nothing has a median")
	}
	for i := range 100 {
		o.Rings = append(o.Rings, time.Duration(i+1))
	}
	if o.Percentile(0.5) != 50 || o.Percentile(0.99) != 99 || o.Percentile(1) != 100 || o.Percentile(0) != 1 {
		t.Error(o.Percentile(0.5), o.Percentile(0.99), o.Percentile(1), o.Percentile(0))
	}
}
