package codec

import (
	"fmt"
	"runtime"

	wasmopus "github.com/jj11hh/opus"
	pionopus "github.com/pion/opus"
)

// MIMEOpus is Opus in the negotiation.
const MIMEOpus = "audio/opus"

// How Opus is encoded. 24 kbit/s lies between what RFC 7587 section 3.1.1
// recommends for wideband to fullband speech; complexity 5 takes 0.23 ms of a
// 20 ms frame on a desktop core, and the default of 9 is not heard in speech.
const (
	bitrate    = 24000
	complexity = 5
	lossToBear = 10 // per cent, for the forward error correction
)

// opusEncoder is libopus compiled to WebAssembly.
type opusEncoder struct{ enc *wasmopus.Encoder }

func newOpusEncoder() (Encoder, error) {
	e, err := wasmopus.NewEncoder(Rate, 1, wasmopus.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("codec: opus encoder: %w", err)
	}
	// Its finalizer would call into the process's one WebAssembly instance beside
	// whoever encodes then, and crash it; an encoder that is never freed costs
	// 30 KB, and the voice program lives for one talk.
	runtime.SetFinalizer(e, nil)
	for _, err := range []error{
		e.SetBitrate(bitrate), e.SetComplexity(complexity), e.SetInBandFEC(true), e.SetPacketLossPerc(lossToBear),
	} {
		if err != nil {
			return nil, fmt.Errorf("codec: opus encoder: %w", err)
		}
	}
	return opusEncoder{e}, nil
}

func (opusEncoder) MIME() string  { return MIMEOpus }
func (opusEncoder) Clock() uint32 { return Rate }

func (e opusEncoder) Encode(frame []int16) ([]byte, error) {
	packet := make([]byte, maxBytes)
	n, err := e.enc.Encode(frame, packet)
	if err != nil {
		return nil, fmt.Errorf("codec: opus: %w", err)
	}
	return packet[:n:n], nil
}

type opusDecoder struct {
	dec pionopus.Decoder
	out []int16
}

func newOpusDecoder() (Decoder, error) {
	d, err := pionopus.NewDecoderWithOutput(Rate, 1)
	if err != nil {
		return nil, fmt.Errorf("codec: opus decoder: %w", err)
	}
	return &opusDecoder{d, make([]int16, longest)}, nil
}

// Decode survives a decoder that panics on what somebody sends.
func (d *opusDecoder) Decode(packet []byte) (samples []int16, err error) {
	defer func() {
		if r := recover(); r != nil {
			samples, err = nil, fmt.Errorf("codec: opus: %v", r)
		}
	}()
	n, err := d.dec.DecodeToInt16(packet, d.out)
	if err != nil {
		return nil, fmt.Errorf("codec: opus: %w", err)
	}
	return d.out[:n], nil
}
