package gpioline

import (
	"encoding/binary"
	"slices"
	"testing/synctest"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
)

func kinds(events []input.Event) []input.Kind {
	var all []input.Kind
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

func sorted(k []input.Kind) []input.Kind { return slices.Sorted(slices.Values(k)) }

func event(active bool, at time.Duration, seq uint32) uapi.LineEvent {
	e := uapi.LineEvent{Timestamp: uint64(at), ID: uapi.LineEventFallingEdge, Seqno: seq, LineSeqno: seq}
	if active {
		e.ID = uapi.LineEventRisingEdge
	}
	return e
}

// encode lays events out as the kernel does.
func encode(events ...uapi.LineEvent) []byte {
	var raw []byte
	for _, e := range events {
		var err error
		if raw, err = binary.Append(raw, binary.NativeEndian, e); err != nil {
			panic(err) // a fixed-size structure
		}
	}
	return raw
}

// wait lets virtual time pass, and a little more for what happens at its end.
func wait(d time.Duration) {
	time.Sleep(d + time.Millisecond)
	synctest.Wait()
}
