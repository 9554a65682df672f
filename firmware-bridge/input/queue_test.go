package input_test

import (
	"testing"
	"time"

	"huying/firmware-bridge/input"
)

func TestQueueKeepsOrderAndNeverBlocks(t *testing.T) {
	q := input.NewQueue()
	defer q.Close()
	const n = 2000
	for i := range n {
		q.Push(input.Event{Key: input.Red, Kind: input.Release, At: time.Duration(i)})
	}
	for i := range n {
		if e := <-q.Events(); e.At != time.Duration(i) {
			t.Fatalf("event %d is %v", i, e)
		}
	}
}

func TestQueueTellsWhatItRefused(t *testing.T) {
	q := input.NewQueue()
	defer q.Close()
	const pushed = 20000
	for range pushed / 2 {
		q.Push(input.Event{Key: input.Red, Kind: input.Release})
		q.Push(input.Event{Key: input.Red, Kind: input.Press})
	}
	presses, others := 0, 0
	for presses < 2000 { // far behind, yet presses had a reserve of their own
		if e := <-q.Events(); e.Kind == input.Press {
			presses++
		} else {
			others++
		}
	}
	q.Push(input.Event{Key: input.Red, Kind: input.Press, At: time.Hour})
	lost := 0
	for e := range q.Events() {
		switch {
		case e.Kind == input.Overrun:
			lost += e.N
		case e.At == time.Hour:
			if presses+others+lost != pushed || lost == 0 {
				t.Fatalf("%d presses, %d others, %d told lost; %d pushed", presses, others, lost, pushed)
			}
			if presses <= others {
				t.Errorf("%d presses were kept and %d others", presses, others)
			}
			return
		case e.Kind == input.Press:
			presses++
		default:
			others++
		}
	}
}

func TestQueueCloseWhileFullAndTwice(t *testing.T) {
	q := input.NewQueue()
	q.Push(input.Event{Key: input.Red, Kind: input.Press})
	q.Close()
	q.Close()
	q.Push(input.Event{Key: input.Red, Kind: input.Press})
	for range q.Events() { //nolint:revive // only waits for the end
	}
}

func TestMonotonicIsTheClockOfThisProgram(t *testing.T) {
	clock := input.NewClock()
	a, b := input.Monotonic(), clock()
	if d := b - a; d < -time.Millisecond || d > time.Second {
		t.Errorf("clocks differ by %s", d)
	}
}
