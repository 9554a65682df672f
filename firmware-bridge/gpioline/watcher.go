package gpioline

import (
	"fmt"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/watch"
)

// wireFault is that the contacts of a key contradict each other; watch.Line is
// the other fault, each independent of it.
const wireFault = watch.Line << 1

// watcher keeps one key read, whatever happens to its line.
type watcher struct {
	*watch.Watcher[uapi.LineEvent, source]
	machine *key.Machine

	// atRest looks at the key's resting contact; nil if it has none.
	atRest   func() (bool, error)
	lostRest func() // gives its line back
	wires    key.Contacts
}

func newWatcher(k input.Key, open func() (source, error), now func() time.Duration,
	rest func(time.Duration) bool, emit func(input.Event)) *watcher {
	w := &watcher{Watcher: watch.New[uapi.LineEvent, source]([]input.Key{k}, now, rest, emit)}
	w.machine = w.Keys[0].Machine
	w.Device = watch.Device[uapi.LineEvent, source]{
		Open: open, Take: w.take, Levels: level, Believe: believe, Agreed: w.inspect, Lost: w.letRestGo,
	}
	return w
}

func level(src source) (func(int) bool, error) {
	active, err := src.Level()
	return func(int) bool { return active }, err
}

// looked is the kind of an event that no kernel sends: a level that was looked at.
const looked uapi.LineEventID = 1 << 16

func believe(_ int, down bool, at time.Duration) uapi.LineEvent {
	e := uapi.LineEvent{Timestamp: uint64(at), ID: looked | uapi.LineEventFallingEdge}
	if down {
		e.ID = looked | uapi.LineEventRisingEdge
	}
	return e
}

// run reads the key until rest says that it is to stop.
func (w *watcher) run() {
	defer w.letRestGo()
	w.Run()
}

// take hands one event to the machine and says whether any before it are
// missing: the kernel drops the oldest when its buffer is full.
func (w *watcher) take(e uapi.LineEvent) (gap bool) {
	at := time.Duration(e.Timestamp)
	active := e.ID&^looked == uapi.LineEventRisingEdge // logical: active low is the kernel's affair
	if e.ID&looked != 0 {
		w.machine.Level(active, at, input.ByLevel)
		return false
	}
	seq := &w.Keys[0].Mark            // of the last event read; the kernel begins with 1
	missing := e.LineSeqno - *seq - 1 // wraps as the kernel's counter does
	*seq = e.LineSeqno
	if missing == 0 {
		w.machine.Level(active, at, input.ByEdge)
		return false
	}
	w.machine.Advance(at) // what was due before the gap is told before it
	w.Emit(input.Event{Key: w.Keys[0].Name, Kind: input.Overrun, At: at, N: int(missing)})
	if !active {
		// An edge that leaves a key which we did not know to be down: the edge
		// that pressed it is among the missing.
		w.machine.Level(true, at, input.ByGap)
	}
	w.machine.Level(active, at, input.ByGap)
	return true
}

// supervise makes the watcher look at a key's resting contact, if it has one.
func (w *watcher) supervise(l KeyLine) {
	if l.Rest != (Line{}) {
		r := &restLine{key: l, fd: -1}
		w.atRest, w.lostRest = r.closed, r.release
	}
}

// letRestGo gives up the other contact's line, which is likely to be on a chip
// that went.
func (w *watcher) letRestGo() {
	if w.lostRest != nil {
		w.lostRest()
	}
}

// inspect looks at the wires, with the level just read.
func (w *watcher) inspect(k *watch.Key, down bool) {
	if w.atRest == nil {
		return
	}
	resting, err := w.atRest()
	if err != nil {
		w.Fault(k, wireFault, fmt.Errorf("resting contact: %w", err))
		w.wires = key.Contacts{Broken: true} // until it is looked at rest
		return
	}
	w.wires = key.StepContacts(w.wires, down, resting, w.Now())
	switch {
	case !w.wires.Broken:
		w.Restored(k, wireFault)
	case down:
		w.Fault(k, wireFault, ErrShort)
	default:
		w.Fault(k, wireFault, ErrCut)
	}
}
