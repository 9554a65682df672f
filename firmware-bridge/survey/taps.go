package survey

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"huying/firmware-bridge/evdev"
	"huying/firmware-bridge/gpioline"
)

// lineTaps asks for each free line that has a name; on a chip whose maker named
// none, for every free line.
func lineTaps(c Chip, activeHigh bool) (out []tap, failed []error) {
	if c.Err != nil {
		return nil, []error{c.Err}
	}
	f, err := os.OpenFile(c.Path, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, []error{denied(c.Path, err)}
	}
	defer f.Close()
	for _, l := range c.Lines {
		if !l.Free() || l.Name == "" && c.Named() {
			continue
		}
		r := lineRequest(l.Offset, activeHigh)
		if err := uapi.GetLine(f.Fd(), &r); err != nil {
			failed = append(failed, fmt.Errorf("survey: %s:%s: %w", c.Label, l.Called(), err))
			continue
		}
		_ = unix.SetNonblock(int(r.Fd), true) // it is a descriptor of ours
		out = append(out, lineTap(int(r.Fd), c.Label, l.Called()))
	}
	return out, failed
}

func lineRequest(offset int, activeHigh bool) uapi.LineRequest {
	r := uapi.LineRequest{Lines: 1, EventBufferSize: gpioline.EventBuffer}
	r.Offsets[0] = uint32(offset)
	copy(r.Consumer[:], "huying-probe")
	r.Config.Flags = uapi.LineFlagV2Input | uapi.LineFlagV2EdgeBoth
	if activeHigh {
		r.Config.Flags |= uapi.LineFlagV2BiasPullDown
	} else {
		r.Config.Flags |= uapi.LineFlagV2BiasPullUp | uapi.LineFlagV2ActiveLow
	}
	r.Config.AddAttribute(uapi.LineConfigAttribute{
		Attr: uapi.DebouncePeriod(gpioline.Debounce).Encode(), Mask: uapi.NewLineBitMask(1),
	})
	return r
}

func lineTap(fd int, chip, line string) tap {
	return tap{fd: fd, size: int(unsafe.Sizeof(uapi.LineEvent{})), read: func(raw []byte) (Touch, bool) {
		// struct gpio_v2_line_event of linux/gpio.h
		return Touch{Chip: chip, Line: line,
			Pressed: uapi.LineEventID(binary.NativeEndian.Uint32(raw[8:])) == uapi.LineEventRisingEdge}, true
	}}
}

// keyTap opens an input device without taking it away from anybody.
func keyTap(d Device) (tap, error) {
	fd, err := unix.Open(d.Path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return tap{}, denied(d.Path, &os.PathError{Op: "open", Path: d.Path, Err: err})
	}
	return tapKeys(fd, d), nil
}

func tapKeys(fd int, d Device) tap {
	return tap{fd: fd, size: evdev.EventSize, read: func(raw []byte) (Touch, bool) {
		code, pressed, ok := evdev.KeyOf(raw)
		return Touch{Device: d.Stable(), Lasting: len(d.Links) > 0, Code: code, Pressed: pressed}, ok
	}}
}
