package room_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"huying/terminal/voice/sound"
)

const (
	tick  = 20 * time.Millisecond
	frame = sound.Rate / 50
)

// card is a sound card made of two named pipes and a clock: what is said into
// its microphone is a tone, what comes out of its loudspeaker is measured.
type card struct {
	t            *testing.T
	mic, speaker string
	mu           sync.Mutex
	changed      chan struct{} // closed and replaced with each frame
	hz           float64
	since        time.Time // when the present tone was begun
	phase        float64
	heard        []float64 // the last second
	frames       int
	starved      int // frames that the player did not have in time
}

func newCard(t *testing.T) *card {
	t.Helper()
	dir := t.TempDir()
	c := &card{t: t, mic: filepath.Join(dir, "mic"), speaker: filepath.Join(dir, "speaker"), changed: make(chan struct{})}
	for _, path := range []string{c.mic, c.speaker} {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in, err := os.OpenFile(c.mic, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(c.speaker, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	t.Cleanup(func() { cancel(); done.Wait(); in.Close(); out.Close() })
	done.Go(func() { c.run(ctx, in, out) })
	return c
}

// run is the card's clock: 20 ms in, 20 ms out, however late the machine is.
func (c *card) run(ctx context.Context, in, out *os.File) {
	began := time.Now()
	give, take := make([]byte, 2*frame), make([]byte, 2*frame)
	for n := 1; ctx.Err() == nil; n++ {
		time.Sleep(time.Until(began.Add(time.Duration(n) * tick))) // the card's crystal
		c.say(give)
		_ = in.SetWriteDeadline(time.Now().Add(tick / 2))
		_, _ = in.Write(give) // nobody records: the sound is lost, as with a real card
		_ = out.SetReadDeadline(time.Now().Add(tick / 2))
		got, err := io.ReadFull(out, take)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		clear(take[got/2*2:]) // what was not given in time is silence
		c.hear(take, err != nil)
	}
}

func (c *card) say(into []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 0; i < len(into); i += 2 {
		v := 0.0
		if c.hz > 0 {
			c.phase += 2 * math.Pi * c.hz / sound.Rate
			v = 0.3 * math.Sin(c.phase)
		}
		binary.LittleEndian.PutUint16(into[i:], uint16(int16(v*32767)))
	}
}

func (c *card) hear(octets []byte, starved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 0; i < len(octets); i += 2 {
		c.heard = append(c.heard, float64(int16(binary.LittleEndian.Uint16(octets[i:])))/32768)
	}
	c.heard = c.heard[max(0, len(c.heard)-sound.Rate):]
	c.frames++
	if starved {
		c.starved++
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// Tone begins a tone at the microphone; 0 is silence.
func (c *card) Tone(hz float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hz, c.since = hz, time.Now()
}

// await waits until what was heard last satisfies a condition.
func (c *card) await(what string, ok func(heard []float64) bool) time.Time {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		c.mu.Lock()
		good, changed := ok(c.heard), c.changed
		c.mu.Unlock()
		if good {
			return time.Now()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			c.mu.Lock()
			defer c.mu.Unlock()
			hz, part := strongest(c.heard)
			c.t.Fatalf("%s: not heard; the last second is %.1f dB, strongest %.0f Hz (%.0f %%), starved %d of %d frames",
				what, decibel(c.heard), hz, 100*part, c.starved, c.frames)
		}
	}
}

// AwaitTone waits for a tone that is clean: nine tenths of what is heard in
// 0.2 s are of that frequency.
func (c *card) AwaitTone(what string, hz float64) time.Time {
	c.t.Helper()
	const long = sound.Rate / 5
	return c.await(what, func(heard []float64) bool {
		return len(heard) >= long && decibel(heard[len(heard)-long:]) > -40 && share(heard[len(heard)-long:], hz) > 0.9
	})
}

// AwaitOnset waits for the first 20 ms of a tone.
func (c *card) AwaitOnset(what string, hz float64) time.Time {
	c.t.Helper()
	return c.await(what, func(heard []float64) bool {
		return len(heard) >= frame && decibel(heard[len(heard)-frame:]) > -45 && share(heard[len(heard)-frame:], hz) > 0.5
	})
}

// AwaitSilence waits for half a second of nothing.
func (c *card) AwaitSilence(what string) {
	c.t.Helper()
	c.mu.Lock()
	c.heard = nil
	c.mu.Unlock()
	c.await(what, func(heard []float64) bool {
		return len(heard) >= sound.Rate/2 && decibel(heard[len(heard)-sound.Rate/2:]) < -60
	})
}

func decibel(samples []float64) float64 {
	sum := 1e-20
	for _, v := range samples {
		sum += v * v
	}
	return 10 * math.Log10(sum/float64(max(1, len(samples))))
}

// share is the part of the energy that is at a frequency (Goertzel).
func share(samples []float64, hz float64) float64 {
	re, im, sum := 0.0, 0.0, 1e-20
	for i, v := range samples {
		a := 2 * math.Pi * hz * float64(i) / sound.Rate
		re, im, sum = re+v*math.Cos(a), im+v*math.Sin(a), sum+v*v
	}
	return 2 * (re*re + im*im) / float64(len(samples)) / sum
}

// strongest looks for a tone in the telephone band.
func strongest(samples []float64) (hz, part float64) {
	samples = samples[max(0, len(samples)-sound.Rate/5):]
	if len(samples) == 0 {
		return 0, 0
	}
	for f := 200.0; f < 3400; f += 4 {
		if s := share(samples, f); s > part {
			hz, part = f, s
		}
	}
	return hz, part
}
