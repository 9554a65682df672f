package gpioline

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
)

// What every input line asks of the kernel.
const (
	// Debounce is how long a level must last before the kernel believes it:
	// as long as key.Settle, for the same reasons. Where the chip cannot
	// debounce by itself the kernel does, in ticks: at 250 Hz, as in Debian's
	// kernels, it is 8 to 12 ms. A tap of 20 ms counts all the same.
	Debounce = 5 * time.Millisecond
	// EventBuffer is how many events the kernel keeps while we do not run. With
	// Debounce a line can change at most 200 times a second, so that even a
	// contact that chatters without end needs 5 s to overrun it.
	EventBuffer = 1024
	// consumer is what gpioinfo shows as the owner of our lines.
	consumer = "huying"
)

// ErrKernel is returned where the kernel knows no GPIO ABI v2.
var ErrKernel = errors.New("the kernel is older than 5.10 or was built without GPIO character devices")

// input describes a request for one line with events on both edges.
func inputRequest(offset int, pull gpio.Pull, activeLow bool, debounce time.Duration) uapi.LineRequest {
	r := lineRequest(offset)
	r.EventBufferSize = EventBuffer
	r.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth | bias(pull)
	if activeLow {
		r.Config.Flags |= uapi.LineFlagV2ActiveLow
	}
	if debounce > 0 {
		r.Config.AddAttribute(uapi.LineConfigAttribute{
			Attr: uapi.DebouncePeriod(debounce).Encode(),
			Mask: uapi.NewLineBitMask(1),
		})
	}
	return r
}

// outputRequest describes a request that drives one line from the start, so
// that a lamp never flashes by being configured.
func outputRequest(offset int, active, activeLow bool) uapi.LineRequest {
	r := lineRequest(offset)
	r.Config.Flags = uapi.LineFlagV2Output
	if activeLow {
		r.Config.Flags |= uapi.LineFlagV2ActiveLow
	}
	value := 0
	if active {
		value = 1
	}
	r.Config.AddAttribute(uapi.LineConfigAttribute{
		Attr: uapi.OutputValues(uapi.NewLineBitmap(value)).Encode(),
		Mask: uapi.NewLineBitMask(1),
	})
	return r
}

func lineRequest(offset int) uapi.LineRequest {
	r := uapi.LineRequest{Lines: 1}
	r.Offsets[0] = uint32(offset)
	copy(r.Consumer[:len(r.Consumer)-1], consumer)
	return r
}

func bias(pull gpio.Pull) uapi.LineFlagV2 {
	switch pull {
	case gpio.PullUp:
		return uapi.LineFlagV2BiasPullUp
	case gpio.PullDown:
		return uapi.LineFlagV2BiasPullDown
	case gpio.Float:
		return uapi.LineFlagV2BiasDisabled
	default: // PullNoChange: what the board's firmware set
		return 0
	}
}

// ask sends a request to the chip that has the line and returns the line's
// file descriptor, which does not block.
func ask(line Line, build func(offset int) uapi.LineRequest) (fd, offset int, err error) {
	path, offset, err := choose(scan(), line)
	if err != nil {
		return -1, 0, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, 0, fmt.Errorf("gpioline: %s: %w", line, err)
	}
	defer f.Close()
	request := build(offset)
	if err := uapi.GetLine(f.Fd(), &request); err != nil {
		return -1, 0, fmt.Errorf("gpioline: %s on %s: %w", line, path, explain(err, f.Fd(), offset))
	}
	fd = int(request.Fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		return -1, 0, errors.Join(fmt.Errorf("gpioline: %s: %w", line, err), unix.Close(fd))
	}
	return fd, offset, nil
}

// explain says in words why the kernel refused a line.
func explain(err error, chipFd uintptr, offset int) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		owner := "another program"
		if li, infoErr := uapi.GetLineInfoV2(chipFd, offset); infoErr == nil {
			owner = uapi.BytesToString(li.Consumer[:])
		}
		return fmt.Errorf("the line is in use by %q: %w", owner, err)
	case errors.Is(err, unix.ENOTTY):
		return fmt.Errorf("%w: %w", ErrKernel, err)
	}
	return err
}
