package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"huying/cmd/bench/anchor"
	"huying/hub/auth"
	"huying/hub/desk"
	"huying/hub/store"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// pending is how many calls ring while the lateness of rungs is measured: a
// province whose power came back (design, section 1).
const pending = 20000

// firstRung is when the second rung of the measurement's ladder is due: long
// enough to bring in all the calls before.
const firstRung = 45 * time.Second

// rungs measures how late the rungs of many pending calls are: a desk with
// its store and database as a hub runs them, in this process, so that one
// clock tells when a rung was due and when a page was told and the commit was
// done. Kiosks are silent sockets.
type rungs struct {
	mu     sync.Mutex
	now    time.Time // when the site took the input it works on
	due    map[string]time.Time
	pushed map[string]time.Time
	stored map[string]time.Time
	all    chan struct{}
}

// lateness is what a run gives: from due to the page being handed the call on
// its new rung, to the commit, and to the later of both.
type lateness struct{ pushed, stored, both anchor.Result }

// measureRungs loads calls whose second rungs fall due over the given time.
func measureRungs(ctx context.Context, url string, n int, over time.Duration) (lateness, error) {
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return lateness{}, err
	}
	defer s.Close()
	r := &rungs{due: make(map[string]time.Time, n), pushed: make(map[string]time.Time, n),
		stored: make(map[string]time.Time, n), all: make(chan struct{})}
	sc := site.DefaultConfig(township, "", r.home)
	sc.Policy.Ladders[call.Enquiry] = call.Ladder{{After: 0, Posts: []call.Post{call.Seats}},
		{After: firstRung, Posts: []call.Post{call.BackupPost, call.DutyLeader}}}
	d := desk.New(desk.Config{Site: sc, Unit: view.Unit{Code: township, Name: "牛田镇"}, Store: watched{s, r},
		Places: nowhere{}, Log: quiet})
	if err := d.Start(ctx); err != nil {
		return lateness{}, err
	}
	defer d.Stop()
	if err := r.load(ctx, d, n, over); err != nil {
		return lateness{}, err
	}
	who := auth.Person{ID: "bench", Name: "测（虚构）", Post: "接线员", Role: auth.Operator, Unit: township}
	feed, err := d.Subscribe(ctx, who)
	if err != nil {
		return lateness{}, err
	}
	defer feed.Stop()
	go r.watch(feed)
	timeout := time.NewTimer(firstRung + over + patience)
	defer timeout.Stop()
	select {
	case <-r.all:
	case <-ctx.Done():
		return lateness{}, ctx.Err()
	case <-timeout.C:
		r.mu.Lock()
		defer r.mu.Unlock()
		return lateness{}, fmt.Errorf("of %d rungs %d were shown and %d stored", len(r.due), len(r.pushed), len(r.stored))
	}
	return r.result(over), nil
}

// home is asked by the site in the middle of a step, right after it took the
// time: that is the moment from which it counts the rung.
func (r *rungs) home(string) (call.Site, bool) {
	r.now = time.Now()
	return township, true
}

// load lets every kiosk press once. The press's age is chosen so that the
// second rungs are spread evenly over the time.
func (r *rungs) load(ctx context.Context, d *desk.Desk, n int, over time.Duration) error {
	begin := time.Now().Add(loadTime)
	for i := range n {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		kiosk := fmt.Sprintf("%s%03d-%d", township, i%1000, i/1000+1)
		id := call.PressID{Kiosk: kiosk, Mark: call.Mark{Boot: 1, Seq: 1}}
		target := begin.Add(time.Duration(float64(over) * float64(i) / float64(n)))
		age := time.Until(target.Add(-firstRung))
		c := silent{}
		d.KioskUp(kiosk, c)
		ms := max(-age.Milliseconds(), 0)
		d.FromKiosk(kiosk, c, wire.Press{Press: id, Call: id, Key: call.Enquiry, AgeMS: ms})
		r.mu.Lock()
		r.due[id.String()] = r.now.Add(firstRung - time.Duration(ms)*time.Millisecond)
		r.mu.Unlock()
	}
	if left := time.Until(begin); left < time.Second {
		return fmt.Errorf("loading %d calls took %s too long", n, time.Second-left)
	}
	return nil
}

// loadTime is given to bring in all calls before the first rung is due.
const loadTime = 12 * time.Second

func (r *rungs) watch(feed *desk.Feed) {
	for b := range feed.Next() {
		at := time.Now()
		if !bytes.HasPrefix(b, callFrame) {
			continue
		}
		var m struct {
			Call struct {
				ID   string `json:"id"`
				Rung int    `json:"rung"`
			} `json:"call"`
		}
		if json.Unmarshal(b, &m) == nil && m.Call.Rung > 0 {
			r.note(r.pushed, m.Call.ID, at)
		}
	}
}

func (r *rungs) note(m map[string]time.Time, id string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := m[id]; ok {
		return
	}
	m[id] = at
	if len(r.pushed) == len(r.due) && len(r.stored) == len(r.due) {
		close(r.all)
	}
}

func (r *rungs) result(over time.Duration) lateness {
	r.mu.Lock()
	defer r.mu.Unlock()
	var pushed, stored, both []time.Duration
	for id, due := range r.due {
		p, s := r.pushed[id].Sub(due), r.stored[id].Sub(due)
		pushed, stored, both = append(pushed, p), append(stored, s), append(both, max(p, s))
	}
	return lateness{anchor.Summarise("rung pushed", pushed, over), anchor.Summarise("rung committed", stored, over),
		anchor.Summarise("rung pushed and committed", both, over)}
}

// watched notes when a save with a climbed call was committed.
type watched struct {
	*store.Store
	r *rungs
}

func (w watched) Commit(ctx context.Context, at time.Time, saves []site.Save) error {
	err := w.Store.Commit(ctx, at, saves)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, s := range saves {
		for i := range s.Calls {
			if c := &s.Calls[i]; c.Rung > 0 {
				w.r.note(w.r.stored, c.ID.String(), now)
			}
		}
	}
	return nil
}

// silent is a kiosk's socket that takes everything.
type silent struct{}

func (silent) Write([]byte) error { return nil }
func (silent) Close(string)       {}

// nowhere names points by their codes: 20,000 kiosks without a directory.
type nowhere struct{}

func (nowhere) Point(kiosk string) (point, township view.Unit, ok bool) {
	return view.Unit{Code: kiosk, Name: kiosk}, view.Unit{}, true
}
func (nowhere) Unit(code string) view.Unit { return view.Unit{Code: code, Name: code} }
func (nowhere) Kiosks() []string           { return nil }
