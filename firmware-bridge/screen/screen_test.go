package screen_test

import (
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
	"huying/firmware-bridge/screen"
)

func expect(t *testing.T, s input.Input, k input.Key, kind input.Kind) input.Event {
	t.Helper()
	e, ok := <-s.Events()
	if !ok || e.Key != k || e.Kind != kind {
		t.Fatalf("got %v, want %s %s", e, k, kind)
	}
	return e
}

func expectNothing(t *testing.T, s input.Input) {
	t.Helper()
	synctest.Wait()
	select {
	case e, ok := <-s.Events():
		if ok {
			t.Fatalf("unexpected %v", e)
		}
	default:
	}
}

func press(t *testing.T, s *screen.Keys, k input.Key) {
	t.Helper()
	if err := s.Press(k); err != nil {
		t.Fatal(err)
	}
}

func release(t *testing.T, s *screen.Keys, k input.Key) {
	t.Helper()
	if err := s.Release(k); err != nil {
		t.Fatal(err)
	}
}

func TestTapIsOnePressAndOneRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := screen.New()
		defer s.Close()
		press(t, s, input.Red)
		release(t, s, input.Red)
		down := expect(t, s, input.Red, input.Press)
		up := expect(t, s, input.Red, input.Release)
		if d := up.At - down.At; d != key.Release {
			t.Errorf("released after %s", d)
		}
		time.Sleep(time.Hour)
		expectNothing(t, s)
	})
}

func TestStuckKeyDisablesOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := screen.New()
		defer s.Close()
		press(t, s, input.Red)
		expect(t, s, input.Red, input.Press)
		press(t, s, input.Red) // a second finger on the same key
		expect(t, s, input.Red, input.Stuck)
		press(t, s, input.Green)
		expect(t, s, input.Green, input.Press)
		release(t, s, input.Green)
		expect(t, s, input.Green, input.Release)
		release(t, s, input.Red)
		expect(t, s, input.Red, input.Unstuck)
		expect(t, s, input.Red, input.Release)
		expectNothing(t, s)
	})
}

func TestUnknownKeyIsRefused(t *testing.T) {
	s := screen.New()
	if err := s.Press("blue"); err == nil {
		t.Error("a blue key was pressed")
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := s.Press(input.Red); err != nil {
		t.Errorf("after Close: %v", err)
	}
}
