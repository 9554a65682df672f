// Package trial is what the emulated machine tells its host about each trial
// of keys and lamps: one line of JSON on the serial console, behind a mark
// that no message of the kernel begins with.
package trial

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Result is what one trial came to.
type Result struct {
	Name    string        `json:"name"`             // of the trial, such as "bounce"
	Mutant  string        `json:"mutant,omitempty"` // what was broken on purpose, empty if nothing
	Made    int           `json:"made"`             // presses that the hand made, or lamp settings
	Counted int           `json:"counted"`          // of those, how many arrived as exactly that
	Missing int           `json:"missing"`          // events of any kind that should have come and did not
	Extra   int           `json:"extra"`            // events of any kind that should not have come
	Worst   time.Duration `json:"worst"`            // virtual time from the first touch to the event in our hands
	Virtual time.Duration `json:"virtual"`          // virtual time that the trial lasted
	Kills   int           `json:"kills,omitempty"`  // how often the program that reads was killed
	Detail  string        `json:"detail,omitempty"` // the first things that were wrong
}

// Exact tells whether every press counted once and nothing else came.
func (r Result) Exact() bool {
	return r.Made > 0 && r.Counted == r.Made && r.Missing == 0 && r.Extra == 0 && r.Detail == ""
}

// String renders the result for people.
func (r Result) String() string {
	s := fmt.Sprintf("%s: %d of %d, %d missing, %d extra, worst %s, %s of virtual time",
		r.Name, r.Counted, r.Made, r.Missing, r.Extra, r.Worst.Round(10*time.Microsecond), r.Virtual.Round(time.Second))
	if r.Kills > 0 {
		s += fmt.Sprintf(", killed %d times", r.Kills)
	}
	if r.Mutant != "" {
		s = "with " + r.Mutant + " " + s
	}
	if r.Detail != "" {
		s += "; " + r.Detail
	}
	return s
}

const (
	resultMark = "HUYING-TRIAL "
	endMark    = "HUYING-END"
)

// Line renders the result as a line of the console.
func (r Result) Line() string {
	raw, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers
	}
	// Whatever the kernel was just saying, the mark is at the beginning of a line.
	return "\n" + resultMark + string(raw) + "\n"
}

// End is the last line of a machine that has made every trial.
func End() string { return "\n" + endMark + "\n" }

// Parse reads a console: every result, and whether the machine came to its end.
func Parse(console string) (all []Result, ended bool, err error) {
	for line := range strings.Lines(console) {
		line = strings.TrimRight(line, "\r\n")
		raw, ok := strings.CutPrefix(line, resultMark)
		if !ok {
			ended = ended || line == endMark
			continue
		}
		var r Result
		if err := json.Unmarshal([]byte(raw), &r); err != nil {
			return all, ended, fmt.Errorf("trial: %q: %w", line, err)
		}
		all = append(all, r)
	}
	return all, ended, nil
}
