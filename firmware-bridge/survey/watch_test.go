package survey

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"huying/firmware-bridge/evdev"
)

func pipe(t *testing.T) (read, write int) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	return fds[0], fds[1]
}

func send(t *testing.T, fd int, events ...any) {
	t.Helper()
	var raw bytes.Buffer
	for _, e := range events {
		if err := binary.Write(&raw, binary.NativeEndian, e); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := unix.Write(fd, raw.Bytes()); n != raw.Len() || err != nil {
		t.Fatalf("wrote %d: %v", n, err)
	}
}

func next(t *testing.T, w *Watcher) Touch {
	t.Helper()
	select {
	case touch := <-w.Touches():
		return touch
	case <-time.After(10 * time.Second):
		t.Fatal("nothing within 10 s")
		return Touch{}
	}
}

// Pipes in place of devices: real poll and read, the kernel's own layouts.
func TestWatcherTellsLinesAndKeysApart(t *testing.T) {
	lineRead, line := pipe(t)
	keyRead, keys := pipe(t)
	w, err := watch([]tap{lineTap(lineRead, "board", "GPIO17"), tapKeys(keyRead, Device{Path: "/dev/input/event3", Links: []string{"/dev/input/by-id/pedal"}})})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	type key struct {
		Time       [evdev.EventSize - 8]byte
		Type, Code uint16
		Value      int32
	}
	send(t, line, uapi.LineEvent{ID: uapi.LineEventRisingEdge}, uapi.LineEvent{ID: uapi.LineEventFallingEdge})
	for _, pressed := range []bool{true, false} {
		if got, want := next(t, w), (Touch{Chip: "board", Line: "GPIO17", Pressed: pressed}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	send(t, keys, key{Type: 4, Code: 4, Value: 458792}, key{Type: 1, Code: 28, Value: 1}, key{}, key{Type: 1, Code: 28, Value: 2}, key{Type: 1, Code: 28})
	for _, pressed := range []bool{true, false} {
		if got, want := next(t, w), (Touch{Device: "/dev/input/by-id/pedal", Lasting: true, Code: 28, Pressed: pressed}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	_ = unix.Close(keys) // unplugged: the others go on
	send(t, line, uapi.LineEvent{ID: uapi.LineEventRisingEdge})
	next(t, w)
}

func TestWatcherClosesWhileSomethingWaits(t *testing.T) {
	lineRead, line := pipe(t)
	w, err := watch([]tap{lineTap(lineRead, "board", "GPIO17")})
	if err != nil {
		t.Fatal(err)
	}
	send(t, line, uapi.LineEvent{ID: uapi.LineEventRisingEdge})
	w.Close()
	w.Close()
	for range w.Touches() { //nolint:revive // only waits for the end
	}
}
