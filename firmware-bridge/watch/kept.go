package watch

import (
	"encoding/binary"
	"time"
	"unsafe"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

// What of a Watcher outlives its program is all here. A state is written when
// every press that was read is safe; what was read since then is gone through
// again, in the same order and with the same times, by the next program.

// saved is what a state says of one key, in the machine's own octets.
type saved struct {
	key.State
	Mark uint32
}

// Emit tells an event. A press that the last program made safe is not told.
func (w *Watcher[E, S]) Emit(e input.Event) {
	if e.Kind == input.Press && w.Desk.Kept() {
		var ok bool
		if e, ok = w.Desk.Pressed(e); !ok {
			return
		}
	}
	w.emit(e)
}

// begin makes the keys ready for a device that was just opened or adopted. Of
// the latter everything that waits is read before anything is compared.
func (w *Watcher[E, S]) begin(src S) error {
	if w.resume() {
		_, err := w.drain(src)
		return err
	}
	for _, k := range w.Keys {
		k.Mark, k.differs = 0, true // the first level counts at once
	}
	if w.Desk.Kept() {
		w.Desk.Save(w.state())
	}
	return nil
}

// resume goes on where the last program was, and says whether there was one.
func (w *Watcher[E, S]) resume() bool {
	if !w.Desk.Adopted() {
		return false
	}
	state := w.Desk.State()
	for _, k := range w.Keys {
		var s saved
		n, err := binary.Decode(state, binary.NativeEndian, &s)
		if err != nil {
			s = saved{} // it died before it said anything
		}
		state = state[n:]
		k.Mark, k.differs = s.Mark, false
		k.Machine.Resume(s.State)
	}
	var e [1]E
	w.Desk.Left(int(unsafe.Sizeof(e[0])), func(raw []byte) {
		copy(octets(e[:]), raw)
		w.Take(e[0])
	})
	return true
}

// state is what is known of the keys.
func (w *Watcher[E, S]) state() []byte {
	var out []byte
	for _, k := range w.Keys {
		out, _ = binary.Append(out, binary.NativeEndian, saved{k.Machine.State(), k.Mark}) // of a fixed size
	}
	return out
}

// save leaves the present state, if it is time.
func (w *Watcher[E, S]) save() {
	if w.Desk.Kept() && w.Desk.Due(int(unsafe.Sizeof(w.buf[0]))) {
		w.Desk.Save(w.state())
	}
}

// believe takes a level that was found by looking.
func (w *Watcher[E, S]) believe(i int, down bool, at time.Duration) {
	e := [1]E{w.Believe(i, down, at)}
	if w.Desk.Kept() {
		w.save() // there is room, then
		raw := octets(e[:])
		w.Desk.Landed(copy(w.Desk.Room(len(raw)), raw))
	}
	w.Take(e[0])
}
