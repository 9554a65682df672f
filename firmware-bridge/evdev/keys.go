package evdev

import (
	"errors"
	"fmt"
	"path/filepath"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/input"
)

// KeyCode is one key of a kiosk and the code that the device sends for it.
type KeyCode struct {
	Key  input.Key
	Code Code
}

// Keys is the Input of the keys of one device. Once it is closed the device
// types again what it is told to, unless somebody keeps it.
type Keys struct{ *input.Runtime }

var _ input.Input = (*Keys)(nil)

// Open begins to read keys of the device at a path, best a link below
// /dev/input/by-id or by-path: the number of an event device depends on the
// order in which devices come. A device that is absent, taken by another
// program or without such a key is no error but a Fault event of each key, and
// Restored once it is there. An error means settings that can never work.
func Open(path string, codes ...KeyCode) (*Keys, error) { return OpenKept(nil, path, codes...) }

// OpenKept is Open for a device that a keeper keeps open and grabbed while the
// program is not there.
func OpenKept(keeper *handover.Keeper, path string, codes ...KeyCode) (*Keys, error) {
	return open(realKernel(), keeper, path, codes)
}

func open(kernel kernel, keeper *handover.Keeper, path string, codes []KeyCode) (*Keys, error) {
	if err := validate(path, codes); err != nil {
		return nil, err
	}
	r, err := input.NewRuntime()
	if err != nil {
		return nil, err
	}
	k := &Keys{r}
	var all []Code
	for _, c := range codes {
		all = append(all, c.Code)
	}
	name, of := keptAs(path, codes)
	desk := keeper.Desk(name)
	_ = keeper.Discard(of) // a device that stays grabbed is a Fault until it is free
	device := func() (source, error) { return openSource(kernel, desk, path, k.Wake(), all) }
	w := newWatcher(codes, device, input.Monotonic, k.Rest, k.Emit)
	w.Desk = desk
	k.Go(w.run)
	return k, nil
}

func validate(path string, codes []KeyCode) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("evdev: path %q is not absolute", path)
	}
	if len(codes) == 0 {
		return errors.New("evdev: no key is named")
	}
	keys, used := map[input.Key]bool{}, map[Code]bool{}
	for _, c := range codes {
		if err := errors.Join(c.Key.Validate(), c.Code.Validate()); err != nil {
			return err
		}
		if keys[c.Key] || used[c.Code] {
			return fmt.Errorf("evdev: %s key with code %s: a key has one code and a code one key", c.Key, c.Code)
		}
		keys[c.Key], used[c.Code] = true, true
	}
	return nil
}
