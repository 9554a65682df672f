// Package call is the heart of Huying: what a call is, how it rings, who may
// end it. It knows no clock, no I/O and no goroutine: time comes in as a
// parameter, decisions go out as effects.
//
// A call is a small replicated value. Several sites may hold the same call
// while they cannot hear each other, so everything that happened to it is a
// fact (facts.go) that merges: merging is idempotent and the order of arrival
// does not matter. The phase of a call is read off its facts (phase.go) and
// is nowhere stored. What a site does about a call by itself, ringing,
// claiming, releasing, is local and lives in step.go.
//
// docs/call-states.md has the diagram.
package call

import "time"

// Mono is a site's or kiosk's own monotonic time, as the duration since its
// process started. It never leaves the process: frames carry differences.
type Mono = time.Duration

// Site names a hub by the code of the administrative unit it serves.
type Site string

// Person is a staff member as a call remembers one: enough to show and to
// hold responsible, no more.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Post string `json:"post"`
}
