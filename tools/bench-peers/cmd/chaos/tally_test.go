package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTallySeesWhatIsLostAndWhatComesTwice plays a short life of a broker.
func TestTallySeesWhatIsLostAndWhatComesTwice(t *testing.T) {
	begin := time.Now().Add(-10 * time.Second)
	y := newTally()
	for n := range 4 {
		at := begin.Add(time.Duration(n) * time.Second).UnixNano()
		y.hear(strings.Fields(fmt.Sprintf("pressed 0 %d %d", n, at)))
		if n != 3 {
			y.hear(strings.Fields(fmt.Sprintf("acked 0 %d %d", n, at)))
		}
	}
	y.ring("0 0")
	y.ring("0 1")
	y.ring("0 1")
	y.rang["0 0"], y.rang["0 1"] = begin.Add(time.Second), begin.Add(5*time.Second)
	y.away(begin.Add(1500*time.Millisecond), begin.Add(4500*time.Millisecond))
	var l line
	if err := y.into(&l); err != nil {
		t.Fatal(err)
	}
	if want := (line{Presses: 4, Acked: 3, Lost: 2, LostAcked: 1, Doubled: 1, Worst: 1000}); l != want {
		t.Errorf("got %+v, want %+v", l, want)
	}
	if err := newTally().into(&line{}); err == nil {
		t.Error("nobody pressed, and it was taken for a measurement")
	}
}
