package link

import "time"

// Pretend makes the link believe f about its lines instead of the kernel; to be
// called before Start.
func (l *Link) Pretend(f func() bool) { l.stuck = func(g *greeted) bool { return f() } }

// Pause is what a link of these settings waits before an attempt.
func Pause(c Config, attempt int) (time.Duration, error) {
	c, err := c.normalize()
	return c.back(attempt), err
}
