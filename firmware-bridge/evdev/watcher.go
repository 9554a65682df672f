package evdev

import (
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/watch"
)

// watcher keeps the keys of one device read, whatever happens to the device.
type watcher struct {
	*watch.Watcher[event, source]
	codes []KeyCode
}

// gapped marks a key of which events were lost, and none has come since.
const gapped = 1

func newWatcher(codes []KeyCode, open func() (source, error), now func() time.Duration,
	rest func(time.Duration) bool, emit func(input.Event)) *watcher {
	var names []input.Key
	for _, c := range codes {
		names = append(names, c.Key)
	}
	w := &watcher{watch.New[event, source](names, now, rest, emit), codes}
	w.Device = watch.Device[event, source]{Open: open, Take: w.take, Levels: w.levels, Believe: w.believe}
	return w
}

// run reads the device until rest says that it is to stop.
func (w *watcher) run() { w.Run() }

func (w *watcher) levels(src source) (func(int) bool, error) {
	down, err := src.Down()
	return func(i int) bool { return down.has(w.codes[i].Code) }, err
}

// evSeen is a type of event that no kernel sends: a state that was looked at.
const evSeen = 0xffff

func (w *watcher) believe(i int, down bool, at time.Duration) event {
	e := event{Time: unix.NsecToTimeval(int64(at)), Type: evSeen, Code: uint16(w.codes[i].Code), Value: keyUp}
	if down {
		e.Value = keyDown
	}
	return e
}

// take hands one event to the machine of its key and says whether events
// before it were lost.
func (w *watcher) take(e event) (gap bool) {
	switch {
	case e.Type == evSyn && e.Code == synDropped:
		w.gap(e)
		return true
	case e.Type != evKey && e.Type != evSeen:
		return false
	}
	for i, k := range w.Keys {
		switch {
		case uint16(w.codes[i].Code) != e.Code:
		case e.Type == evSeen:
			k.Machine.Level(e.Value == keyDown, e.at(), input.ByLevel)
		default:
			move(k, e)
		}
	}
	return false
}

// gap tells of lost events. The kernel says neither how many they are nor
// whose: each key may have lost one at least.
func (w *watcher) gap(e event) {
	for _, k := range w.Keys {
		k.Machine.Advance(e.at()) // what was due before the gap is told before it
		k.Mark = gapped
		w.Emit(input.Event{Key: k.Name, Kind: input.Overrun, At: e.at(), N: 1})
	}
}

func move(k *watch.Key, e event) {
	after := k.Mark
	k.Mark = 0
	switch e.Value {
	case keyDown:
		k.Machine.Level(true, e.at(), input.ByEdge)
	case keyUp:
		if after == gapped && !k.Machine.State().Active {
			// The kernel tells a release only of a key that was down: what
			// pressed it is in the gap.
			k.Machine.Level(true, e.at(), input.ByGap)
		}
		k.Machine.Level(false, e.at(), input.ByEdge)
	}
}
