package codec

import "errors"

// MIMEPCMU is G.711 mu-law in the negotiation.
const MIMEPCMU = "audio/PCMU"

// The constants of G.711 mu-law on 16-bit samples.
const (
	pcmuRate = 8000
	ratio    = Rate / pcmuRate
	muBias   = 0x84
	muClip   = 32635
)

// pcmuEncoder takes each sixth sample after an average over six, which is a
// plain low-pass: telephone quality.
type pcmuEncoder struct{}

func (pcmuEncoder) MIME() string  { return MIMEPCMU }
func (pcmuEncoder) Clock() uint32 { return pcmuRate }

func (pcmuEncoder) Encode(frame []int16) ([]byte, error) {
	if len(frame)%ratio != 0 {
		return nil, errors.New("codec: a frame that is no whole number of PCMU samples")
	}
	out := make([]byte, len(frame)/ratio)
	for i := range out {
		sum := 0
		for _, s := range frame[i*ratio : (i+1)*ratio] {
			sum += int(s)
		}
		out[i] = MuLaw(sum / ratio)
	}
	return out, nil
}

// pcmuDecoder draws straight lines between the samples.
type pcmuDecoder struct {
	last int
	out  []int16
}

func (d *pcmuDecoder) Decode(packet []byte) ([]int16, error) {
	d.out = d.out[:0]
	for _, code := range packet {
		next := MuLinear(code)
		for k := 1; k <= ratio; k++ {
			d.out = append(d.out, int16(d.last+(next-d.last)*k/ratio))
		}
		d.last = next
	}
	return d.out, nil
}

// MuLaw is the G.711 mu-law code of a 16-bit sample.
func MuLaw(value int) byte {
	sign := byte(0)
	if value < 0 {
		value, sign = -value, 0x80
	}
	value = min(value, muClip) + muBias
	exponent := 7
	for mask := 0x4000; exponent > 0 && value&mask == 0; mask >>= 1 {
		exponent--
	}
	mantissa := byte(value>>(exponent+3)) & 0x0f
	return ^(sign | byte(exponent)<<4 | mantissa)
}

// MuLinear is the 16-bit sample of a G.711 mu-law code.
func MuLinear(code byte) int {
	code = ^code
	value := (int(code&0x0f)<<3+muBias)<<(code>>4&7) - muBias
	if code&0x80 != 0 {
		return -value
	}
	return value
}
