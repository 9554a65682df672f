package people

import (
	"slices"
	"sync"
)

// queue is the calls that ring at a desk, oldest first.
type queue struct {
	mu  sync.Mutex
	ids []string
}

// set says whether a call rings.
func (q *queue) set(id string, rings bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.Index(q.ids, id)
	switch {
	case rings && at < 0:
		q.ids = append(q.ids, id)
	case !rings && at >= 0:
		q.ids = slices.Delete(q.ids, at, at+1)
	}
}

// next is the call that has rung longest; it stays until it no longer rings.
func (q *queue) next() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ids) == 0 {
		return "", false
	}
	return q.ids[0], true
}
