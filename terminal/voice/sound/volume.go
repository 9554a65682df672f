package sound

import (
	"context"
	"encoding/binary"
	"io"
)

// At is s with its loudspeaker turned down to a share of its full loudness, in
// percent; 0 and 100 leave it as it is. The microphone is untouched.
func At(s Sound, percent int) Sound {
	if percent <= 0 || percent >= 100 {
		return s
	}
	return softer{s, percent}
}

type softer struct {
	Sound
	percent int
}

func (s softer) Play(ctx context.Context) (io.WriteCloser, error) {
	out, err := s.Sound.Play(ctx)
	if err != nil {
		return nil, err
	}
	return &turnedDown{WriteCloser: out, percent: int32(s.percent)}, nil
}

// turnedDown scales samples. A write always holds whole ones.
type turnedDown struct {
	io.WriteCloser
	percent int32
	scaled  []byte
}

func (t *turnedDown) Write(octets []byte) (int, error) {
	t.scaled = append(t.scaled[:0], octets...)
	for i := 0; i+1 < len(t.scaled); i += 2 {
		v := int32(int16(binary.LittleEndian.Uint16(t.scaled[i:])))
		binary.LittleEndian.PutUint16(t.scaled[i:], uint16(int16(v*t.percent/100)))
	}
	return t.WriteCloser.Write(t.scaled)
}
