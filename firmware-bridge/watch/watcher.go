package watch

import (
	"time"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// The paces of a Watcher.
const (
	// CompareEvery is how often the levels are compared with the events.
	CompareEvery = time.Second
	// RetryEvery is how long to wait before a lost device is opened again.
	RetryEvery = time.Second
	// Slack is how old the present must be before a timer may decide about it:
	// an event needs time from the contact to our queue, interrupts and
	// debounce work included. A release is reported this much later; a press
	// never waits.
	Slack = 10 * time.Millisecond
)

// Source is one opened line or device, which delivers events of type E. Only
// the goroutine of its Watcher uses it.
type Source[E any] interface {
	// Wait returns when an event may be read, when the time is over, or when
	// the reader is to stop; it returns an error when the device is gone.
	Wait(timeout time.Duration) error
	// Read fills buf with waiting events and returns how many: 0 if none waits.
	Read(buf []E) (int, error)
	Close() error
}

// Key is one key of a device.
type Key struct {
	Name    input.Key
	Machine *key.Machine
	// Mark is whatever else the device's rules must know of the key from one
	// event to the next. It is 0 when a session begins.
	Mark uint32

	differs bool // the last comparison found another level than the events told
	faulty  uint // the faults that it has, a bit for each
}

// Device is the difference between one kind of device and another: events of
// type E out of sources of type S.
type Device[E any, S Source[E]] struct {
	// Open opens the line or device. Where there is a Desk it adopts what was
	// left there, or leaves what it opened.
	Open func() (S, error)
	// Take hands one event to the machines of the keys and says whether any
	// events before it were lost.
	Take func(e E) (gap bool)
	// Levels says which keys are down now, by their place among the Keys.
	Levels func(src S) (down func(i int) bool, err error)
	// Believe makes the event that Take takes for a level that was found by
	// looking: no device sends it, but it must be kept like those that one does.
	Believe func(i int, down bool, at time.Duration) E
	// Agreed, if not nil, is called when the level of a key is what its events
	// told, each CompareEvery.
	Agreed func(k *Key, down bool)
	// Lost, if not nil, is called when the device cannot be read any more.
	Lost func()
}

// Watcher keeps the keys of one device read, whatever happens to the device.
type Watcher[E any, S Source[E]] struct {
	Device[E, S]
	Keys []*Key
	// Now is CLOCK_MONOTONIC, as package input tells it.
	Now func() time.Duration
	// Rest waits that long and returns false at once when Run is to end.
	Rest func(time.Duration) bool
	// Desk is where the device is kept while the program is not there; nil if
	// nobody keeps it.
	Desk *handover.Desk

	emit func(input.Event)
	buf  [64]E
}

// Line is the fault of a device that cannot be read; other faults of a key are
// for its kind of device to number.
const Line uint = 1

// New returns the watcher of some keys, whose times come from now, who waits by
// rest and tells everything to emit, which must not block. Device, and Desk if
// there is one, are for the caller to set.
func New[E any, S Source[E]](names []input.Key, now func() time.Duration, rest func(time.Duration) bool, emit func(input.Event)) *Watcher[E, S] {
	w := &Watcher[E, S]{Now: now, Rest: rest, emit: emit}
	for _, n := range names {
		w.Keys = append(w.Keys, &Key{Name: n, Machine: key.NewMachine(n, key.Debounced(), w.Emit)})
	}
	return w
}

// Run reads the device until Rest says that it is to stop.
func (w *Watcher[E, S]) Run() {
	for w.Rest(0) {
		start := w.Now()
		err := w.session()
		if err == nil {
			return
		}
		w.lost(err)
		w.Desk.Drop()
		// A plug that was loose for a moment is in again by the time we notice:
		// try at once, but never again and again.
		if w.Now()-start < RetryEvery && !w.Rest(RetryEvery) {
			return
		}
		w.advance(w.Now())
	}
}

// session opens the device and reads it until an error, or nil when it is to stop.
func (w *Watcher[E, S]) session() error {
	src, err := w.Open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // nothing was written to it
	if err := w.begin(src); err != nil {
		return err
	}
	compareAt, err := w.compare(src)
	if err != nil {
		return err
	}
	for _, k := range w.Keys {
		w.Restored(k, Line)
	}
	for w.Rest(0) {
		if err := src.Wait(w.patience(compareAt)); err != nil {
			return err
		}
		now := w.Now() // before the drain: what comes during it is not overtaken
		gap, err := w.drain(src)
		if err != nil {
			return err
		}
		w.advance(now - Slack)
		w.save()
		if !gap && now < compareAt {
			continue
		}
		if compareAt, err = w.compare(src); err != nil {
			return err
		}
	}
	return nil
}

// drain reads until the kernel has nothing more and says whether events were
// lost. Events read before an error count.
func (w *Watcher[E, S]) drain(src S) (gap bool, err error) {
	for {
		w.save() // there is room, then
		n, err := src.Read(w.buf[:])
		for _, e := range w.buf[:n] {
			gap = w.Take(e) || gap
		}
		if err != nil || n == 0 {
			return gap, err
		}
	}
}

// patience is how long to wait for an event before something else is due.
func (w *Watcher[E, S]) patience(until time.Duration) time.Duration {
	for _, k := range w.Keys {
		if due, ok := k.Machine.Next(); ok {
			until = min(until, due+Slack)
		}
	}
	return max(0, until-w.Now())
}

func (w *Watcher[E, S]) advance(to time.Duration) {
	for _, k := range w.Keys {
		k.Machine.Advance(to)
	}
}

// compare holds the levels against what the events told and returns when to do
// so again. A difference is believed only if it is still there Slack later,
// when an event that was on its way must have come.
func (w *Watcher[E, S]) compare(src S) (again time.Duration, err error) {
	down, err := w.Levels(src)
	if err != nil {
		return 0, err
	}
	now := w.Now()
	again = now + CompareEvery
	for i, k := range w.Keys {
		active := down(i)
		switch {
		case active == k.Machine.State().Active:
			k.differs = false
			if w.Agreed != nil {
				w.Agreed(k, active)
			}
		case !k.differs:
			k.differs = true
			again = now + Slack
		default:
			w.believe(i, active, now)
			k.differs = false
		}
	}
	return again, nil
}

// lost says that the device cannot be read.
func (w *Watcher[E, S]) lost(err error) {
	if w.Lost != nil {
		w.Lost()
	}
	for _, k := range w.Keys {
		k.Machine.Lost(w.Now())
		w.Fault(k, Line, err)
	}
}

// Fault tells a fault that is new, also of a key that has another.
func (w *Watcher[E, S]) Fault(k *Key, fault uint, err error) {
	if k.faulty&fault == 0 {
		k.faulty |= fault
		w.emit(input.Event{Key: k.Name, Kind: input.Fault, At: w.Now(), Detail: err.Error()})
	}
}

// Restored ends a fault, and tells so if it was the key's last.
func (w *Watcher[E, S]) Restored(k *Key, fault uint) {
	was := k.faulty & fault
	k.faulty &^= fault
	if was != 0 && k.faulty == 0 {
		w.emit(input.Event{Key: k.Name, Kind: input.Restored, At: w.Now()})
	}
}
