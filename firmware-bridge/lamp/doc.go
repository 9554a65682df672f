// Package lamp says what the two lamps and the buzzer of a kiosk do, and drives
// them. A Pattern is a pure function of the time since it began, so that the
// n-th switch is at the beginning plus the n-th offset however late the ones
// before were. A Runner drives one output by patterns, in a goroutine of its
// own: an output that fails or hangs is told of and delays nothing else.
//
// An electrician reads a lamp by counting: one short flash every five seconds
// is a kiosk that is well, two in a row is no line, three a fault of the other
// key, four a low battery, five anything else. A lamp that is lit most of the
// time belongs to a call.
package lamp
