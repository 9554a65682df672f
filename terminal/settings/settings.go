// Package settings decides when a kiosk takes what its hub tells it from afar,
// when it keeps it and when it goes back: never during a call, only with its
// hub in reach, and back by itself if it cannot reach its hubs any more. The
// decisions are pure; the terminal carries them out and keeps the State.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	allowed "huying/internal/settings"
	"huying/internal/wire"
	"huying/terminal/keep"
)

// Figures of a trial.
const (
	// Patience is how long new settings may take to bring the lines back. A line
	// that is well tries at least each 15 s.
	Patience = 3 * time.Minute
	// Settle is how long the terminal must live with new settings that touch no
	// line before it believes them.
	Settle = 10 * time.Second
	// maxStarts is at which start within a trial the settings are blamed: one
	// power cut is chance.
	maxStarts = 3
)

// Weaker reports whether an address goes without encryption in place of one
// that goes with it; an empty one takes no place.
func Weaker(was, now string) bool { return now != "" && allowed.Plain(now) && !allowed.Plain(was) }

// File is the name of the State's file in a kiosk's data folder.
const File = "settings.json"

// Revision is settings with their number; number 0 is none.
type Revision struct {
	Rev    uint32         `json:"rev"`
	Values allowed.Values `json:"values"`
}

// State is what must survive a power cut.
type State struct {
	InForce Revision `json:"in_force"`
	Before  Revision `json:"before"` // to go back to, while Trial
	Trial   bool     `json:"trial"`
	Starts  int      `json:"starts,omitempty"` // of the terminal since the trial began
	Tried   uint32   `json:"tried,omitempty"`  // refused or rolled back
	Error   string   `json:"error,omitempty"`
}

// Reason names a decision.
type Reason string

// The reasons. Applied and RolledBack mean that InForce changed and must be
// carried out; all but Nothing, Known and Waiting that the State must be kept.
const (
	Nothing    Reason = "nothing"
	Known      Reason = "known"       // this revision, or a later one, was dealt with
	Waiting    Reason = "waiting"     // for the call to end, or for the home line
	Refused    Reason = "refused"     // cannot be used
	Applied    Reason = "applied"     // in force, on trial
	Confirmed  Reason = "confirmed"   // the lines work with it
	RolledBack Reason = "rolled_back" // the lines did not come back
)

// Machine is the decisions of one run of the terminal.
type Machine struct {
	State
	Patience time.Duration // for the lines; 0: the constant
	next     *Revision     // waits to be applied
	began    time.Duration // of the trial, by the terminal's own clock
	home     bool          // home must come back
	last     bool          // the last resort must come back
	seen     bool          // home was on the line since the settings hold
}

// Start begins with what is kept. A State on trial goes on; if the terminal
// was started too often during it, it is rolled back.
func Start(s State, now time.Duration) (*Machine, Reason) {
	m := &Machine{State: s, began: now}
	if !s.Trial {
		return m, Nothing
	}
	m.touch()
	if m.Starts++; m.Starts >= maxStarts {
		return m, m.back("终端带着这一版设置反复重启")
	}
	return m, Applied
}

func (m *Machine) touch() {
	m.home = m.InForce.Values.HomeURL != m.Before.Values.HomeURL
	m.last = m.InForce.Values.LastURL != m.Before.Values.LastURL
}

// Offer takes in a CONFIG of the home hub. check says what else is wrong with
// it on this kiosk; its error is for people.
func (m *Machine) Offer(f wire.Config, check func(allowed.Values) error) Reason {
	if f.Rev <= m.InForce.Rev || f.Rev <= m.Tried || m.next != nil && f.Rev <= m.next.Rev {
		return Known
	}
	v, err := allowed.Parse(f.Settings)
	if err == nil {
		err = check(v)
	}
	if err != nil {
		m.Tried, m.Error = f.Rev, clip(err.Error())
		return Refused
	}
	m.next = &Revision{f.Rev, v}
	return Waiting
}

// Tick lets time pass. calling says that a call is open, up that the home line
// has been welcomed.
func (m *Machine) Tick(now time.Duration, calling, up bool) Reason {
	m.seen = m.seen || up
	switch {
	case calling:
		return m.idle()
	case m.next != nil && up && !m.Trial:
		m.apply(now)
		return Applied
	case !m.Trial:
		return m.idle()
	case m.settled(now-m.began, up):
		m.Trial, m.Starts, m.Before = false, 0, Revision{}
		return Confirmed
	case now-m.began >= m.patience():
		return m.back("按这一版设置连不上" + m.missing())
	}
	return m.idle()
}

// settled reports whether the lines that were touched came back, and the
// terminal has lived long enough; a line that is down just at the end of the
// trial was up within it.
func (m *Machine) settled(since time.Duration, up bool) bool {
	settle := min(Settle, m.patience()/2)
	return !m.home && !m.last && (up && since >= settle || m.seen && since >= m.patience())
}

func (m *Machine) idle() Reason {
	if m.next != nil {
		return Waiting
	}
	return Nothing
}

func (m *Machine) patience() time.Duration {
	if m.Patience != 0 {
		return m.Patience
	}
	return Patience
}

func (m *Machine) missing() string {
	if m.last && !m.home {
		return "上级站点"
	}
	return "本乡镇站点"
}

func (m *Machine) apply(now time.Duration) {
	m.Before, m.InForce, m.next = m.InForce, *m.next, nil
	m.Trial, m.Starts, m.began = true, 0, now
	m.Tried, m.Error = 0, ""
	m.seen = false
	m.touch()
}

func (m *Machine) back(why string) Reason {
	m.Tried, m.Error = m.InForce.Rev, clip(why)
	m.InForce, m.Before = m.Before, Revision{}
	m.Trial, m.Starts = false, 0
	return RolledBack
}

// Welcomed says that a hub took the kiosk in, on a line made with the settings
// in force.
func (m *Machine) Welcomed(home bool) {
	if home {
		m.home = false
	} else {
		m.last = false
	}
}

// Report is what HEALTH tells the hub.
func (m *Machine) Report() *wire.ConfigState {
	return &wire.ConfigState{Rev: m.InForce.Rev, Tried: m.Tried, Error: m.Error}
}

// maxError is what HEALTH has room for, in bytes.
const maxError = 240

func clip(s string) string {
	for len(s) > maxError {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

// Load reads the State of a file. That there is none is no error.
func Load(path string) (State, error) {
	var s State
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil {
		err = errors.Join(s.InForce.Values.Validate(), s.Before.Values.Validate())
	}
	if err != nil {
		return State{}, fmt.Errorf("远程设置 %s 读不了，按本机设置运行（%w）", path, err)
	}
	return s, nil
}

// Save keeps the State, whole or not at all.
func (s State) Save(path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return keep.Write(path, append(data, '\n'))
}
