package mcu

import "time"

// drift is how much slower than ours a microcontroller's clock may run. Boards
// have crystals (0.005 %) or ceramic resonators (0.5 %, Murata CSTCE).
const drift = 0.01

// clock places a microcontroller's uptime on the host's monotonic clock. Every
// frame is late by an unknown time, so the quickest frame is nearest to the
// truth; what it taught ages by drift, so that a slow clock is followed.
type clock struct {
	known  bool
	offset time.Duration // host's time at the first sample
	heard  time.Duration // host's time of the latest sample
	raw    uint32        // the latest uptime, ms
	up     time.Duration // since the first sample: ms in 32 bits end after 49 days
}

// sample takes the uptime in a frame that arrived now.
func (c *clock) sample(uptime uint32, now time.Duration) {
	if !c.known {
		*c = clock{known: true, raw: uptime, heard: now}
		c.offset = now
		return
	}
	c.up += time.Duration(int32(uptime-c.raw)) * time.Millisecond
	c.raw = uptime
	aged := c.offset + time.Duration(drift*float64(now-c.heard))
	c.offset, c.heard = min(now-c.up, aged), now
}

// at tells when the uptime of the latest sample, or one near it, was.
func (c *clock) at(uptime uint32) time.Duration {
	d := time.Duration(int32(uptime-c.raw)) * time.Millisecond
	return min(c.offset+c.up+d, c.heard)
}
