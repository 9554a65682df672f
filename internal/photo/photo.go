// Package photo is what a hub and its kiosks agree on about the photo of a
// person who answers: its form, and how a kiosk asks for it.
package photo

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
)

// The form of every photo that a hub keeps and a kiosk takes.
const (
	Side     = 512       // width and height in pixels: a third of a kiosk's screen
	MaxBytes = 100 << 10 // of the JPEG: a second on a line of 1 Mbit/s
)

// The headers by which a kiosk says who it is. Over TLS its certificate proves
// it; without TLS, or behind a proxy, the signature of Text does.
const (
	KioskHeader     = "Huying-Kiosk"
	SignatureHeader = "Huying-Signature" // base64
)

// Path is where a hub answers a kiosk that asks for the photo of a person.
func Path(person string) string { return "/api/kiosk/photo/" + url.PathEscape(person) }

// Text is what a kiosk signs to ask a site for the photo of a person. The first
// line keeps it apart from everything else the key signs; none of the three
// has a line feed in it, so no two requests make the same text.
func Text(kiosk, site, person string) []byte {
	return []byte("huying-photo\n" + kiosk + "\n" + site + "\n" + person)
}

// Tag is the entity tag (RFC 9110, 8.8.3) of a photo: the SHA-256 of its
// octets, quoted, so that a kiosk can say which one it has without keeping
// anything beside it.
func Tag(jpeg []byte) string {
	sum := sha256.Sum256(jpeg)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}
