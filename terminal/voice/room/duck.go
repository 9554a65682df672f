package room

import "math"

// The echo of a loudspeaker that hangs beside its microphone. There is no echo
// canceller here, so the microphone is turned down while the other side is
// heard, as in a door intercom: the operator does not hear the own voice come
// back, and the villager's is still there, only lower.
const (
	duckAbove = -45.0 // dBFS of what is played, from which it counts as speech
	duckTo    = 0.18  // -15 dB
	duckHold  = 12    // frames after the last speech: 240 ms, the echo's way
	duckOpen  = 0.2   // of the way back up in each frame
)

// silent is what a level of nothing is called, in dBFS.
const silent = -100.0

// duck decides how loud the microphone is. The zero value is fully open.
type duck struct {
	hold   int
	closed float64 // 0 open, 1 down to duckTo
}

// apply turns one frame down, given the level of what is being played.
func (d *duck) apply(frame []int16, far float64) {
	was := d.closed
	if far > duckAbove {
		d.hold = duckHold
	} else if d.hold > 0 {
		d.hold--
	}
	if d.hold > 0 {
		d.closed = 1
	} else {
		d.closed = max(0, d.closed-duckOpen)
	}
	if was == 0 && d.closed == 0 {
		return
	}
	for i, s := range frame {
		closed := was + (d.closed-was)*float64(i)/float64(len(frame)) // no step, no click
		frame[i] = int16(float64(s) * (1 - closed*(1-duckTo)))
	}
}

// level is the RMS of a frame in dB of full scale.
func level(frame []int16) float64 {
	sum := 0.0
	for _, s := range frame {
		sum += float64(s) * float64(s)
	}
	if sum == 0 {
		return silent
	}
	return max(silent, 10*math.Log10(sum/float64(len(frame))/(32768*32768)))
}
