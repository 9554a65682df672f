package evdev

import "huying/firmware-bridge/input"

// drain reads until the kernel has nothing more and says whether events were
// lost. Events read before an error count.
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

// take hands one event to the machine of its key and says whether events
// before it were lost.
func (w *watcher) take(e event) (gap bool) {
	switch {
	case e.Type == evSyn && e.Code == synDropped:
		w.lost(e)
		return true
	case e.Type != evKey:
		return false
	}
	for _, k := range w.keys {
		if uint16(k.Code) == e.Code {
			k.take(e)
		}
	}
	return false
}

// lost tells of a gap. The kernel says neither how long it is nor whose events
// are in it: each key may have lost one at least.
func (w *watcher) lost(e event) {
	for _, k := range w.keys {
		k.machine.Advance(e.at()) // what was due before the gap is told before it
		k.gapped = true
		w.emit(input.Event{Key: k.Key, Kind: input.Overrun, At: e.at(), N: 1})
	}
}

func (k *watched) take(e event) {
	gapped := k.gapped
	k.gapped = false
	switch e.Value {
	case keyDown:
		k.machine.Level(true, e.at(), input.ByEdge)
	case keyUp:
		if gapped && !k.machine.State().Active {
			// The kernel tells a release only of a key that was down: what
			// pressed it is in the gap.
			k.machine.Level(true, e.at(), input.ByGap)
		}
		k.machine.Level(false, e.at(), input.ByEdge)
	}
}
