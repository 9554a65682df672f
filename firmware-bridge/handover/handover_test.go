package handover_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/handover/stead"
	"huying/firmware-bridge/input"
)

// life is one life of a program with one device, which is a pipe.
type life struct {
	*handover.Desk
	fd      int
	adopted bool
}

// eventSize is that of the events of this device.
const eventSize = 8

// begin starts a program: with what the last one left, if it adopts that.
func begin(t *testing.T, k *handover.Keeper, name string, usable error) life {
	t.Helper()
	l := life{Desk: k.Desk(name)}
	if l.fd, l.adopted = l.Adopt(func(int) error { return usable }); l.adopted {
		return l
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	l.fd = ends[0]
	if err := l.Offer(l.fd); err != nil {
		t.Fatal(err)
	}
	l.Save(nil)
	t.Cleanup(func() { _ = unix.Close(ends[1]) })
	return l
}

// read lets an event land and tells the press that it is.
func (l life) read(event string) (input.Event, bool) {
	l.Landed(copy(l.Room(eventSize), fmt.Sprintf("%-*s", eventSize, event)))
	return l.Pressed(input.Event{Key: input.Red, Kind: input.Press})
}

// again is what the next program is told.
func (l life) again() (told []input.Event) {
	l.Left(eventSize, func([]byte) {
		if e, ok := l.Pressed(input.Event{Key: input.Red, Kind: input.Press}); ok {
			told = append(told, e)
		}
	})
	return told
}

func manager(t *testing.T) *stead.Manager {
	t.Helper()
	m, err := stead.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// restart gives the keeper of a program that starts, with all that was left.
func restart(m *stead.Manager) *handover.Keeper { return m.Inherit() }

func TestWhatWasNotSafeIsToldAgain(t *testing.T) {
	m := manager(t)
	first := begin(t, restart(m), "red", nil)
	for i, event := range []string{"one", "two", "three"} {
		e, ok := first.read(event)
		if !ok || e.Receipt.Begin() != "" {
			t.Fatal("a new press was told before")
		}
		e.Receipt.Mark(fmt.Sprint("press ", i))
		if i == 1 {
			e.Safe()
		}
	}
	m.Await(2)
	second := begin(t, restart(m), "red", nil)
	told := second.again()
	if !second.adopted || len(told) != 2 || told[0].Receipt.Begin() != "press 0" || told[1].Receipt.Begin() != "press 2" {
		t.Fatalf("adopted: %t, told %v", second.adopted, told)
	}
	if second.Due(eventSize) {
		t.Error("a state is to be saved while presses are not safe")
	}
	for _, e := range told {
		e.Safe()
		e.Safe()
	}
	if !second.Due(eventSize) {
		t.Error("all presses are safe and no state is to be saved")
	}
	second.Save([]byte("a state"))
	m.Await(2)
	third := begin(t, restart(m), "red", nil)
	if string(third.State()) != "a state" || len(third.again()) != 0 {
		t.Errorf("state %q", third.State())
	}
}

// TestAPressThatKillsIsLeftAlone: it is told six times and then as lost, and
// what was pressed after it is told.
func TestAPressThatKillsIsLeftAlone(t *testing.T) {
	m := manager(t)
	l := begin(t, restart(m), "red", nil)
	e, _ := l.read("deadly")
	e.Receipt.Begin()
	for range 5 {
		m.Await(2)
		l = begin(t, restart(m), "red", nil)
		told := l.again()
		if len(told) != 1 || told[0].Kind != input.Press {
			t.Fatalf("told %v", told)
		}
		told[0].Receipt.Begin()
	}
	l = begin(t, restart(m), "red", nil)
	if told := l.again(); len(told) != 1 || told[0].Kind != input.Overrun {
		t.Errorf("told %v", told)
	}
	if e, ok := l.read("later"); !ok || e.Kind != input.Press || e.Receipt == nil {
		t.Error("nothing is told after it")
	}
}

// TestAFullDeskGoesOn: presses that nobody makes safe must not stop the keys,
// and their receipts are void then.
func TestAFullDeskGoesOn(t *testing.T) {
	m := manager(t)
	l := begin(t, restart(m), "red", nil)
	e, _ := l.read("first")
	for !l.Due(eventSize) {
		if _, ok := l.read("more"); !ok {
			t.Fatal("a press was refused")
		}
	}
	l.Save(nil)
	e.Receipt.Mark("void")
	e.Safe()
	l.read("next")
	if l.Due(eventSize) {
		t.Error("a void receipt made the next press safe")
	}
	m.Await(2)
	if told := begin(t, restart(m), "red", nil).again(); len(told) != 1 || told[0].Receipt.Begin() != "" {
		t.Errorf("told %v", told)
	}
}

func TestWhatCannotBeUsedIsGivenUp(t *testing.T) {
	m := manager(t)
	l := begin(t, restart(m), "red", nil)
	l.read("one")
	m.Await(2)
	if l = begin(t, restart(m), "red", os.ErrInvalid); l.adopted || len(l.again()) != 0 {
		t.Error("it was used all the same")
	}
	m.Await(2) // the new one only
	k := restart(m)
	l = begin(t, k, "green", nil) // the settings name another
	m.Await(4)
	if err := k.Discard("r"); err != nil {
		t.Error(err)
	}
	if got := m.Names(); !slices.Equal(got, []string{"green", "green"}) {
		t.Errorf("kept: %q", got)
	}
	l.Drop()
	m.Await(0)
	if l.Kept() {
		t.Error("it is still taken for kept")
	}
}

func TestHalfOfItIsNothing(t *testing.T) {
	m := manager(t)
	begin(t, restart(m), "red", nil)
	m.Await(2)
	m.Lose(0)
	if begin(t, restart(m), "red", nil).adopted {
		t.Error("a device without its memory, or the other way round, was adopted")
	}
	m.Await(2)
}

func TestWithoutAKeeperThereIsNoDesk(t *testing.T) {
	k := handover.Find(os.Getpid(), func(string) string { return "" })
	if k != nil || k.Desk("red") != nil || k.Desk("red").Kept() || k.Discard("") != nil {
		t.Error("a keeper out of nothing")
	}
	if _, ok := k.Desk("red").Adopt(nil); ok || k.Desk("red").Offer(0) != nil || k.Desk("red").Adopted() {
		t.Error("a desk out of nothing")
	}
	k.Desk("red").Drop()
}

// TestDescriptorsOfAnotherProcessAreNotOurs: a program that a service starts
// inherits its environment.
func TestDescriptorsOfAnotherProcessAreNotOurs(t *testing.T) {
	env := map[string]string{"NOTIFY_SOCKET": "/nowhere", "LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "red"}
	k := handover.Find(os.Getpid(), func(name string) string { return env[name] })
	if _, ok := k.Desk("red").Adopt(func(int) error { return nil }); ok {
		t.Error("they were taken")
	}
	if err := k.Desk("red").Offer(1); err == nil {
		t.Error("a keeper that is not there kept something")
	}
}
