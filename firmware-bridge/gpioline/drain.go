package gpioline

import (
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
)

// drain reads until the kernel has nothing more and says whether events were
// missing. Events read before an error count.
func (w *watcher) drain(src source) (gap bool, err error) {
	for {
		n, err := src.Read(w.buf[:])
		for _, e := range w.buf[:n] {
			gap = w.take(e) || gap
		}
		if err != nil || n == 0 {
			return gap, err
		}
	}
}

// take hands one event to the machine and says whether any before it are
// missing: the kernel drops the oldest when its buffer is full.
func (w *watcher) take(e uapi.LineEvent) (gap bool) {
	at := time.Duration(e.Timestamp)
	active := e.ID == uapi.LineEventRisingEdge // logical: active low is the kernel's affair
	missing := e.LineSeqno - w.seq - 1         // wraps as the kernel's counter does
	w.seq = e.LineSeqno
	if missing == 0 {
		w.machine.Level(active, at, input.ByEdge)
		return false
	}
	w.machine.Advance(at) // what was due before the gap is told before it
	w.emit(input.Event{Key: w.key, Kind: input.Overrun, At: at, N: int(missing)})
	if !active {
		// An edge that leaves a key which we did not know to be down: the edge
		// that pressed it is among the missing.
		w.machine.Level(true, at, input.ByGap)
	}
	w.machine.Level(active, at, input.ByGap)
	return true
}
