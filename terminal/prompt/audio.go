package prompt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/pion/opus"
	"github.com/pion/opus/pkg/oggreader"
)

// Rate is how prompts come out of this package, in samples a second, mono.
const Rate = 48000

// maxFile and maxSeconds keep a file that is no prompt out of a small board's memory.
const (
	maxFile    = 8 << 20 // octets
	maxSeconds = 30
)

// Decode opens a WAV file (PCM of 8 to 32 bits or 32-bit float, any rate, one
// or more channels) or an Ogg Opus file and gives mono samples in -1..1 at
// Rate. Errors say in Chinese what to do about the file.
func Decode(file []byte) ([]float32, error) {
	switch {
	case len(file) > maxFile:
		return nil, fmt.Errorf("文件太大（%d MB），请剪短或压缩", len(file)>>20)
	case bytes.HasPrefix(file, []byte("RIFF")):
		return decodeWAV(file)
	case bytes.HasPrefix(file, []byte("OggS")):
		return decodeOgg(file)
	case len(file) == 0:
		return nil, errors.New("文件是空的，请重新录制")
	}
	return nil, errors.New("不是 WAV 或 Ogg Opus 文件，请另存为其中一种（MP3、M4A 改名没有用）")
}

// decodeOgg plays an Ogg Opus file (RFC 7845) into memory.
func decodeOgg(file []byte) (out []float32, err error) {
	damaged := func(err error) error {
		return fmt.Errorf("Ogg 文件坏了，或者里面不是 Opus，请重新导出（%w）", err)
	}
	defer func() { // a file must not end the kiosk's program, whatever is in it
		if r := recover(); r != nil {
			out, err = nil, damaged(fmt.Errorf("%v", r))
		}
	}()
	in, head, err := oggreader.NewWith(bytes.NewReader(file))
	if err != nil {
		return nil, damaged(err)
	}
	dec, err := opus.NewDecoderWithOutput(Rate, 1)
	if err != nil {
		return nil, damaged(err)
	}
	frame, end := make([]float32, Rate*3/25), uint64(0) // 120 ms is the longest packet
	for {
		packet, page, err := in.ParseNextPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, damaged(err)
		}
		if bytes.HasPrefix(packet, []byte("OpusTags")) {
			continue
		}
		n, err := dec.DecodeToFloat32(packet, frame)
		if err != nil {
			return nil, damaged(err)
		}
		if out = append(out, frame[:n]...); len(out) > maxSeconds*Rate {
			return nil, tooLong()
		}
		end = page.GranulePosition
	}
	if end > 0 && end < uint64(len(out)) { // the last packet is rarely full
		out = out[:end]
	}
	out = out[min(int(head.PreSkip), len(out)):]
	if len(out) == 0 {
		return nil, errors.New("文件里没有声音，请重新录制")
	}
	return out, nil
}

func tooLong() error {
	return fmt.Errorf("长过 %d 秒，不像是一句提示，请剪短", maxSeconds)
}

// The kernel that resample uses: a sinc of sixteen zero crossings under a Hann
// window, one side of it in steps fine enough to take the nearest.
const (
	wings = 16
	fine  = 1024 // steps in a crossing
)

var kernel = sync.OnceValue(func() []float32 {
	k := make([]float32, wings*fine+1)
	k[0] = 1
	for i := 1; i < len(k); i++ {
		x := float64(i) / fine
		k[i] = float32(math.Sin(math.Pi*x) / (math.Pi * x) * (0.5 + 0.5*math.Cos(math.Pi*x/wings)))
	}
	return k
})

// resample changes the rate of samples.
func resample(in []float32, from, to int) []float32 {
	if from == to {
		return in
	}
	k, step := kernel(), float64(from)/float64(to)
	cut := min(1, 1/step) // below the lower of the two Nyquist rates
	out := make([]float32, int(float64(len(in))/step))
	for i := range out {
		at := float64(i) * step
		first, last := max(0, int(math.Ceil(at-wings/cut))), min(len(in)-1, int(at+wings/cut))
		sum := float32(0)
		for j := first; j <= last; j++ {
			sum += in[j] * k[int(math.Abs(float64(j)-at)*cut*fine)]
		}
		out[i] = sum * float32(cut)
	}
	return out
}

// Samples16 gives 16-bit samples, as sound cards take them.
func Samples16(in []float32) []int16 {
	out := make([]int16, len(in))
	for i, v := range in {
		out[i] = int16(max(-1, min(1, float64(v))) * math.MaxInt16)
	}
	return out
}
