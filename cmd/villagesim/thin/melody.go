package thin

import (
	"encoding/binary"
	"math"
	"os"
	"time"
)

const (
	// rate is that of Opus and of Chromium's own sound, in samples a second.
	rate = 48000
	// note is how long a note lasts: about a sound of speech. What a receiver
	// invents for a lost packet prolongs the note before it, so a lost note is lost.
	note = 100 * time.Millisecond
	// syllables is how often in a second the melody swells. A steady tone would be
	// taken for the noise of a machine and removed before it is sent.
	syllables = 5
)

// voice is a melody of notes in Hz. No note is near one of the other voice or
// near a multiple of it, so neither side can take its own voice for the other's.
type voice []float64

var (
	villager = voice{310, 530, 730, 430, 970, 610, 370, 830}
	operator = voice{345, 575, 785, 475, 1045, 665, 405, 895}
)

// write makes a WAVE file of the melody, once through; Chromium plays it again
// and again. Mono, 16 bits.
func (v voice) write(path string) error {
	each := int(note.Seconds() * rate)
	samples := make([]int16, 0, len(v)*each)
	phase := 0.0
	for _, hz := range v {
		for range each {
			phase += 2 * math.Pi * hz / rate
			swell := 0.7 - 0.3*math.Cos(2*math.Pi*syllables*float64(len(samples))/rate)
			samples = append(samples, int16(0.4*swell*math.MaxInt16*math.Sin(phase)))
		}
	}
	data := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(36+2*len(samples)))
	data = append(data, "WAVEfmt "...)
	for _, field := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		data, _ = binary.Append(data, binary.LittleEndian, field) // fixed sizes never fail
	}
	data = binary.LittleEndian.AppendUint32(append(data, "data"...), uint32(2*len(samples)))
	data, _ = binary.Append(data, binary.LittleEndian, samples)
	return os.WriteFile(path, data, 0o644)
}
