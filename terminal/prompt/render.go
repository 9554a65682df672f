package prompt

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"strings"
)

// pinyin holds the reading of each text: code, text, pinyin. It is written by
// stopgap/pinyin.mjs, because what characters are read like is no work for a kiosk.
//
//go:embed stopgap/pinyin.tsv
var pinyin string

// speed of the robot's voice in words a minute; espeak-ng's usual 175 is too
// fast for old ears.
const speed = "150"

// Reading gives the pinyin of a prompt with tone numbers; false when the
// catalogue has a newer text than the table.
func Reading(p Prompt) (string, bool) {
	for line := range strings.Lines(pinyin) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) == 3 && f[0] == string(p.Code) && f[1] == p.Text {
			return f[2], true
		}
	}
	return "", false
}

// Render makes the stopgap of a prompt with espeak-ng (Debian package
// espeak-ng): a WAV file of the right loudness.
func Render(ctx context.Context, p Prompt) ([]byte, error) {
	reading, ok := Reading(p)
	if !ok {
		return nil, fmt.Errorf("%s 没有拼音：请运行 terminal/prompt/stopgap/make.sh", p.Code)
	}
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", "cmn-latn-pinyin", "-s", speed, "--stdout", reading)
	var said bytes.Buffer
	cmd.Stderr = &said
	wav, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("没有 espeak-ng 程序：请先运行“apt-get install espeak-ng”")
	}
	if err != nil {
		return nil, fmt.Errorf("espeak-ng 没有成功：%w %s", err, said.String())
	}
	samples, err := Decode(wav)
	if err != nil {
		return nil, err
	}
	return EncodeWAV(Level(trim(samples))), nil
}

// trim cuts the silence off both ends, but for a breath.
func trim(samples []float32) []float32 {
	const breath = Rate / 20
	quiet := func(v float32) bool { return math.Abs(float64(v)) < 0.003 }
	first, last := 0, len(samples)
	for first < last && quiet(samples[first]) {
		first++
	}
	for last > first && quiet(samples[last-1]) {
		last--
	}
	return samples[max(0, first-breath):min(len(samples), last+breath)]
}

// Level brings samples to Target, and bends the peaks that would then be above
// MaxPeak softly down.
func Level(samples []float32) []float32 {
	out := append([]float32(nil), samples...)
	const overshoot = 2 // dB that a lossy codec may add to a peak; 1.5 was seen
	ceiling := math.Pow(10, (MaxPeak-overshoot)/20)
	for range 3 { // bending costs loudness, so once is not enough
		gap := Target - integrated(out)
		if math.IsInf(gap, 0) {
			break // silence
		}
		gain := math.Pow(10, gap/20)
		for i, v := range out {
			out[i] = float32(bend(float64(v)*gain, ceiling))
		}
	}
	return out
}

// bend leaves the lower half of the range as it is and rounds the upper one.
func bend(v, ceiling float64) float64 {
	knee := ceiling / 2
	if a := math.Abs(v); a > knee {
		return math.Copysign(knee+(ceiling-knee)*math.Tanh((a-knee)/(ceiling-knee)), v)
	}
	return v
}
