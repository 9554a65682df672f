// Package gpiokernel proves the reading of keys on a real kernel without any
// hardware: it boots Debian's kernel in an emulated machine whose GPIO chip is
// the kernel's own simulator, gpio-sim, or whose keyboards are made by its
// uinput, and whose init is the test binary of package gpioline or evdev. The
// trials are in those binaries; this package builds the machine, boots it and
// reads the results from its serial console.
//
// Debian's kernel comes without gpio-sim. Prepare builds it as a module from
// the source package of exactly the kernel whose headers are installed; image
// and source are downloaded and unpacked, not installed. What it builds is
// kept under var/gpiokernel, by version; nothing of the kernel's source, which
// is under the GPL, becomes part of Huying.
//
// Time in the machine is counted in instructions (qemu -icount): a nanosecond
// each, and while all sleep it leaps to the next timer. So a press has exactly
// the timing that the hand gave it, however busy the host is, and hours of
// waiting cost nothing.
package gpiokernel
