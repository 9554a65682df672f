// Package evdev is the Input of keys that Linux knows as an input device:
// USB buttons, pedals, keyboards, and whatever a board's own driver offers
// under /dev/input.
//
// How a press cannot be missed, and belongs to nobody else:
//   - the device is grabbed, so that its keys type nothing into a page and no
//     other program swallows them;
//   - the kernel stamps each event with CLOCK_MONOTONIC and keeps events while
//     we do not run; one goroutine per device does nothing but drain them;
//   - where the kernel ran out of room (SYN_DROPPED) an Overrun is told and the
//     state of the keys is read again, as at the start and each second;
//   - that state is read through a second descriptor, because EVIOCGKEY throws
//     away the key events that wait on the descriptor it is asked through;
//   - an error is a Fault and never a press; the device is opened again each
//     second, by its path, until it is Restored;
//   - where somebody keeps descriptors, the device stays open and grabbed while
//     the program is not there: see package handover.
//
// The repetition that keyboards send while a key is held is no press.
package evdev
