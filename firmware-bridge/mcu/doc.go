// Package mcu is the Input of keys on a microcontroller behind a serial port,
// usually USB, and drives the lamps and the buzzer beside them. The firmware
// is in ../firmware; what goes over the line is in docs/mcu-protocol.md.
//
// How a press cannot be missed or doubled, whatever the line does:
//   - the microcontroller debounces, numbers each event and keeps it until the
//     host acknowledges its number, also through a reset;
//   - the host takes events in the order of their numbers, each number once,
//     and acknowledges one when the reader of Events has it;
//   - a frame whose CRC-32C is wrong does not exist: the next zero octet begins
//     a new frame, and what was lost comes again;
//   - each heartbeat carries which numbers are still kept and which keys are
//     down: numbers that no longer exist are an Overrun, never a wait, and a
//     level that the events do not explain is believed;
//   - a line without a valid frame is a Fault and never a press; the port is
//     opened again each second, by its path, until it is Restored.
//
// Times are the microcontroller's, placed on the host's CLOCK_MONOTONIC by the
// quickest frames seen: a press that waited in the microcontroller or in the
// kernel keeps the time at which it happened.
package mcu
