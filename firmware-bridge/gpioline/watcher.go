package gpioline

import (
	"fmt"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// The paces of a watcher.
const (
	// compareEvery is how often the level is compared with the edges.
	compareEvery = time.Second
	// retryEvery is how long to wait before a lost line is opened again.
	retryEvery = time.Second
	// slack is how old the present must be before a timer may decide about it:
	// an edge needs time from the contact to our queue, interrupts and
	// debounce work included. A release is reported this much later; a press
	// never waits.
	slack = 10 * time.Millisecond
)

// fault is what may be wrong with a key, each independent of the other.
type fault int

const (
	lineFault fault = iota // the line cannot be read
	wireFault              // the contacts contradict each other
	faults                 // how many there are
)

// watcher keeps one key read, whatever happens to its line.
type watcher struct {
	key  input.Key
	open func() (source, error)
	now  func() time.Duration
	emit func(input.Event)
	// rest waits that long and returns false at once when the watcher is to stop.
	rest func(time.Duration) bool

	// atRest looks at the key's resting contact; nil if it has none.
	atRest   func() (bool, error)
	lostRest func() // gives its line back

	machine *key.Machine
	faulty  [faults]bool
	wires   key.Contacts
	differs bool   // the last comparison found another level than the edges told
	seq     uint32 // number of the last event read; the kernel begins with 1
	buf     [64]uapi.LineEvent
}

func newWatcher(k input.Key, open func() (source, error), now func() time.Duration,
	rest func(time.Duration) bool, emit func(input.Event)) *watcher {
	return &watcher{
		key: k, open: open, now: now, emit: emit, rest: rest,
		machine: key.NewMachine(k, key.Debounced(), emit),
	}
}

// run reads the key until rest says that it is to stop.
func (w *watcher) run() {
	if w.lostRest != nil {
		defer w.lostRest()
	}
	for w.rest(0) {
		start := w.now()
		err := w.session()
		if err == nil {
			return
		}
		w.lost(err)
		// A plug that was loose for a moment is in again by the time we notice:
		// try at once, but never again and again.
		if w.now()-start < retryEvery && !w.rest(retryEvery) {
			return
		}
		w.machine.Advance(w.now())
	}
}

// session opens the line and reads it until an error, or nil when it is to stop.
func (w *watcher) session() (err error) {
	src, err := w.open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // nothing was written to it
	w.seq, w.differs = 0, true         // the first level counts at once
	compareAt, err := w.compare(src)
	if err != nil {
		return err
	}
	w.restored(lineFault)
	for w.rest(0) {
		if err := src.Wait(w.patience(compareAt)); err != nil {
			return err
		}
		now := w.now() // before the drain: what comes during it is not overtaken
		gap, err := w.drain(src)
		if err != nil {
			return err
		}
		w.machine.Advance(now - slack)
		if !gap && now < compareAt {
			continue
		}
		if compareAt, err = w.compare(src); err != nil {
			return err
		}
	}
	return nil
}

// patience is how long to wait for an edge before something else is due.
func (w *watcher) patience(until time.Duration) time.Duration {
	if due, ok := w.machine.Next(); ok {
		until = min(until, due+slack)
	}
	return max(0, until-w.now())
}

// compare holds the level against what the edges told and returns when to do
// so again. A difference is believed only if it is still there slack later,
// when an edge that was on its way must have come.
func (w *watcher) compare(src source) (again time.Duration, err error) {
	active, err := src.Level()
	if err != nil {
		return 0, err
	}
	now := w.now()
	if active == w.machine.State().Active {
		w.differs = false
		w.inspect(active)
		return now + compareEvery, nil
	}
	if !w.differs {
		w.differs = true
		return now + slack, nil
	}
	w.machine.Level(active, now, input.ByLevel)
	w.differs = false
	return now + compareEvery, nil
}

// lost says that the line cannot be read. The other contact's is likely to be
// on the same chip.
func (w *watcher) lost(err error) {
	if w.lostRest != nil {
		w.lostRest()
	}
	w.machine.Lost(w.now())
	w.fault(lineFault, err)
}

// fault tells a new fault, also of a key that has another.
func (w *watcher) fault(f fault, err error) {
	if !w.faulty[f] {
		w.faulty[f] = true
		w.emit(input.Event{Key: w.key, Kind: input.Fault, At: w.now(), Detail: err.Error()})
	}
}

// restored tells the end of the last fault.
func (w *watcher) restored(f fault) {
	was := w.faulty[f]
	w.faulty[f] = false
	if was && w.faulty == [faults]bool{} {
		w.emit(input.Event{Key: w.key, Kind: input.Restored, At: w.now()})
	}
}

// supervise makes the watcher look at a key's resting contact, if it has one.
func (w *watcher) supervise(l KeyLine) {
	if l.Rest != (Line{}) {
		r := &restLine{key: l, fd: -1}
		w.atRest, w.lostRest = r.closed, r.release
	}
}

// inspect looks at the wires, with the level just read.
func (w *watcher) inspect(down bool) {
	if w.atRest == nil {
		return
	}
	resting, err := w.atRest()
	if err != nil {
		w.fault(wireFault, fmt.Errorf("resting contact: %w", err))
		w.wires = key.Contacts{Broken: true} // until it is seen at rest
		return
	}
	w.wires = key.StepContacts(w.wires, down, resting, w.now())
	switch {
	case !w.wires.Broken:
		w.restored(wireFault)
	case down:
		w.fault(wireFault, ErrShort)
	default:
		w.fault(wireFault, ErrCut)
	}
}
