package voice

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"

	wasmopus "github.com/jj11hh/opus"
	pionopus "github.com/pion/opus"
	"github.com/pion/webrtc/v4"

	g711 "huying/terminal/voice/codec"
)

const (
	opusRate = 48000 // Hz; Opus over RTP always counts at 48 kHz (RFC 7587)
	pcmuRate = 8000  // Hz; G.711 (RFC 3551)
	frameMS  = 20    // length of one packet, the usual one for both
	// maxPacket is far above what 20 ms of one voice needs, in bytes.
	maxPacket = 1500
	// maxFrame is the longest Opus packet, 120 ms, in samples (RFC 6716).
	maxFrame = opusRate * 120 / 1000
)

// Codec is how a tone is put into packets. It is all that the rest of this
// package knows about encoding, so that another encoder can take the place of
// the one in use.
type Codec interface {
	// Capability names the codec for the negotiation; its ClockRate is the rate
	// at which Encode wants its samples.
	Capability() webrtc.RTPCodecCapability
	// Encode turns consecutive frames of frameMS, mono, into one packet each.
	Encode(frames [][]int16) ([][]byte, error)
}

// Opus encodes with libopus compiled to WebAssembly: no cgo.
type Opus struct{}

// opusLock: the WebAssembly instance is one per process and not made for
// several goroutines at once.
var opusLock sync.Mutex

// Capability is Opus as browsers offer it.
func (Opus) Capability() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: opusRate, Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1"}
}

// Encode makes one Opus packet of each frame.
func (Opus) Encode(frames [][]int16) ([][]byte, error) {
	opusLock.Lock()
	defer opusLock.Unlock()
	encoder, err := wasmopus.NewEncoder(opusRate, 1, wasmopus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("opus encoder: %w", err)
	}
	runtime.SetFinalizer(encoder, nil) // it would call into the instance beside whoever uses it then
	packets := make([][]byte, len(frames))
	for i, frame := range frames {
		packet := make([]byte, maxPacket)
		n, err := encoder.Encode(frame, packet)
		if err != nil {
			return nil, fmt.Errorf("opus frame %d: %w", i, err)
		}
		packets[i] = packet[:n:n]
	}
	return packets, nil
}

// PCMU is G.711 mu-law: telephone quality, hardly any work, no library.
type PCMU struct{}

// Capability is PCMU as browsers offer it.
func (PCMU) Capability() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: pcmuRate}
}

// Encode makes one byte of each sample.
func (PCMU) Encode(frames [][]int16) ([][]byte, error) {
	packets := make([][]byte, len(frames))
	for i, frame := range frames {
		packets[i] = make([]byte, len(frame))
		for j, sample := range frame {
			packets[i][j] = g711.MuLaw(int(sample))
		}
	}
	return packets, nil
}

// decoder turns one packet into mono samples in -1..1; the slice is valid until
// the next call.
type decoder func(packet []byte) ([]float32, error)

// decoderFor gives the decoder and the sample rate for what a track carries.
func decoderFor(mime string) (decoder, int, error) {
	switch {
	case strings.EqualFold(mime, webrtc.MimeTypeOpus):
		opus, err := pionopus.NewDecoderWithOutput(opusRate, 1)
		if err != nil {
			return nil, 0, fmt.Errorf("opus decoder: %w", err)
		}
		out := make([]float32, maxFrame)
		return func(packet []byte) ([]float32, error) {
			n, err := opus.DecodeToFloat32(packet, out)
			return out[:n], err
		}, opusRate, nil
	case strings.EqualFold(mime, webrtc.MimeTypePCMU):
		var out []float32
		return func(packet []byte) ([]float32, error) {
			out = out[:0]
			for _, code := range packet {
				out = append(out, float32(g711.MuLinear(code))/-math.MinInt16)
			}
			return out, nil
		}, pcmuRate, nil
	}
	return nil, 0, fmt.Errorf("no decoder for %q", mime)
}
