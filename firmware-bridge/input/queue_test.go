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
	presses, others, lost := 0, 0, 0
	marker := time.Duration(0)
	for e := range q.Events() {
		switch {
		case e.Kind == input.Overrun:
			lost += e.N
		case e.At > 0: // the first marker that found room, after those refused
			all := pushed + int(e.At) - 1
			if presses+others+lost != all || lost == 0 {
				t.Fatalf("%d presses, %d others, %d told lost; %d pushed", presses, others, lost, all)
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
		if presses >= 2000 { // room comes back: what was lost comes to light
			marker++
			q.Push(input.Event{Key: input.Red, Kind: input.Press, At: marker})
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
