// Package desk runs a site: it carries frames, commands and time into
// site.Site, and its effects out to sockets, storage, voice and pages.
//
// One lock guards the site. Whoever brings an input (a kiosk's reader, an
// HTTP request, the timer, the store's writer) steps the site under the lock
// and then, outside it, writes what was queued for kiosks. So a press rings
// without waiting for another goroutine, and a slow socket holds up only who
// writes to it.
package desk
