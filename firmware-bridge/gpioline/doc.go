// Package gpioline reads keys and drives lamps on the Linux GPIO character
// device (ABI v2, Linux 5.10 and later).
//
// It is our own small adapter because periph.io's driver drops the kernel's
// timestamps and sequence numbers, does not debounce and keeps only 16 events,
// and because go-gpiocdev's watcher ignores the size asked for the event FIFO
// and spins when a chip is unplugged. Only the structures and ioctls of
// go-gpiocdev's package uapi are used.
//
// How a press cannot be missed:
//   - the kernel debounces, stamps, numbers and keeps up to EventBuffer events;
//   - one goroutine per line does nothing but drain them;
//   - it drains until empty before a timer may decide anything: a release is
//     the absence of edges, and an edge in the queue is not absent;
//   - at start, after a gap in the numbers and each second the level is
//     compared with what the edges told;
//   - an error is a Fault and never a press; the line is opened again each
//     second, by label and name, until it is Restored;
//   - where somebody keeps descriptors, the line stays requested while the
//     program is not there, and what was read stays until it is safe: see
//     package handover.
//
// Whether a cut wire is seen depends on the wiring:
//   - one contact that closes when pressed: a cut wire looks like a key that
//     nobody presses; only a practice press finds it;
//   - one contact that opens when pressed (ActiveLow false with a pull-up): a
//     cut wire is a Press and then Stuck; it errs on the side of calling;
//   - both, a change-over contact (KeyLine.Rest): exactly one is closed at any
//     time, so that a cut wire or a pulled plug is a Fault within five seconds
//     and a short circuit too, while presses go on to count.
package gpioline
