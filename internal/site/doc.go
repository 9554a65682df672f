// Package site is a site's end of the protocol, pure: what to store, what to
// acknowledge, whom to claim from, what the sites above and below are told.
// The rules of a single call are in package call; this package holds many
// calls, the kiosks and peers they come from, and the people who take them.
//
// A Site has no clock, no I/O and no goroutine. It rings before anything is
// stored and acknowledges only after: whatever must wait for the disk rides
// in Save.Then, which the runtime carries out after the commit.
package site
