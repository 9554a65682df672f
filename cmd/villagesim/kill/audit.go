package kill

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"huying/hub/store"
	"huying/internal/call"
)

// Audit is what a county's databases say of all presses made before a moment.
type Audit struct {
	Presses int // journaled by their kiosks
	Lost    []string
	Doubled []string
	Broken  []string // other invariants
	// Agreed is after what time of rest both sites showed the same calls, and
	// Differed the last difference.
	Agreed   time.Duration
	Differed string
}

// Err gives the evidence against the promise, or nil.
func (a Audit) Err() error {
	if len(a.Lost)+len(a.Doubled)+len(a.Broken) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d presses lost %s, %d doubled %s, %d invariants broken %s", len(a.Lost), a.Presses, few(a.Lost),
		len(a.Doubled), few(a.Doubled), len(a.Broken), few(a.Broken))
}

func few(s []string) string {
	if len(s) > 5 {
		return fmt.Sprintf("%q and more", s[:5])
	}
	return fmt.Sprintf("%q", s)
}

// disk is what one hub's database holds.
type disk struct {
	calls  []call.Call
	stored map[call.PressID]int // in how many calls' event logs it is
}

// read asks the running database of a hub; nobody's place as its writer is
// taken.
func (h *hub) read(ctx context.Context) (disk, error) {
	d := disk{stored: map[call.PressID]int{}}
	address, err := h.database()
	if err != nil {
		return d, err
	}
	s, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		return d, err
	}
	defer s.Close()
	for last := (call.ID{}); ; {
		page, err := s.Calls(ctx, store.MostCalls, last)
		if err != nil {
			return d, err
		}
		d.calls = append(d.calls, page...)
		if len(page) < store.MostCalls {
			break
		}
		last = page[len(page)-1].ID
	}
	for _, c := range d.calls {
		events, err := s.Events(ctx, c.ID)
		if err != nil {
			return d, err
		}
		for _, e := range events {
			if p, ok := e.Fact.(call.Pressed); ok {
				d.stored[call.PressID{Kiosk: c.ID.Kiosk, Mark: p.Mark}]++
			}
		}
	}
	return d, nil
}

// database finds the socket of a hub's own PostgreSQL in its lock file, whose
// lines are pid, folder, start, port, socket folder.
func (h *hub) database() (string, error) {
	lines, err := h.lockFile()
	if err != nil {
		return "", err
	}
	q := url.Values{"host": {lines[4]}, "port": {lines[3]}}
	return "postgres://huying@/huying?" + strings.ReplaceAll(q.Encode(), "+", "%20"), nil
}

func (h *hub) lockFile() ([]string, error) {
	f, err := os.Open(filepath.Join(h.data, "postgres", "pg", "postmaster.pid"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		lines = append(lines, strings.TrimSpace(s.Text()))
	}
	if len(lines) < 5 {
		return nil, fmt.Errorf("%s: short postmaster.pid", h.name)
	}
	return lines, nil
}

func (h *hub) postmaster() (int, error) {
	lines, err := h.lockFile()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(lines[0])
}

// Audit holds all presses made before a moment against what home has on disk.
func (c *County) Audit(ctx context.Context, before time.Time) (Audit, error) {
	home, err := c.home.read(ctx)
	if err != nil {
		return Audit{}, err
	}
	return c.judge(c.book.promised(before), home, nil), nil
}

// judge is call.Check over what kiosks journaled and sites stored, and what it
// cannot see: presses that nobody made. above is nil where sites may not have
// heard each other yet.
func (c *County) judge(promised []press, home disk, above *disk) Audit {
	a := Audit{Presses: len(promised)}
	policy := call.DefaultPolicy(homeCode, true)
	stored := func(d disk) func(call.PressID) bool { return func(p call.PressID) bool { return d.stored[p] > 0 } }
	w := &call.World{Settled: true, Stored: stored(home)}
	w.Sites = append(w.Sites, call.SiteView{Site: homeCode, Policy: &policy, Calls: pointers(home.calls), Stored: stored(home)})
	if above != nil {
		w.Sites = append(w.Sites, call.SiteView{Site: topCode, Policy: &policy, Calls: pointers(above.calls), Stored: stored(*above)})
	}
	byKiosk := map[string][]call.PressID{}
	for _, p := range promised {
		byKiosk[p.id.Kiosk] = append(byKiosk[p.id.Kiosk], p.id)
	}
	for id, presses := range byKiosk {
		w.Kiosks = append(w.Kiosks, call.KioskView{ID: id, Home: homeCode, Journaled: presses})
	}
	for _, v := range call.Check(w) {
		if v.Invariant == "I1" {
			a.Lost = append(a.Lost, v.String())
		} else {
			a.Broken = append(a.Broken, v.String())
		}
	}
	a.Doubled = c.doubled(home)
	return a
}

// doubled finds presses that are in two calls, and kiosks that have more
// presses at home than fingers were on their keys.
func (c *County) doubled(home disk) (out []string) {
	in := map[call.PressID]int{}
	kiosks := map[string]int{}
	for _, x := range home.calls {
		for _, r := range x.Seen.Runs {
			for seq := r.From; seq <= r.To; seq++ {
				id := call.PressID{Kiosk: x.ID.Kiosk, Mark: call.Mark{Boot: r.Boot, Seq: seq}}
				if in[id]++; in[id] == 1 {
					kiosks[id.Kiosk]++
				}
			}
		}
	}
	for id, n := range in {
		if n > 1 || home.stored[id] > 1 {
			out = append(out, fmt.Sprintf("%s is in %d calls and %d event logs", id, n, home.stored[id]))
		}
	}
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	for id, n := range kiosks {
		if n > c.book.fingers[id] {
			out = append(out, fmt.Sprintf("%s was pressed %d times and home has %d presses", id, c.book.fingers[id], n))
		}
	}
	return out
}

func pointers(calls []call.Call) []*call.Call {
	out := make([]*call.Call, len(calls))
	for i := range calls {
		out[i] = &calls[i]
	}
	return out
}
