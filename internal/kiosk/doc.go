// Package kiosk is the kiosk's end of the protocol, pure: what to journal,
// what to send and resend, when to call the county by itself, and who talks.
// It has no clock, no I/O and no goroutine: inputs with their time go in,
// effects come out. The terminal and the simulator are the runtimes around
// it.
//
// The kiosk decides alone who talks (design, section 4, rule 4): a site sends
// CLAIM with the last epoch it knows, and only a claim that knows the kiosk's
// present epoch is granted. So a claim that was delayed, repeated or
// overtaken can never win.
package kiosk
