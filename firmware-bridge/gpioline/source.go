package gpioline

import (
	"errors"
	"fmt"

	"github.com/warthog618/go-gpiocdev/uapi"

	"huying/firmware-bridge/watch"
)

// source is one requested line.
type source interface {
	watch.Source[uapi.LineEvent]
	// Level says whether the line is active now.
	Level() (bool, error)
}

// fdSource reads a line's file descriptor. The kernel's struct
// gpio_v2_line_event and uapi.LineEvent are the same 48 octets everywhere.
type fdSource struct {
	watch.Descriptor[uapi.LineEvent]
	level func(fd int) (bool, error)
}

// errGone is reported by poll when the chip was unplugged.
var errGone = errors.New("gpioline: the chip is gone")

func newFdSource(fd, wake int, level func(fd int) (bool, error)) *fdSource {
	return &fdSource{watch.Descriptor[uapi.LineEvent]{FD: fd, Wake: wake, Name: "gpioline", Gone: errGone}, level}
}

func (s *fdSource) Level() (bool, error) { return s.level(s.FD) }

// kernelLevel asks the kernel for the debounced, logical level of a line.
func kernelLevel(fd int) (bool, error) {
	v := uapi.LineValues{Mask: uapi.NewLineBitMask(1)}
	if err := uapi.GetLineValuesV2(uintptr(fd), &v); err != nil {
		return false, fmt.Errorf("gpioline: read level: %w", err)
	}
	return v.Get(0) == 1, nil
}
