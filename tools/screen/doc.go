// Package screen proves the kiosk's screen as it hangs on the wall: the real
// terminal, the real Chromium with its own sandbox and the package's policy, in
// the real cage, all of them as a user without rights. The monitor is a
// headless sway, whose glass is read pixel by pixel. It has tests only.
//
// cage is told to turn its picture by 180 degrees, and the test turns it back.
// Otherwise cage 0.1.4 hands Chromium's buffers on to the monitor as they are,
// which wlroots 0.15 does wrongly for buffers in shared memory: the monitor
// goes on showing the first one. A real monitor never takes such buffers, so
// there cage draws, as it does here.
package screen
