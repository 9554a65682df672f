package prompt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What a WAV file's "fmt " chunk may say.
const (
	wavPCM        = 1
	wavFloat      = 3
	wavExtensible = 0xfffe // the real format stands further behind
)

type wavFormat struct{ format, channels, rate, bits int }

// decodeWAV reads the first "fmt " and "data" chunks. A data chunk that claims
// more than there is, as programs leave that write to a pipe, is taken to the end.
func decodeWAV(file []byte) ([]float32, error) {
	if len(file) < 12 || string(file[8:12]) != "WAVE" {
		return nil, errors.New("WAV 文件的开头不对，请重新导出")
	}
	var f wavFormat
	for at := 12; at+8 <= len(file); {
		name, size := string(file[at:at+4]), int(binary.LittleEndian.Uint32(file[at+4:]))
		body := file[at+8:]
		body = body[:min(size, len(body))]
		switch {
		case name == "fmt " && len(body) >= 16:
			f = readFormat(body)
		case name == "data":
			return f.decode(body)
		}
		at += 8 + size + size&1
	}
	return nil, errors.New("WAV 文件里没有声音，请重新导出")
}

func readFormat(b []byte) wavFormat {
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	f := wavFormat{u16(0), u16(2), int(binary.LittleEndian.Uint32(b[4:])), u16(14)}
	if f.format == wavExtensible && len(b) >= 26 {
		f.format = u16(24)
	}
	return f
}

func (f wavFormat) decode(data []byte) ([]float32, error) {
	sample := f.sample()
	if sample == nil || f.channels < 1 || f.channels > 8 || f.rate < 8000 || f.rate > 192000 {
		return nil, fmt.Errorf("这种 WAV 读不了（格式 %d，%d 声道，%d Hz，%d 位），请另存为 16 位 PCM", f.format, f.channels, f.rate, f.bits)
	}
	width := f.bits / 8 * f.channels
	frames := len(data) / width
	if frames == 0 {
		return nil, errors.New("文件里没有声音，请重新录制")
	}
	if frames > maxSeconds*f.rate {
		return nil, tooLong()
	}
	out := make([]float32, frames)
	for i := range out {
		sum := float32(0)
		for c := range f.channels {
			sum += sample(data[i*width+c*f.bits/8:])
		}
		out[i] = sum / float32(f.channels)
	}
	return resample(out, f.rate, Rate), nil
}

// sample gives what reads one sample; nil for a format that is not known.
func (f wavFormat) sample() func([]byte) float32 {
	switch {
	case f.format == wavPCM && f.bits == 8:
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case f.format == wavPCM && f.bits == 16:
		return func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) / 32768 }
	case f.format == wavPCM && f.bits == 24:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case f.format == wavPCM && f.bits == 32:
		return func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case f.format == wavFloat && f.bits == 32:
		return func(b []byte) float32 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(b))
			if v != v { // not a number
				return 0
			}
			return max(-1, min(1, v))
		}
	}
	return nil
}

// EncodeWAV writes mono samples at Rate as 16-bit PCM at half of it, 24 kHz,
// which holds all that is in a voice.
func EncodeWAV(samples []float32) []byte {
	const rate = Rate / 2
	half := Samples16(resample(samples, Rate, rate))
	le := binary.LittleEndian
	b := append(make([]byte, 0, 44+2*len(half)), "RIFF"...)
	b = le.AppendUint32(b, uint32(36+2*len(half)))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	for _, v := range []uint16{wavPCM, 1} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, rate*2)
	for _, v := range []uint16{2, 16} {
		b = le.AppendUint16(b, v)
	}
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(2*len(half)))
	for _, v := range half {
		b = le.AppendUint16(b, uint16(v))
	}
	return b
}
