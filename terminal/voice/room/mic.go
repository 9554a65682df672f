package room

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/pion/webrtc/v4/pkg/media"

	"huying/terminal/voice/codec"
	"huying/terminal/voice/sound"
)

// track takes packets; *lksdk.LocalTrack through a small adapter.
type track func(media.Sample) error

// mic reads the microphone, 20 ms at a time, and sends it.
type mic struct {
	mu      sync.Mutex
	loudest float64
	fault   string
}

// run sends until ctx ends. far tells how loud the loudspeaker is; nil where
// the card cancels echo itself.
func (m *mic) run(ctx context.Context, card sound.Sound, enc codec.Encoder, to track, far func() float64) {
	for ctx.Err() == nil {
		in, err := card.Capture(ctx)
		if err == nil {
			err = m.send(ctx, in, enc, to, far)
			_ = in.Close()
		}
		if ctx.Err() != nil {
			return
		}
		m.mu.Lock()
		m.fault = "the microphone gave nothing"
		if err != nil {
			m.fault = err.Error()
		}
		m.mu.Unlock()
		pause(ctx, again)
	}
}

func (m *mic) send(ctx context.Context, in io.Reader, enc codec.Encoder, to track, far func() float64) error {
	var echo duck
	octets, frame := make([]byte, 2*codec.Frame), make([]int16, codec.Frame)
	for ctx.Err() == nil {
		if _, err := io.ReadFull(in, octets); err != nil {
			return err
		}
		sound.Samples(octets, frame)
		m.mu.Lock()
		m.loudest, m.fault = max(m.loudest, level(frame)), ""
		m.mu.Unlock()
		if far != nil {
			echo.apply(frame, far())
		}
		packet, err := enc.Encode(frame)
		if err != nil {
			return err
		}
		_ = to(media.Sample{Data: packet, Duration: codec.FrameMS * time.Millisecond})
	}
	return nil
}

func (m *mic) take() (loudest float64, fault string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	loudest, m.loudest = m.loudest, silent
	return loudest, m.fault
}
