package socket

import "sync"

// Set is the sockets that are open, so that they can be ended and waited for.
// Its zero value is ready for use.
type Set struct {
	mu    sync.Mutex
	open  map[*Conn]bool
	ended bool
	wg    sync.WaitGroup
}

// Run serves a socket on a goroutine of its own and returns: the caller's,
// which has the HTTP server's buffers, is given back. After Stop the socket
// is ended at once.
func (s *Set) Run(c *Conn, serve func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		c.End()
		return
	}
	if s.open == nil {
		s.open = map[*Conn]bool{}
	}
	s.open[c] = true
	s.wg.Go(func() {
		defer s.leave(c)
		serve()
	})
}

func (s *Set) leave(c *Conn) {
	c.End()
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
}

// Each calls do for every open socket, outside the lock.
func (s *Set) Each(do func(*Conn)) {
	s.mu.Lock()
	all := make([]*Conn, 0, len(s.open))
	for c := range s.open {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		do(c)
	}
}

// Stop ends all sockets and waits. It may be called again.
func (s *Set) Stop() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.Each((*Conn).End)
	s.wg.Wait()
}
