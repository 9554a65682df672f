package evdev

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
)

// fakeDevice is a pipe in place of a device: real poll and read, the kernel's
// own layout of events; the ioctls are made up.
type fakeDevice struct {
	t      *testing.T
	mu     sync.Mutex
	state  bits
	has    []Code
	busy   error
	write  chan int // the writing end of each session, after its first comparison
	ends   []int
	opened int
}

func (d *fakeDevice) kernel() kernel {
	return kernel{
		open: func(string) (int, error) {
			var fds [2]int
			if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
				return -1, err
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.opened++; d.opened%2 == 1 { // the second is for the state alone
				d.ends = append(d.ends, fds[1])
			}
			return fds[0], nil
		},
		take: func(int) error { d.mu.Lock(); defer d.mu.Unlock(); return d.busy },
		keys: func(int) (b bits, err error) {
			for _, c := range d.has {
				b[c/8] |= 1 << (c % 8)
			}
			return b, nil
		},
		down: func(int) (bits, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			for _, fd := range d.ends {
				d.write <- fd
			}
			d.ends = nil
			return d.state, nil
		},
	}
}

func (d *fakeDevice) press(fd int, c Code, value int32) {
	d.t.Helper()
	d.mu.Lock()
	if value == keyDown {
		d.state[c/8] |= 1 << (c % 8)
	} else {
		d.state[c/8] &^= 1 << (c % 8)
	}
	d.mu.Unlock()
	now := at(input.Monotonic())
	d.send(fd, event{now, evKey, uint16(c), value}, event{now, evSyn, 0, 0})
}

func (d *fakeDevice) send(fd int, events ...event) {
	d.t.Helper()
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&events[0])), len(events)*eventSize)
	if n, err := unix.Write(fd, raw); n != len(raw) || err != nil {
		d.t.Fatalf("wrote %d of %d octets: %v", n, len(raw), err)
	}
}

func next(t *testing.T, k *Keys, key input.Key, kind input.Kind) input.Event {
	t.Helper()
	select {
	case e := <-k.Events():
		if e.Kind != kind || e.Key != key {
			t.Fatalf("got %v, want %s %s", e, key, kind)
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatalf("no %s %s within 10 s", key, kind)
		return input.Event{}
	}
}

func TestEventsOfARealDescriptor(t *testing.T) {
	d := &fakeDevice{t: t, has: []Code{enter, space}, write: make(chan int, 8)}
	k, err := open(d.kernel(), nil, "/dev/input/by-id/keys", both)
	if err != nil {
		t.Fatal(err)
	}
	fd := <-d.write
	began := input.Monotonic()
	d.press(fd, enter, keyDown)
	if e := next(t, k, input.Red, input.Press); e.At < began || e.At > input.Monotonic() || e.Reason != input.ByEdge {
		t.Errorf("%v, began at %s", e, began)
	}
	d.press(fd, enter, keyUp)
	next(t, k, input.Red, input.Release)
	d.send(fd, event{at(input.Monotonic()), evSyn, synDropped, 0})
	next(t, k, input.Red, input.Overrun)
	next(t, k, input.Green, input.Overrun)
	_ = unix.Close(fd) // unplugged: the reading end sees the end
	next(t, k, input.Red, input.Fault)
	next(t, k, input.Green, input.Fault)
	next(t, k, input.Red, input.Restored)
	next(t, k, input.Green, input.Restored)
	d.press(<-d.write, space, keyDown)
	next(t, k, input.Green, input.Press)
	if err := errors.Join(k.Close(), k.Close()); err != nil {
		t.Error(err)
	}
	for range k.Events() { //nolint:revive // only waits for the end
	}
}

func TestADeviceThatCannotBeUsedIsAFault(t *testing.T) {
	for name, c := range map[string]struct {
		d    *fakeDevice
		says string
	}{
		"no such key": {&fakeDevice{has: []Code{enter}}, "no key of this code: KEY_SPACE"},
		"taken":       {&fakeDevice{has: []Code{enter, space}, busy: errors.New("another program has grabbed it")}, "grabbed"},
	} {
		c.d.t, c.d.write = t, make(chan int, 8)
		k, err := open(c.d.kernel(), nil, "/dev/input/by-id/keys", both)
		if err != nil {
			t.Fatal(err)
		}
		if e := next(t, k, input.Red, input.Fault); !strings.Contains(e.Detail, c.says) {
			t.Errorf("%s: %v", name, e)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatIsNoDevice(t *testing.T) {
	for path, says := range map[string]string{"/dev/null": "no input device", "/nowhere": "no such file"} {
		k, err := Open(path, both...)
		if err != nil {
			t.Fatal(err)
		}
		if e := next(t, k, input.Red, input.Fault); !strings.Contains(e.Detail, says) {
			t.Errorf("%s: %v", path, e)
		}
		_ = k.Close()
	}
}

func TestOpenRefusesWhatCannotWork(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		codes []KeyCode
	}{
		"relative":    {"event0", both},
		"no keys":     {"/dev/input/x", nil},
		"twice a key": {"/dev/input/x", []KeyCode{{input.Red, 1}, {input.Red, 2}}},
		"one code":    {"/dev/input/x", []KeyCode{{input.Red, 1}, {input.Green, 1}}},
		"no code":     {"/dev/input/x", []KeyCode{{input.Red, 0}}},
		"too large":   {"/dev/input/x", []KeyCode{{input.Red, 0x300}}},
		"no such key": {"/dev/input/x", []KeyCode{{"blue", 1}}},
	} {
		if k, err := Open(c.path, c.codes...); err == nil {
			_ = k.Close()
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestCodes(t *testing.T) {
	for s, want := range map[string]Code{"28": 28, "0x1c": 28, "KEY_ENTER": 28, "key_space": 57, "BTN_TRIGGER": 0x120, "700": 700} {
		if c, err := ParseCode(s); err != nil || c != want {
			t.Errorf("%s is %v, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "0", "768", "KEY_NOTHING", "-1"} {
		if c, err := ParseCode(s); err == nil {
			t.Errorf("%q is %v", s, c)
		}
	}
	if got := []string{enter.String(), Code(700).String()}; !slices.Equal(got, []string{"KEY_ENTER", "700"}) {
		t.Errorf("%q", got)
	}
}
