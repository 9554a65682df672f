// Package machine proves huying-terminal's Debian package on a whole machine: a
// kernel, udev and systemd of Debian 12 in QEMU, keys on the lines of a GPIO
// chip that the kernel believes in, a button on USB, a disk that may lose what
// was not flushed when the power goes, and a real hub outside. The package is
// installed as an electrician would, and the keys are worked from below the
// kernel.
//
// The machine is made of the clean root of package cleanroot and the kernel of
// package gpiokernel. What is not Debian's own, the first program and the one
// that runs errands (package guest), comes from the initramfs and lives in
// memory: nothing on the disk helps the terminal.
//
// The machine reaches one port of this one, the hub's, and nothing else. Its
// clock is this machine's: a hub must find it in time. So a loaded host makes
// it slow, and a press in it is counted in ticks, see package guest.
package machine
