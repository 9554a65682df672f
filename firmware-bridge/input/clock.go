package input

import (
	"time"

	"golang.org/x/sys/unix"
)

// Monotonic reads the kernel's CLOCK_MONOTONIC, the clock of GPIO event
// timestamps.
func Monotonic() time.Duration {
	var ts unix.Timespec
	// The call cannot fail: the clock exists on every Linux and ts is ours.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}

// NewClock returns a clock that begins at Monotonic and advances with package
// time. Outside tests both are the same clock; inside a testing/synctest
// bubble it follows the bubble's virtual time, which Monotonic cannot.
func NewClock() func() time.Duration {
	base, start := Monotonic(), time.Now()
	return func() time.Duration { return base + time.Since(start) }
}
