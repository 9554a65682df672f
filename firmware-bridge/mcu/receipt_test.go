package mcu

import (
	"testing"

	"huying/firmware-bridge/input"
)

// TestPressIsAcknowledgedOnceItIsSafe: a host that is killed between receiving
// a press and its journal has acknowledged neither that press nor what came
// after, so that the next host is told of them.
func TestPressIsAcknowledgedOnceItIsSafe(t *testing.T) {
	k := newTalk(t)
	k.out.receipts = true
	k.beat(1, 0, 0, 0)
	var got []input.Event
	for seq, what := range []uint8{down0, up0, down0, up0} {
		k.hear(1, uint16(seq), 0, what)
		got = append(got, <-k.out.out)
	}
	k.acked("nothing is safe", 0)
	got[2].Safe()
	k.acked("only the second press is safe", 0)

	next := newTalk(t) // the host was killed; the firmware has kept all of it
	next.beat(1, k.out.ack(), 4, 0)
	for seq, what := range []uint8{down0, up0, down0, up0} {
		next.hear(1, uint16(seq), 0, what)
	}
	next.want("red press", "red release", "red press", "red release")

	got[0].Safe()
	got[0].Safe()
	k.acked("all is safe", 4)
}

func (k *talk) acked(when string, want uint16) {
	k.t.Helper()
	k.told() // the outbox notices late that the reader has an event
	if got := k.out.ack(); got != want {
		k.t.Errorf("%s: acknowledged up to %d, want %d", when, got, want)
	}
}

// TestReaderThatMakesNothingSafeHoldsUpNobody: what waits is bounded, as for a
// reader that sleeps.
func TestReaderThatMakesNothingSafeHoldsUpNobody(t *testing.T) {
	k := newTalk(t)
	k.out.receipts = true
	k.beat(1, 0, 0, 0)
	for seq := range uint16(200) {
		k.hear(1, seq, seq, uint8(1-seq%2)*down0)
		<-k.out.out
	}
	if k.told(); k.out.ack() < 200-heldBack || len(k.out.handed) > heldBack {
		t.Errorf("acknowledged up to %d, %d are kept", k.out.ack(), len(k.out.handed))
	}
}
