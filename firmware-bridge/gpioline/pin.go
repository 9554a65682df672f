package gpioline

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// kernel is the part of the GPIO character device that a Pin needs.
type kernel struct {
	ask   func(Line, func(offset int) uapi.LineRequest) (fd, offset int, err error)
	level func(fd int) (bool, error)
	set   func(fd int, high bool) error
}

func realKernel() kernel { return kernel{ask: ask, level: kernelLevel, set: setLevel} }

func setLevel(fd int, high bool) error {
	v := uapi.LineValues{Mask: uapi.NewLineBitMask(1)}
	if high {
		v.Bits = v.Mask
	}
	return uapi.SetLineValuesV2(uintptr(fd), v)
}

// wakeUp makes an eventfd readable: any value but 0 does, in either byte order.
var wakeUp = [8]byte{1}

// Pin is one line as a periph.io pin: a PinOut for lamps, a PinIn for drivers
// that want one. Levels are physical: High is voltage on the line. For keys
// use Keys, which keeps the kernel's timestamps. Only one goroutine may be in
// WaitForEdge; everything else may be called from any.
type Pin struct {
	line   Line
	kernel kernel

	mu     sync.Mutex // guards what follows
	src    *fdSource  // nil until In or Out
	wake   int
	output bool
	offset int
	pull   gpio.Pull

	waiting sync.Mutex // held by WaitForEdge, so that nobody closes its descriptors
}

var _ gpio.PinIO = (*Pin)(nil)

// NewPin returns the pin of a line. Nothing is requested of the kernel before
// In or Out.
func NewPin(line Line) *Pin { return newPin(line, realKernel()) }

func newPin(line Line, k kernel) *Pin { return &Pin{line: line, kernel: k, offset: -1} }

// String renders chip:line.
func (p *Pin) String() string { return p.line.String() }

// Name returns the line's name.
func (p *Pin) Name() string { return p.line.Name }

// Number returns the line's offset in its chip, -1 before In or Out.
func (p *Pin) Number() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offset
}

// Function returns "In", "Out" or "" before either.
func (p *Pin) Function() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.src == nil:
		return ""
	case p.output:
		return "Out"
	}
	return "In"
}

// Halt gives the line back to the kernel and ends a WaitForEdge.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.halt()
}

func (p *Pin) halt() error {
	if p.src == nil {
		return nil
	}
	_, wakeErr := unix.Write(p.wake, wakeUp[:])
	p.waiting.Lock()
	defer p.waiting.Unlock()
	err := errors.Join(wakeErr, p.src.Close(), unix.Close(p.wake))
	p.src, p.output = nil, false
	return err
}

// In implements gpio.PinIn. Edges are debounced by the kernel for Debounce.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pull = pull
	return p.request(false, func(offset int) uapi.LineRequest {
		r := inputRequest(offset, pull, false, Debounce)
		r.Config.Flags &^= uapi.LineFlagV2EdgeMask
		if edge&gpio.RisingEdge != 0 {
			r.Config.Flags |= uapi.LineFlagV2EdgeRising
		}
		if edge&gpio.FallingEdge != 0 {
			r.Config.Flags |= uapi.LineFlagV2EdgeFalling
		}
		return r
	})
}

func (p *Pin) request(output bool, build func(int) uapi.LineRequest) error {
	if err := p.halt(); err != nil {
		return fmt.Errorf("gpioline: %s: %w", p.line, err)
	}
	fd, offset, err := p.kernel.ask(p.line, build)
	if err != nil {
		return err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return errors.Join(fmt.Errorf("gpioline: eventfd: %w", err), unix.Close(fd))
	}
	p.src, p.wake, p.offset, p.output = newFdSource(fd, wake, p.kernel.level), wake, offset, output
	return nil
}

// Read implements gpio.PinIn; it is Low if the line cannot be read, for which
// the interface has no word.
func (p *Pin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.src == nil {
		return gpio.Low
	}
	high, err := p.src.Level()
	return gpio.Level(high && err == nil)
}

// WaitForEdge implements gpio.PinIn. When the line is gone it waits out the
// timeout, so that a caller's loop does not spin.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	src, wake := p.src, p.wake
	if src == nil {
		p.mu.Unlock()
		return false
	}
	p.waiting.Lock() // before mu is free: from here on nobody closes src
	defer p.waiting.Unlock()
	p.mu.Unlock()
	if timeout < 0 {
		timeout = forever
	}
	if got, err := readEdge(src, 0); got || err == nil && timeout == 0 {
		return got
	}
	until := time.Now().Add(timeout)
	got, err := readEdge(src, timeout)
	if err != nil {
		waitOnly(wake, time.Until(until))
	}
	return got
}

// forever is as long as poll can wait, 24 days in whole milliseconds.
const forever = (1<<31 - 1) * time.Millisecond

func readEdge(src *fdSource, timeout time.Duration) (bool, error) {
	if err := src.Wait(timeout); err != nil {
		return false, err
	}
	var one [1]uapi.LineEvent
	n, err := src.Read(one[:])
	return n == 1, err
}

func waitOnly(wake int, d time.Duration) {
	fds := []unix.PollFd{{Fd: int32(wake), Events: unix.POLLIN}}
	_, _ = unix.Poll(fds, int(max(0, d)/time.Millisecond)) // an early return is harmless
}

// Pull returns the bias that In asked for.
func (p *Pin) Pull() gpio.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull implements gpio.PinIn: the kernel does not tell.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// Out implements gpio.PinOut.
func (p *Pin) Out(l gpio.Level) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.src != nil && p.output {
		err := p.kernel.set(p.src.FD, bool(l))
		if err == nil {
			return nil
		}
		// The chip may have been unplugged and be back: ask for the line anew.
	}
	return p.request(true, func(offset int) uapi.LineRequest { return outputRequest(offset, bool(l), false) })
}

// PWM implements gpio.PinOut: the character device has none.
func (p *Pin) PWM(gpio.Duty, physic.Frequency) error {
	return fmt.Errorf("gpioline: %s: a GPIO line has no PWM", p.line)
}
