// Package store keeps a hub's state in PostgreSQL: the calls of its site, the
// event log, the streams to other sites, people, kiosks, and sessions. It is
// the only package of the product that knows SQL.
//
// # Commits
//
// Commit takes any number of saves of a site.Site and makes one transaction
// of them in one round trip. It may be repeated when nobody knows what became
// of it, because every row is idempotent: presses by their id, events by their
// content, facts for peers by their number, places in streams by their
// maximum, and calls by being whole values written in order.
//
// Order is what a lost connection endangers: a transaction that was given up
// may still be waiting in the buffers of a stalled server, and must not be
// carried out after a later one. Therefore each attempt has a number, and the
// database refuses one that is not above the last.
//
// # One writer
//
// Load makes its caller the only writer: it raises the incarnation, and the
// commits of whoever was writer before fail with ErrSuperseded. A press that
// an old process accepts can so never be acknowledged and yet be unknown to
// the new one. Load waits for a commit that is under way, so it sees all
// there is.
//
// There is no rule about calls in the schema. Two open calls of one kiosk and
// key are lawful here (another site may have closed the first out of
// earshot), and a rule that refuses rows would keep presses from being stored.
package store
