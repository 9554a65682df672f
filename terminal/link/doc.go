// Package link keeps a kiosk's line to one site: a WebSocket that is opened
// again for ever, with frames in two lanes. It knows the envelope and the
// handshake (CHALLENGE, signed HELLO) and nothing of calls: what it loses,
// the kiosk's core sends again.
//
// Nothing here blocks the caller: Send puts a frame into a bounded lane and
// returns; one goroutine per connection writes, one reads. Each connection has
// a number, and a frame meant for an earlier connection is dropped, so that
// HELLO is always the first frame that a site sees.
package link
