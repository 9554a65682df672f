package evdev

import (
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// The paces of a watcher; gpioline has the same, for the same reasons.
const (
	// compareEvery is how often the state of the keys is compared with the events.
	compareEvery = time.Second
	// retryEvery is how long to wait before a lost device is opened again.
	retryEvery = time.Second
	// slack is how old the present must be before a timer may decide about it:
	// an event needs time from the interrupt to our queue.
	slack = 10 * time.Millisecond
)

// watched is one key of a device.
type watched struct {
	KeyCode
	machine *key.Machine
	differs bool // the last comparison found another state than the events told
	gapped  bool // events were lost, and none of this key has come since
}

// watcher keeps the keys of one device read, whatever happens to the device.
type watcher struct {
	keys []*watched
	open func() (source, error)
	now  func() time.Duration
	emit func(input.Event)
	// rest waits that long and returns false at once when the watcher is to stop.
	rest func(time.Duration) bool

	faulty bool
	buf    [64]event
}

func newWatcher(codes []KeyCode, open func() (source, error), now func() time.Duration,
	rest func(time.Duration) bool, emit func(input.Event)) *watcher {
	w := &watcher{open: open, now: now, rest: rest, emit: emit}
	for _, c := range codes {
		w.keys = append(w.keys, &watched{KeyCode: c, machine: key.NewMachine(c.Key, key.Debounced(), emit)})
	}
	return w
}

// run reads the device until rest says that it is to stop.
func (w *watcher) run() {
	for w.rest(0) {
		err := w.session()
		if err == nil {
			return
		}
		w.fault(err)
		if !w.rest(retryEvery) {
			return
		}
		w.advance(w.now())
	}
}

// session opens the device and reads it until an error, or nil when it is to stop.
func (w *watcher) session() (err error) {
	src, err := w.open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // nothing was written to it
	for _, k := range w.keys {
		k.differs, k.gapped = true, false // the first state counts at once
	}
	compareAt, err := w.compare(src)
	if err != nil {
		return err
	}
	w.restored()
	for w.rest(0) {
		if err := src.Wait(w.patience(compareAt)); err != nil {
			return err
		}
		now := w.now() // before the drain: what comes during it is not overtaken
		gap, err := w.drain(src)
		if err != nil {
			return err
		}
		w.advance(now - slack)
		if !gap && now < compareAt {
			continue
		}
		if compareAt, err = w.compare(src); err != nil {
			return err
		}
	}
	return nil
}

// patience is how long to wait for an event before something else is due.
func (w *watcher) patience(until time.Duration) time.Duration {
	for _, k := range w.keys {
		if due, ok := k.machine.Next(); ok {
			until = min(until, due+slack)
		}
	}
	return max(0, until-w.now())
}

func (w *watcher) advance(to time.Duration) {
	for _, k := range w.keys {
		k.machine.Advance(to)
	}
}

// compare holds the state of the keys against what the events told and returns
// when to do so again. A difference is believed only if it is still there
// slack later, when an event that was on its way must have come.
func (w *watcher) compare(src source) (again time.Duration, err error) {
	down, err := src.Down()
	if err != nil {
		return 0, err
	}
	now := w.now()
	again = now + compareEvery
	for _, k := range w.keys {
		active := down.has(k.Code)
		switch {
		case active == k.machine.State().Active:
			k.differs = false
		case !k.differs:
			k.differs = true
			again = now + slack
		default:
			k.machine.Level(active, now, input.ByLevel)
			k.differs = false
		}
	}
	return again, nil
}

func (w *watcher) fault(err error) {
	now := w.now()
	for _, k := range w.keys {
		k.machine.Lost(now)
		if !w.faulty {
			w.emit(input.Event{Key: k.Key, Kind: input.Fault, At: now, Detail: err.Error()})
		}
	}
	w.faulty = true
}

func (w *watcher) restored() {
	if !w.faulty {
		return
	}
	w.faulty = false
	for _, k := range w.keys {
		w.emit(input.Event{Key: k.Key, Kind: input.Restored, At: w.now()})
	}
}
