package panel

import (
	"encoding/json"
	"reflect"
	"sync"
)

// stream holds the present view and tells those who watch when it changes.
// Each view is whole, so a slow page misses states but never shows a stale one.
type stream struct {
	mu      sync.Mutex
	view    View
	data    []byte
	wakes   map[chan struct{}]struct{}
	most    int
	ended   chan struct{}
	once    sync.Once
	deserts func() // the last page is gone
}

func newStream(first View, most int, deserts func()) *stream {
	s := &stream{wakes: map[chan struct{}]struct{}{}, most: most, ended: make(chan struct{}), deserts: deserts}
	s.set(first)
	return s
}

// show makes v the present view unless it shows what is shown already: seconds
// that only went on are no change, the page counts them itself.
func (s *stream) show(v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.view
	was.Seq, was.WaitedMS = v.Seq, v.WaitedMS
	if reflect.DeepEqual(was, v) {
		return
	}
	s.set(v)
	for w := range s.wakes {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (s *stream) set(v View) {
	v.Seq = s.view.Seq + 1
	data, err := json.Marshal(v)
	if err != nil {
		panic("panel: a View is plain data, so this cannot fail: " + err.Error())
	}
	s.view, s.data = v, data
}

func (s *stream) now() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data
}

// watch gives a channel that tells of changes; false when too many watch.
func (s *stream) watch() (<-chan struct{}, func(), bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wakes) >= s.most {
		return nil, nil, false
	}
	w := make(chan struct{}, 1)
	s.wakes[w] = struct{}{}
	return w, func() {
		s.mu.Lock()
		delete(s.wakes, w)
		alone := len(s.wakes) == 0
		s.mu.Unlock()
		if alone {
			s.deserts()
		}
	}, true
}

func (s *stream) end() { s.once.Do(func() { close(s.ended) }) }
