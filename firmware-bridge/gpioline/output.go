package gpioline

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"huying/firmware-bridge/watch"
)

// Output drives one lamp or buzzer on a GPIO line. It remembers whether it is
// to be on and, each second, says so to the kernel again: a chip that was
// unplugged is driven as wanted within watch.RetryEvery of its return, without
// anybody asking. A line that is absent or busy is an error of Set until it is
// there, and of nothing else. All methods may be called from any goroutine and
// none waits for more than a few calls of the kernel.
type Output struct {
	line      Line
	activeLow bool
	kernel    kernel
	stop      chan struct{}
	once      sync.Once
	wg        sync.WaitGroup

	mu     sync.Mutex // guards what follows
	fd     int        // -1 while the line is not ours
	offset int        // -1 before the line was found for the first time
	wanted bool
	closed bool
	err    error
}

var _ gpio.PinOut = (*Output)(nil)

// OpenOut takes a line as an output that is off. Where activeLow is true the
// line is low when the lamp is on. An error means settings that can never
// work; whether the line is there is told by Err and by each Set.
func OpenOut(line Line, activeLow bool) (*Output, error) {
	if err := line.Validate(); err != nil {
		return nil, err
	}
	return openOut(line, activeLow, realKernel()), nil
}

func openOut(line Line, activeLow bool, k kernel) *Output {
	o := &Output{line: line, activeLow: activeLow, kernel: k, stop: make(chan struct{}), fd: -1, offset: -1}
	_ = o.Set(false) // kept for Err; keep tries again
	o.wg.Go(o.keep)
	return o
}

// Set switches the output on or off. An error means that it may not be so now;
// it will be as soon as the line can be had.
func (o *Output) Set(on bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wanted = on
	return o.drive()
}

// Out implements gpio.PinOut. gpio.High is on, whatever the voltage.
func (o *Output) Out(l gpio.Level) error { return o.Set(bool(l)) }

// Err says why the output is not driven as wanted, nil if it is, as of the
// last Set or the last second.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// ReadBack asks the kernel whether the line is on. What it says is what the
// chip measures at the pin, if the chip can, and else what it was told.
func (o *Output) ReadBack() (on bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fd < 0 {
		return false, fmt.Errorf("gpioline: %s is not driven: %w", o.line, o.err)
	}
	return o.kernel.level(o.fd)
}

// drive makes the line as wanted. o.mu is held.
func (o *Output) drive() error {
	if o.closed {
		return fmt.Errorf("gpioline: %s: %w", o.line, os.ErrClosed)
	}
	if o.fd >= 0 {
		if o.err = o.kernel.set(o.fd, o.wanted); o.err == nil {
			return nil
		}
		// The chip was unplugged, and may be back under another descriptor.
		o.err = errors.Join(o.err, unix.Close(o.fd))
		o.fd = -1
	}
	fd, offset, err := o.kernel.ask(o.line, func(offset int) uapi.LineRequest {
		return outputRequest(offset, o.wanted, o.activeLow)
	})
	if o.err = err; err == nil {
		o.fd, o.offset = fd, offset
	}
	return o.err
}

// keep drives the line again and again: chips come back, and an expander that
// lost its power for a moment has forgotten what it was told.
func (o *Output) keep() {
	t := time.NewTicker(watch.RetryEvery)
	defer t.Stop()
	for {
		select {
		case <-o.stop:
			return
		case <-t.C:
			o.mu.Lock()
			_ = o.drive() // kept for Err
			o.mu.Unlock()
		}
	}
}

// Close gives the line back to the kernel and may be called again. What the
// lamp does then is the board's affair: switch it off before.
func (o *Output) Close() error {
	o.once.Do(func() { close(o.stop) })
	o.wg.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.fd < 0 {
		return nil
	}
	err := unix.Close(o.fd)
	o.fd = -1
	return err
}

// Halt implements conn.Resource; it is Close.
func (o *Output) Halt() error { return o.Close() }

// String renders chip:line.
func (o *Output) String() string { return o.line.String() }

// Name returns the line's name.
func (o *Output) Name() string { return o.line.Name }

// Number returns the line's offset in its chip, -1 before it was ever found.
func (o *Output) Number() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.offset
}

// Function implements pin.Pin.
func (o *Output) Function() string { return "Out" }

// PWM implements gpio.PinOut: the character device has none.
func (o *Output) PWM(gpio.Duty, physic.Frequency) error {
	return fmt.Errorf("gpioline: %s: a GPIO line has no PWM", o.line)
}
