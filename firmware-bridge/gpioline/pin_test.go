package gpioline

import (
	"errors"
	"testing"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// fakeChip answers for the kernel and keeps what was asked.
type fakeChip struct {
	requests []uapi.LineRequest
	writers  []int
	high     bool
	setErr   error
}

func (c *fakeChip) kernel() kernel {
	return kernel{
		ask: func(_ Line, build func(int) uapi.LineRequest) (int, int, error) {
			var fds [2]int
			if err := unix.Pipe2(fds[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
				return 0, 0, err
			}
			c.requests, c.writers = append(c.requests, build(17)), append(c.writers, fds[1])
			return fds[0], 17, nil
		},
		level: func(int) (bool, error) { return c.high, nil },
		set:   func(_ int, high bool) error { c.high = high; return c.setErr },
	}
}

func TestPinAsInput(t *testing.T) {
	c := &fakeChip{high: true}
	p := newPin(Line{"board", "KEY"}, c.kernel())
	if err := p.In(gpio.PullUp, gpio.FallingEdge); err != nil {
		t.Fatal(err)
	}
	want := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeFalling | uapi.LineFlagV2BiasPullUp
	if f := c.requests[0].Config.Flags; f != want {
		t.Errorf("flags %b, want %b", f, want)
	}
	if p.Read() != gpio.High || p.Number() != 17 || p.Name() != "KEY" || p.Function() != "In" {
		t.Errorf("%s %d %s %s", p, p.Number(), p.Read(), p.Function())
	}
	if p.WaitForEdge(0) {
		t.Error("an edge out of nothing")
	}
	if _, err := unix.Write(c.writers[0], encode(event(false, 1, 1))); err != nil {
		t.Fatal(err)
	}
	if !p.WaitForEdge(-1) {
		t.Error("the edge was not seen")
	}
	ended := make(chan bool)
	go func() { ended <- p.WaitForEdge(-1) }()
	if err := p.Halt(); err != nil {
		t.Error(err)
	}
	if <-ended {
		t.Error("Halt was taken for an edge")
	}
}

// TestPinOfAGoneChipDoesNotSpin: WaitForEdge cannot tell an error, so it must
// last as long as it was asked to.
func TestPinOfAGoneChipDoesNotSpin(t *testing.T) {
	c := &fakeChip{}
	p := newPin(Line{"board", "KEY"}, c.kernel())
	if err := p.In(gpio.Float, gpio.BothEdges); err != nil {
		t.Fatal(err)
	}
	if err := unix.Close(c.writers[0]); err != nil { // hang-up
		t.Fatal(err)
	}
	start := time.Now()
	if p.WaitForEdge(50*time.Millisecond) || time.Since(start) < 45*time.Millisecond {
		t.Errorf("returned after %s", time.Since(start))
	}
	if err := p.Halt(); err != nil {
		t.Error(err)
	}
}

func TestPinAsLamp(t *testing.T) {
	c := &fakeChip{}
	p := newPin(Line{"board", "LAMP"}, c.kernel())
	if err := p.Out(gpio.High); err != nil {
		t.Fatal(err)
	}
	r := c.requests[0]
	if r.Config.Flags != uapi.LineFlagV2Output || r.Config.Attrs[0].Attr.Value64() != 1 || r.Config.NumAttrs != 1 {
		t.Errorf("asked %+v", r.Config)
	}
	if err := p.Out(gpio.Low); err != nil || len(c.requests) != 1 || c.high {
		t.Errorf("%d requests, high %t: %v", len(c.requests), c.high, err)
	}
	c.setErr = errors.New("unplugged")
	if err := p.Out(gpio.High); err != nil || len(c.requests) != 2 {
		t.Errorf("%d requests: %v", len(c.requests), err)
	}
	if err := p.PWM(gpio.DutyHalf, 0); err == nil {
		t.Error("PWM on a plain line")
	}
	if err := errors.Join(p.Halt(), p.Halt()); err != nil {
		t.Error(err)
	}
}

func TestKeyRequestAsksForAllTheKernelOffers(t *testing.T) {
	r := inputRequest(17, gpio.PullUp, true, Debounce)
	want := uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | uapi.LineFlagV2BiasPullUp | uapi.LineFlagV2ActiveLow
	if r.Config.Flags != want || r.EventBufferSize != 1024 || r.Lines != 1 || r.Offsets[0] != 17 {
		t.Errorf("%+v", r)
	}
	if a := r.Config.Attrs[0]; a.Attr.ID != uapi.LineAttributeIDDebounce || a.Attr.Value32() != 5000 || a.Mask != 1 {
		t.Errorf("debounce %+v", a)
	}
	if got := uapi.BytesToString(r.Consumer[:]); got != "huying" {
		t.Errorf("consumer %q", got)
	}
}

func TestChooseByLabelAndName(t *testing.T) {
	chips := []chip{
		{"/dev/gpiochip0", "expander", []string{"A", "B"}},
		{"/dev/gpiochip1", "soc", []string{"", "KEY", "LAMP", "TWIN", "TWIN"}},
		{"/dev/gpiochip2", "expander", []string{"C", "A"}},
	}
	for _, c := range []struct {
		line   Line
		path   string
		offset int
		err    error
	}{
		{Line{"soc", "LAMP"}, "/dev/gpiochip1", 2, nil},
		{Line{"expander", "C"}, "/dev/gpiochip2", 0, nil},
		{Line{"expander", "A"}, "", 0, ErrAmbiguous},
		{Line{"soc", "TWIN"}, "", 0, ErrAmbiguous},
		{Line{"soc", "#0"}, "/dev/gpiochip1", 0, nil},
		{Line{"soc", "#1"}, "", 0, ErrNoLine}, // it has a name: one way to say it
		{Line{"soc", "B"}, "", 0, ErrNoLine},
		{Line{"absent", "B"}, "", 0, ErrNoChip},
	} {
		path, offset, err := choose(chips, c.line)
		if path != c.path || offset != c.offset || !errors.Is(err, c.err) {
			t.Errorf("%s: %s %d %v", c.line, path, offset, err)
		}
	}
}

func TestSettingsThatCanNeverWork(t *testing.T) {
	red := KeyLine{Key: "red", Line: Line{"a", "b"}}
	for name, lines := range map[string][]KeyLine{
		"none":           nil,
		"unknown key":    {{Key: "blue", Line: Line{"a", "b"}}},
		"no line":        {{Key: "red"}},
		"one key twice":  {red, {Key: "red", Line: Line{"a", "c"}}},
		"one line twice": {red, {Key: "green", Line: Line{"a", "b"}}},
		"rest on itself": {{Key: "red", Line: Line{"a", "b"}, Rest: Line{"a", "b"}}},
		"half a rest":    {{Key: "red", Line: Line{"a", "b"}, Rest: Line{Name: "c"}}},
	} {
		if k, err := Open(lines...); err == nil {
			t.Errorf("%s: no error", name)
			_ = k.Close()
		}
	}
}

// TestAbsentChipIsAFault uses the real device folder of this machine.
func TestAbsentChipIsAFault(t *testing.T) {
	k, err := Open(KeyLine{Key: "red", Line: Line{"no such chip", "KEY"}})
	if err != nil {
		t.Fatal(err)
	}
	next(t, k, "fault")
	if err := k.Close(); err != nil {
		t.Error(err)
	}
}
