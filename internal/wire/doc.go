// Package wire is what goes over the sockets between kiosks and sites and
// between sites: one envelope, JSON text frames of at most MaxFrame bytes.
// Unknown fields are ignored, so that an older program understands a newer
// one; unknown types are refused by name. docs/protocol.md says for each
// frame who sends it, when, what is durable before, and what happens when it
// is lost, repeated or late.
package wire

// MaxFrame is the size of the largest frame in bytes (design, section 4).
const MaxFrame = 16 << 10

// Proto is the version of the protocol that HELLO and WELCOME carry.
const Proto = 1
