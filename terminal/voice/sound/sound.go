// Package sound is the kiosk's sound card as the voice sees it: two streams of
// mono 16-bit little-endian samples at 48 kHz, and the card's clock in the pace
// at which they are taken and given. There are two of it: ALSA's own programs
// arecord and aplay as child processes, so that no cgo is needed, and named
// pipes, for tests and for boards whose sound is made by another program.
package sound

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Rate is in samples a second. ALSA's default device converts to what the card has.
const Rate = 48000

// pipeSize bounds what a kernel pipe holds, in octets, and with it the delay
// that it adds: 43 ms. One page is the least that Linux gives.
const pipeSize = 4096

// Sound is a microphone and a loudspeaker.
type Sound interface {
	// Capture opens the microphone. Reading is paced by the card; an error says
	// in words of the driver why it ended.
	Capture(ctx context.Context) (io.ReadCloser, error)
	// Play opens the loudspeaker. Writing blocks until there is room, which paces
	// the writer. Drain of what was written is what Close waits for.
	Play(ctx context.Context) (io.WriteCloser, error)
}

// pipePrefix marks a device that is a named pipe.
const pipePrefix = "pipe:"

// Open gives the sound of two device names: ALSA's ("default",
// "plughw:CARD=Device"), or "pipe:" and the path of a named pipe. An empty name
// is "default". Nothing is opened yet.
func Open(capture, playback string) (Sound, error) {
	mic, isPipe := strings.CutPrefix(capture, pipePrefix)
	speaker, both := strings.CutPrefix(playback, pipePrefix)
	switch {
	case isPipe != both:
		return nil, fmt.Errorf("sound: %q and %q: both must be pipes or none", capture, playback)
	case isPipe:
		return Pipes{Mic: mic, Speaker: speaker}, nil
	}
	return ALSA{CaptureDevice: capture, PlayDevice: playback}, nil
}

// Samples reads octets as samples into into, which has half as many places.
func Samples(octets []byte, into []int16) {
	for i := range into {
		into[i] = int16(binary.LittleEndian.Uint16(octets[2*i:]))
	}
}

// Octets writes samples into into, which has twice as many places.
func Octets(samples []int16, into []byte) {
	for i, s := range samples {
		binary.LittleEndian.PutUint16(into[2*i:], uint16(s))
	}
}
