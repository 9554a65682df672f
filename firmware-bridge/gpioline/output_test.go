package gpioline

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"

	"huying/firmware-bridge/watch"
)

// lampChip is a chip that can be unplugged; high is what its line does.
type lampChip struct {
	fakeChip
	absent bool
}

func (c *lampChip) kernel() kernel {
	k := c.fakeChip.kernel()
	askInner, setInner := k.ask, k.set
	k.ask = func(l Line, build func(int) uapi.LineRequest) (int, int, error) {
		if c.absent {
			return -1, 0, ErrNoChip
		}
		fd, offset, err := askInner(l, build)
		c.high = c.requests[len(c.requests)-1].Config.Attrs[0].Attr.Value64() == 1
		return fd, offset, err
	}
	k.set = func(fd int, high bool) error {
		if c.absent {
			return unix.ENODEV
		}
		return setInner(fd, high)
	}
	return k
}

func TestOutputIsDrivenAgainWhenItsChipReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &lampChip{}
		o := openOut(Line{"board", "LAMP"}, true, c.kernel())
		defer o.Close()
		want := uapi.LineFlagV2Output | uapi.LineFlagV2ActiveLow
		if r := c.requests[0].Config; r.Flags != want || r.Attrs[0].Attr.Value64() != 0 {
			t.Errorf("asked %+v", r)
		}
		if err := o.Set(true); err != nil || !c.high || len(c.requests) != 1 {
			t.Fatalf("high %t after %d requests: %v", c.high, len(c.requests), err)
		}
		change(o, func() { c.absent = true })
		wait(watch.RetryEvery)
		if !errors.Is(o.Err(), ErrNoChip) {
			t.Errorf("without a chip: %v", o.Err())
		}
		if _, err := o.ReadBack(); !errors.Is(err, ErrNoChip) {
			t.Errorf("read back %v", err)
		}
		change(o, func() { c.absent, c.high = false, false })
		wait(watch.RetryEvery)
		if on, err := o.ReadBack(); !on || err != nil || o.Err() != nil || o.Number() != 17 {
			t.Errorf("on %t, %v, %v, number %d", on, err, o.Err(), o.Number())
		}
		change(o, func() { c.high = false }) // an expander that lost its power for a moment
		wait(watch.RetryEvery)
		if !c.high {
			t.Error("a forgetful chip was not told again")
		}
	})
}

func TestOutputThatIsAbsentAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &lampChip{absent: true}
		o := openOut(Line{"board", "LAMP"}, false, c.kernel())
		if err := o.Out(gpio.High); !errors.Is(err, ErrNoChip) {
			t.Errorf("got %v", err)
		}
		change(o, func() { c.absent = false })
		wait(watch.RetryEvery)
		if !c.high {
			t.Error("what was wanted before the chip came was forgotten")
		}
		if err := errors.Join(o.Close(), o.Halt()); err != nil {
			t.Error(err)
		}
		if err := o.Set(true); !errors.Is(err, os.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// change does something to the chip of an output between two of its calls.
func change(o *Output, f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

func TestOutputNeedsAName(t *testing.T) {
	if _, err := OpenOut(Line{Chip: "board"}, false); err == nil {
		t.Error("no error")
	}
}
