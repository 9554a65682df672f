// Package machine proves huying-terminal's Debian package on a whole machine: a
// kernel, udev and systemd of Debian 12 in QEMU, keys on the lines of a GPIO
// chip that the kernel itself believes in, a button and nothing else on USB, a
// disk that loses what was not flushed when the power goes, and a real hub
// outside. The package is installed as an electrician would, and a hand of the
// machine's own works the keys from below the kernel.
//
// The machine is made of the clean root of package packages' tests and the
// kernel of package gpiokernel. All that is not Debian's own, the first program
// and the errand boy (package guest), comes from the initramfs and lives in
// memory: nothing on the disk helps the terminal.
//
// The machine reaches one port of this one, the hub's, and nothing else.
package machine
