// Package watch keeps the keys of one opened line or device read, whatever
// happens to it: the part that keys on GPIO lines and on input devices have in
// common. What a kind of device says, and how it is opened, is told to it by
// functions.
//
//   - Whatever waits is drained before a timer may decide anything: a release
//     is the absence of edges, and an edge in the queue is not absent.
//   - At the start, after a gap and each second the level is compared with what
//     the edges told.
//   - An error is a Fault and never a press; the device is opened again each
//     second until it is Restored.
package watch
