package main

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

// tally is what was pressed, acknowledged and shown at the desk.
type tally struct {
	mu      sync.Mutex
	pressed map[string]time.Time
	acked   map[string]bool
	rang    map[string]time.Time // first time
	times   map[string]int
	returns [][2]time.Time // from a death to the return
}

func newTally() *tally {
	return &tally{pressed: map[string]time.Time{}, acked: map[string]bool{}, rang: map[string]time.Time{}, times: map[string]int{}}
}

// hear takes what a kiosk said: what, kiosk, number, moment.
func (t *tally) hear(f []string) {
	if len(f) != 4 {
		return
	}
	ns, err := strconv.ParseInt(f[3], 10, 64)
	if err != nil {
		return
	}
	id := f[1] + " " + f[2]
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f[0] {
	case "pressed":
		t.pressed[id] = time.Unix(0, ns)
	case "acked":
		t.acked[id] = true
	}
}

func (t *tally) ring(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.times[id]++; t.times[id] == 1 {
		t.rang[id] = time.Now()
	}
}

func (t *tally) away(from, to time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.returns = append(t.returns, [2]time.Time{from, to})
}

func (t *tally) missing() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for id := range t.pressed {
		if t.times[id] == 0 {
			n++
		}
	}
	return n
}

// excused is as in the other half: how shortly before a death a press may have
// been made that did not ring before it.
const excused = time.Second

func (t *tally) into(l *line) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, at := range t.pressed {
		l.Presses++
		if t.acked[id] {
			l.Acked++
		}
		switch n := t.times[id]; {
		case n == 0 && t.acked[id]:
			l.LostAcked++
			l.Lost++
		case n == 0:
			l.Lost++
		case n > 1:
			l.Doubled++
		}
		if t.times[id] == 0 {
			continue
		}
		due := at
		for _, r := range t.returns {
			if r[1].After(due) && r[0].Before(due.Add(excused)) && r[0].Before(t.rang[id]) {
				due = r[1]
			}
		}
		l.Worst = max(l.Worst, t.rang[id].Sub(due).Milliseconds())
	}
	if l.Presses == 0 {
		return fmt.Errorf("nobody pressed")
	}
	return nil
}
