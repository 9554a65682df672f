package gpioline

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/watch"
)

// fakeLine is a pipe in place of a line's descriptor: real poll and read, the
// kernel's own layout of events.
type fakeLine struct {
	t     *testing.T
	level atomic.Bool
	opens atomic.Int32
	write chan int // the writing end of each session, after its first comparison
}

func (l *fakeLine) open(wake int) (source, error) {
	l.opens.Add(1)
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, err
	}
	var once sync.Once
	return newFdSource(fds[0], wake, func(int) (bool, error) {
		active := l.level.Load()
		once.Do(func() { l.write <- fds[1] })
		return active, nil
	}), nil
}

func (l *fakeLine) send(fd int, raw []byte) {
	l.t.Helper()
	if n, err := unix.Write(fd, raw); n != len(raw) || err != nil {
		l.t.Fatalf("wrote %d of %d octets: %v", n, len(raw), err)
	}
}

func startPipe(t *testing.T) (*Keys, *fakeLine, int) {
	t.Helper()
	k, err := newKeys()
	if err != nil {
		t.Fatal(err)
	}
	l := &fakeLine{t: t, write: make(chan int, 8)}
	k.watch(input.Red, func() (source, error) { return l.open(k.Wake()) })
	return k, l, <-l.write
}

func next(t *testing.T, k *Keys, kind input.Kind) input.Event {
	t.Helper()
	select {
	case e := <-k.Events():
		if e.Kind != kind {
			t.Fatalf("got %v, want %s", e, kind)
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatalf("no %s within 10 s", kind)
		return input.Event{}
	}
}

func TestEventsOfARealDescriptor(t *testing.T) {
	k, l, fd := startPipe(t)
	at := input.Monotonic()
	l.level.Store(true)
	l.send(fd, encode(event(true, at, 1)))
	if e := next(t, k, input.Press); e.At != at || e.Reason != input.ByEdge {
		t.Errorf("press at %s by %s, the kernel said %s", e.At, e.Reason, at)
	}
	up := input.Monotonic()
	l.level.Store(false)
	l.send(fd, encode(event(false, up, 2)))
	if e := next(t, k, input.Release); e.At != up+key.Release {
		t.Errorf("release at %s, want %s", e.At, up+key.Release)
	}
	// Two presses and a gap of three in one read.
	at = input.Monotonic() + 2*time.Second // later than the watcher's clock, however late this test is
	l.send(fd, encode(
		event(true, at, 3), event(false, at+key.Release, 4),
		event(true, at+3*key.Release, 8), event(false, at+4*key.Release, 9)))
	next(t, k, input.Press)
	next(t, k, input.Release)
	if e := next(t, k, input.Overrun); e.N != 3 {
		t.Errorf("overrun of %d, want 3", e.N)
	}
	next(t, k, input.Press)
	next(t, k, input.Release)
	for range 2 {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := unix.Close(fd); err != nil {
		t.Error(err)
	}
}

func TestHangUpIsAFaultThenRestored(t *testing.T) {
	k, l, fd := startPipe(t)
	l.send(fd, encode(event(true, input.Monotonic(), 1)))
	if err := unix.Close(fd); err != nil { // unplugged with an event still to read
		t.Fatal(err)
	}
	l.level.Store(false)
	next(t, k, input.Press)
	next(t, k, input.Fault)
	again := <-l.write
	next(t, k, input.Release)
	next(t, k, input.Restored)
	if n := l.opens.Load(); n != 2 {
		t.Errorf("opened %d times", n)
	}
	l.send(again, []byte("half an event")) // a kernel of another layout
	if e := next(t, k, input.Fault); e.Detail == "" {
		t.Error("a fault without a word")
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	_ = unix.Close(again)
}

func TestCloseWakesAWaitingReader(t *testing.T) {
	k, _, fd := startPipe(t)
	start := time.Now()
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > watch.CompareEvery/2 {
		t.Errorf("Close took %s", d)
	}
	_ = unix.Close(fd)
}
