// Package releases takes the kiosks of a hub to a new release of their program,
// a few at a time.
//
// A Rollout is pure: it has no clock, no I/O and no goroutine. It looks at what
// is known of the kiosks and decides whom to offer the release next. It has
// three stages: a few picked points, a tenth of the kiosks, all of them. A
// person opens each stage, and may only when every kiosk of the stage before
// that can be reached runs the release and a press from it has arrived since;
// for each that is missing the person gives a reason. It halts by itself when a
// kiosk went back to its old program, fell silent in the middle, or two refused
// the release. In a township at most a tenth of the kiosks (and one at least)
// are under way at once, and a village never has two of its kiosks in doubt.
//
// A Depot keeps the packages, runs the latest rollout and says what each kiosk
// should be told. The county's release key never comes here: a kiosk believes
// the signature in the manifest and nobody else, so a hub can hold a release
// back but neither make nor alter one.
package releases
