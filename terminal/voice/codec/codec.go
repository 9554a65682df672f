// Package codec turns 20 ms of sound into a packet and back: Opus (RFC 6716)
// without cgo, and G.711 mu-law for boards that are too weak for it. Who uses
// it sees two small interfaces, so that another encoder can take the place of
// the one in use.
package codec

import (
	"fmt"
	"strings"
)

// Sound inside the kiosk is always mono, 16 bit, at Rate.
const (
	Rate     = 48000 // samples a second; Opus over RTP counts at it (RFC 7587)
	Frame    = 960   // samples of one packet, 20 ms
	FrameMS  = 20
	maxBytes = 1500          // of a packet, far above what 20 ms of one voice needs
	longest  = Rate * 3 / 25 // samples of the longest Opus packet, 120 ms
)

// Names of the codecs, as in the settings.
const (
	NameOpus = "opus"
	NamePCMU = "pcmu"
)

// Encoder makes packets. It belongs to one goroutine.
type Encoder interface {
	// MIME is the codec's name in the negotiation, Clock its RTP clock in Hz.
	MIME() string
	Clock() uint32
	// Encode makes a packet of Frame samples.
	Encode(frame []int16) ([]byte, error)
}

// Decoder opens packets. It belongs to one goroutine.
type Decoder interface {
	// Decode gives the samples of a packet at Rate, valid until the next call. A
	// packet may be of another length than Frame.
	Decode(packet []byte) ([]int16, error)
}

// NewEncoder makes the encoder of a name; an empty name is Opus. It takes about
// 0.2 s on a desktop machine, for Opus.
func NewEncoder(name string) (Encoder, error) {
	switch name {
	case "", NameOpus:
		return newOpusEncoder()
	case NamePCMU:
		return pcmuEncoder{}, nil
	}
	return nil, fmt.Errorf("codec: no encoder %q", name)
}

// NewDecoder makes the decoder for what a track carries, by MIME type.
func NewDecoder(mime string) (Decoder, error) {
	switch {
	case strings.EqualFold(mime, MIMEOpus):
		return newOpusDecoder()
	case strings.EqualFold(mime, MIMEPCMU):
		return &pcmuDecoder{}, nil
	}
	return nil, fmt.Errorf("codec: no decoder for %q", mime)
}
