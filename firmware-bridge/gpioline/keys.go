package gpioline

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3/gpio"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/input"
)

// KeyLine is one key and the line to which it is wired.
type KeyLine struct {
	Key       input.Key
	Line      Line
	Pull      gpio.Pull // gpio.PullUp for a key that connects the line to ground
	ActiveLow bool      // true for a key that connects the line to ground
	// Rest is the line of a second contact, wired in the same way, that is
	// closed while the key is up; empty if there is none. With it a cut wire
	// is a Fault, see the package's comment.
	Rest Line
}

// Keys is the Input of keys on GPIO lines, one goroutine for each line.
type Keys struct{ *input.Runtime }

var _ input.Input = (*Keys)(nil)

// Open begins to read the keys. A line that is absent or busy is no error but
// a Fault event, and Restored once it is there: one broken key must not keep
// the other from working. An error means settings that can never work.
func Open(lines ...KeyLine) (*Keys, error) { return OpenKept(nil, lines...) }

// OpenKept is Open for lines that a keeper keeps requested while the program is
// not there. Lines that it has and that are not wanted any more are given up.
func OpenKept(keeper *handover.Keeper, lines ...KeyLine) (*Keys, error) {
	if err := validate(lines); err != nil {
		return nil, err
	}
	k, err := newKeys()
	if err != nil {
		return nil, err
	}
	var desks []*handover.Desk
	for _, l := range lines {
		desks = append(desks, keeper.Desk(l.keptAs()))
	}
	_ = keeper.Discard(keptPrefix) // a line that stays busy is a Fault until it is free
	for i, l := range lines {
		w := k.watcher(l.Key, func() (source, error) { return openKept(desks[i], l, k.Wake()) })
		w.Desk = desks[i]
		w.supervise(l)
		k.Go(w.run)
	}
	return k, nil
}

func validate(lines []KeyLine) error {
	keys, names := map[input.Key]bool{}, map[Line]bool{}
	if len(lines) == 0 {
		return errors.New("gpioline: no key is wired to any line")
	}
	for _, l := range lines {
		if err := errors.Join(l.Key.Validate(), l.Line.Validate()); err != nil {
			return err
		}
		if keys[l.Key] || names[l.Line] {
			return fmt.Errorf("gpioline: %s key on %s: a key has one line and a line one key", l.Key, l.Line)
		}
		keys[l.Key], names[l.Line] = true, true
		if l.Rest == (Line{}) {
			continue
		}
		if err := l.Rest.Validate(); err != nil {
			return err
		}
		if names[l.Rest] {
			return fmt.Errorf("gpioline: the resting contact of the %s key needs a line of its own, not %s", l.Key, l.Rest)
		}
		names[l.Rest] = true
	}
	return nil
}

func newKeys() (*Keys, error) {
	r, err := input.NewRuntime()
	return &Keys{r}, err
}

func (k *Keys) watcher(name input.Key, open func() (source, error)) *watcher {
	return newWatcher(name, open, input.Monotonic, k.Rest, k.Emit)
}

func (k *Keys) watch(name input.Key, open func() (source, error)) {
	k.Go(k.watcher(name, open).run)
}
