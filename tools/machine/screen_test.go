package machine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"huying/cmd/villagesim/people"
	"huying/hub/view"
)

// screen is what an operator's page shows and has shown since the hub started.
type screen struct {
	t    *testing.T
	shut func()
	done chan struct{}

	mu    sync.Mutex
	news  chan struct{} // closed when something changed
	calls map[string]view.Call
	rang  map[string]time.Time // when each began to ring here
}

// look opens an operator's page and goes on duty.
func look(t *testing.T, at *people.Hub) *screen {
	t.Helper()
	conn, err := at.Live(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := at.Do(context.Background(), http.MethodPut, "/api/duty", object{"on": true}, nil); err != nil {
		t.Fatal(err)
	}
	s := &screen{t: t, shut: func() { _ = conn.Close() }, done: make(chan struct{}), news: make(chan struct{}),
		calls: map[string]view.Call{}, rang: map[string]time.Time{}}
	go func() {
		defer close(s.done)
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			var m struct {
				Calls []view.Call `json:"calls"`
				Call  *view.Call  `json:"call"`
			}
			if json.Unmarshal(b, &m) == nil {
				if m.Call != nil {
					m.Calls = append(m.Calls, *m.Call)
				}
				s.show(m.Calls, time.Now())
			}
		}
	}()
	return s
}

func (s *screen) show(calls []view.Call, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range calls {
		s.calls[c.ID] = c
		if _, ok := s.rang[c.ID]; !ok && c.RingsMe {
			s.rang[c.ID] = now
		}
	}
	close(s.news)
	s.news = make(chan struct{})
}

func (s *screen) close() {
	s.shut()
	<-s.done
}

// await waits until a call is as it should be; any call if id is empty.
func (s *screen) await(what, id string, good func(view.Call) bool) view.Call {
	s.t.Helper()
	late := time.After(patience)
	for {
		s.mu.Lock()
		news := s.news
		for _, c := range s.calls {
			if (id == "" || c.ID == id) && good(c) {
				s.mu.Unlock()
				return c
			}
		}
		s.mu.Unlock()
		select {
		case <-news:
		case <-late:
			s.t.Fatalf("%s: not within %v; the screen has %s", what, patience, s.all())
		}
	}
}

// rings waits for a call that is not closed and rings with so many presses,
// stored, and gives the moment at which it began to ring.
func (s *screen) rings(what, key string, presses int) (view.Call, time.Time) {
	s.t.Helper()
	c := s.await(what, "", func(c view.Call) bool {
		return c.Phase == view.Ringing && c.Key == key && c.Stored && c.Presses >= presses
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	return c, s.rang[c.ID]
}

func (s *screen) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := ""
	for _, id := range slices.Sorted(maps.Keys(s.calls)) {
		c := s.calls[id]
		out += fmt.Sprintf("\n%s %s %s, %d presses, stored %t, rings %t", id, c.Key, c.Phase, c.Presses, c.Stored, c.RingsMe)
	}
	return out
}

// open lists the calls that are not closed.
func (s *screen) open() (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.calls {
		if c.Phase != view.Closed {
			out = append(out, id)
		}
	}
	return out
}
