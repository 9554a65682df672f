package link

// Pretend makes the link believe f about its lines instead of the kernel; to be
// called before Start.
func (l *Link) Pretend(f func() bool) { l.stuck = func(g *greeted) bool { return f() } }
