package room

import (
	"sync"

	"huying/terminal/voice/codec"
	"huying/terminal/voice/jitter"
)

// fade is how a lost packet sounds: the last one again, each time lower, and
// after three of them nothing.
var fade = []int{2, 4, 8}

// stream is one voice that is heard: packets in, samples out.
type stream struct {
	mu     sync.Mutex
	buffer jitter.Buffer
	dec    codec.Decoder
	ready  []int16 // decoded and not yet played
	last   []int16 // the last good packet, for concealment
	missed int     // packets concealed in a row
	faults int
}

func (s *stream) push(p jitter.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buffer.Push(p)
}

// add mixes the next samples into out.
func (s *stream) add(out []int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.ready) < len(out) {
		if !s.more() {
			break
		}
	}
	n := min(len(out), len(s.ready))
	for i, v := range s.ready[:n] {
		out[i] += int32(v)
	}
	s.ready = append(s.ready[:0], s.ready[n:]...)
}

// more decodes or invents one packet; false when there is nothing to be heard.
func (s *stream) more() bool {
	p, verdict := s.buffer.Next()
	if verdict == jitter.Play {
		if samples, err := s.dec.Decode(p.Payload); err == nil {
			s.missed = 0
			s.last = append(s.last[:0], samples...)
			s.ready = append(s.ready, samples...)
			return true
		}
		s.faults++
	}
	if s.missed >= len(fade) || len(s.last) == 0 {
		if verdict == jitter.Dry {
			return false
		}
		s.ready = append(s.ready, make([]int16, codec.Frame)...)
		return true
	}
	div := fade[s.missed]
	s.missed++
	for _, v := range s.last {
		s.ready = append(s.ready, v/int16(div))
	}
	return true
}

// lost counts packets that were not heard.
func (s *stream) lost() (lost, delayMS int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.buffer.Counts()
	return c.Lost + s.faults, s.buffer.Depth() * codec.FrameMS
}
