// Package input is the one door through which keys enter a terminal: real
// keys on GPIO lines, keys on a microcontroller, and the on-screen keys of the
// demo all are an Input and deliver the same Events.
package input

import (
	"fmt"
	"time"
)

// Key names one of the two keys of a kiosk. The text is what frames, journal
// and settings carry.
type Key string

// The two keys of every kiosk.
const (
	// Red is the UrgentKey: something happened, come now.
	Red Key = "red"
	// Green is the EnquiryKey: I want to ask.
	Green Key = "green"
)

// Keys lists every key in the order in which a panel shows them.
func Keys() []Key { return []Key{Red, Green} }

// Validate reports a key that no kiosk has.
func (k Key) Validate() error {
	if k == Red || k == Green {
		return nil
	}
	return fmt.Errorf("input: key %q is neither %q nor %q", k, Red, Green)
}

// Kind says what an Event tells.
type Kind string

// The kinds of Event. For one key they nest like brackets: press, perhaps
// stuck and unstuck, release; and, around anything, fault and restored.
const (
	Press    Kind = "press"    // the key went down: exactly one for each press of a hand
	Release  Kind = "release"  // the key is up again: exactly one for each Press
	Stuck    Kind = "stuck"    // the key was held so long that no hand does it
	Unstuck  Kind = "unstuck"  // a stuck key came up; its Release follows at the same time
	Overrun  Kind = "overrun"  // N happenings were lost before they reached us
	Fault    Kind = "fault"    // the key cannot be read; Detail says why
	Restored Kind = "restored" // the key can be read again
)

// Reason says how a Press was noticed; it is empty for other kinds.
type Reason string

// The reasons of a Press.
const (
	// ByEdge is the ordinary case: the line changed and said so.
	ByEdge Reason = "edge"
	// ByLevel is a key found down by comparing its level, without an edge:
	// held at start, or an edge that was lost.
	ByLevel Reason = "level"
	// ByGap is a press that must have happened inside an overrun: the first
	// edge after the gap leaves a key that was not known to be down.
	ByGap Reason = "gap"
)

// Event is one thing that happened to one key.
type Event struct {
	Key    Key
	Kind   Kind
	At     time.Duration // CLOCK_MONOTONIC of the kernel: time since boot without sleep; never wall-clock time
	N      int           // Overrun only: how many were lost, at least 1
	Reason Reason        // Press only
	Detail string        // Fault only: the error, for a log and a technician
	// Receipt, of a Press only, is for the reader to say that the press is safe.
	// It is nil where nobody could use the answer.
	Receipt Receipt
}

// Receipt is how whoever receives a Press makes sure of it. A press that was
// not made safe before the program ended, by whatever cause, is told once more
// when it is back, as far as its source can. All methods may be called from
// any goroutine and none waits.
type Receipt interface {
	// Begin says that work on the press begins, and returns the note that the
	// last program to do so left on it: empty if there was none.
	Begin() (note string)
	// Mark leaves a note for a program that may be told the press again: the
	// number under which it is about to be stored, up to 61 octets.
	Mark(note string)
	// Safe says that the press is stored and need not be told again.
	Safe()
}

// Safe says so to the event's source, if it is one that asks for it.
func (e Event) Safe() {
	if e.Receipt != nil {
		e.Receipt.Safe()
	}
}

// String renders the event for logs and test failures.
func (e Event) String() string {
	s := fmt.Sprintf("%s %s @%s", e.Key, e.Kind, e.At)
	switch {
	case e.Kind == Overrun:
		s += fmt.Sprintf(" n=%d", e.N)
	case e.Reason != "":
		s += " by " + string(e.Reason)
	case e.Detail != "":
		s += ": " + e.Detail
	}
	return s
}

// Input is a source of key events.
type Input interface {
	// Events delivers every event in order of its happening for each key. The
	// channel is the same at every call and is closed by Close. A slow reader
	// never delays the reading of the keys themselves.
	Events() <-chan Event
	// Close stops reading, waits until everything has ended, and closes the
	// channel; events not yet received may be dropped. It may be called again.
	Close() error
}
