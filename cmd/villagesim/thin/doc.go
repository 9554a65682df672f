// Package thin finds out how much of a talk arrives over a village's thin line.
// A county of real programs (package line) has one kiosk; a real Chromium shows
// its page on its machine, another is an operator's on the hub's. Each is given
// a voice instead of a microphone: a melody of known notes that never pauses.
// At the other side every 20 ms is asked whether a note of it is heard.
//
//	Chromium, terminal --- thin cable --- hub, LiveKit, Chromium of an operator
//
// The line is well while the talk begins, then it is made thin, and at last well
// again. The same is done with pages that cannot see how the line is: their
// getStats tells nothing, so the rule that puts the voice first never acts. What
// that rule is worth is the difference, and a trial in which it made none would
// mean that the trial sees nothing.
package thin
