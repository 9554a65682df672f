package line

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"huying/cmd/villagesim/people"
	"huying/hub/view"
)

// ring is the first time that a call rang, and where.
type ring struct {
	at   time.Time
	site string
}

// rings is what the desks heard.
type rings struct {
	mu    sync.Mutex
	first map[string]ring
	more  chan struct{} // closed at each new call
}

func newRings() *rings { return &rings{first: map[string]ring{}, more: make(chan struct{})} }

func (r *rings) note(call, site string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.first[call]; known {
		return
	}
	r.first[call] = ring{at, site}
	close(r.more)
	r.more = make(chan struct{})
}

// wait waits until a call rang; false when it did not in time.
func (r *rings) wait(ctx context.Context, call string, wait time.Duration) (ring, bool) {
	late := time.NewTimer(wait)
	defer late.Stop()
	for {
		r.mu.Lock()
		got, ok := r.first[call]
		more := r.more
		r.mu.Unlock()
		if ok {
			return got, true
		}
		select {
		case <-more:
		case <-late.C:
			return ring{}, false
		case <-ctx.Done():
			return ring{}, false
		}
	}
}

// calls lists every call that ever rang.
func (r *rings) calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]string, 0, len(r.first))
	for id := range r.first {
		out = append(out, id)
	}
	return out
}

// desk is a person on duty at a site, whose page comes back when the hub does.
type desk struct {
	site  *site
	hub   *people.Hub
	rings *rings
	duty  atomic.Bool // the hub knows that somebody is there
}

// again is the pause before the desk's page connects once more.
const again = 50 * time.Millisecond

func (d *desk) run(ctx context.Context) {
	for ctx.Err() == nil {
		_ = d.shift(ctx) // the hub is away: that is what the trials are about
		d.duty.Store(false)
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
}

func (d *desk) shift(ctx context.Context) error {
	if err := d.hub.SignIn(ctx, "desk", password); err != nil {
		return err
	}
	conn, err := d.hub.Live(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := d.hub.Do(ctx, http.MethodPut, "/api/duty", map[string]bool{"on": true}, nil); err != nil {
		return err
	}
	d.duty.Store(true)
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		at := time.Now()
		var m struct {
			Calls []view.Call `json:"calls"`
			Call  *view.Call  `json:"call"`
		}
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		if m.Call != nil {
			m.Calls = append(m.Calls, *m.Call)
		}
		for _, c := range m.Calls {
			if c.RingsMe {
				d.rings.note(c.ID, d.site.unit.Code, at)
			}
		}
	}
}

// end closes a call as a person does who knows that somebody was there. A site
// that does not know the call, or is away, refuses.
func (d *desk) end(ctx context.Context, call string) error {
	err := d.hub.Do(ctx, http.MethodPost, "/api/calls/"+call+"/attended", map[string]string{"who": "李（虚构）", "note": ""}, nil)
	if err != nil {
		return err
	}
	return d.hub.Do(ctx, http.MethodPost, "/api/calls/"+call+"/close", map[string]string{"disposition": "solved", "note": ""}, nil)
}

// list asks the hub for all its calls.
func (d *desk) list(ctx context.Context) ([]view.Call, error) {
	var out struct {
		Calls []view.Call `json:"calls"`
	}
	err := d.hub.Do(ctx, http.MethodGet, "/api/calls?limit=500", nil, &out)
	return out.Calls, err
}
