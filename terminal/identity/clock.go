package identity

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"huying/terminal/keep"
)

// clockFile keeps the latest time that is known to have been.
const clockFile = "clock.json"

// Figures of the clock: how far the known time must move before it is written
// again, which spares the SD card, and from which difference the kiosk's own
// clock is called wrong.
const (
	clockEvery = 24 * time.Hour
	clockWrong = 5 * time.Minute
)

// Clock is what a kiosk knows of the time. Small boards have no battery for
// their clock and begin in 1970, or where they ended. So the kiosk's own clock
// is believed only if it is not before a time that is known to have been: the
// latest that a hub told it, or the begin of its own certificate. It is safe
// for concurrent use.
type Clock struct {
	path string
	own  func() time.Time

	mu    sync.Mutex
	floor time.Time // known to have been
	kept  time.Time // floor as it is on the disk
	hub   time.Time // the hub's time; zero until it was heard in this run
	heard time.Time // own clock then
}

// OpenClock reads what is kept in a data folder; own is the machine's clock,
// nil: time.Now. A file that cannot be read is none.
func OpenClock(dir string, own func() time.Time) *Clock {
	if own == nil {
		own = time.Now
	}
	c := &Clock{path: filepath.Join(dir, clockFile), own: own}
	var kept struct {
		Been time.Time `json:"been"`
	}
	if data, err := os.ReadFile(c.path); err == nil && json.Unmarshal(data, &kept) == nil {
		c.floor, c.kept = kept.Been, kept.Been
	}
	return c
}

// Been says that a time has been; what is earlier than known changes nothing.
func (c *Clock) Been(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.floor) {
		c.floor = t
	}
}

// Heard takes in a hub's time, from a hub that proved itself. It gives by how
// much the kiosk's own clock is wrong, 0 if it is right, and an error if the
// disk did not take it, which harms nobody now.
func (c *Clock) Heard(hub time.Time) (wrong time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hub, c.heard = hub, c.own()
	if hub.After(c.floor) {
		c.floor = hub
	}
	if c.floor.Sub(c.kept) >= clockEvery {
		data, _ := json.Marshal(map[string]time.Time{"been": c.floor.UTC().Truncate(time.Second)})
		if err = keep.Write(c.path, data); err == nil {
			c.kept = c.floor
		}
	}
	if wrong = c.heard.Sub(hub); wrong > -clockWrong && wrong < clockWrong {
		wrong = 0
	}
	return wrong, err
}

// Now is the time as well as it is known: what a hub said and the time since;
// else the kiosk's own clock, if it can be right. False means that the time is
// not known; then it is the latest that has been.
func (c *Clock) Now() (now time.Time, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	own := c.own()
	switch {
	case !c.hub.IsZero():
		return c.hub.Add(own.Sub(c.heard)), true // by the monotonic clock, if own is time.Now
	case own.Before(c.floor):
		return c.floor, false
	}
	return own, true
}
