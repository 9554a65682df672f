package sim

import (
	"fmt"
	"strings"
)

// Thing is something that must happen to worlds now and then: a simulator in
// which nobody is ever refused a claim proves nothing about refusals.
type Thing int

// What is counted.
const (
	SiteCrash Thing = iota
	KioskCrash
	Cut
	BadLine
	FrameLost
	FrameRepeated
	DiskStall
	WriteLost // a write was under way when the process died
	Grants
	Denied
	Dropped // talks that ended without a person ending them
	Lapsed
	HungUp
	Upgrade // red press in a green call
	Reopened
	Requeued
	Asked // the county was asked by a ladder
	Direct
	Orphan
	Doubt
	Held    // rung before it was stored
	Vouched // the kiosk told a site of an ending elsewhere
	Adopted // a claim for a press that the kiosk's disk lost
	ClaimLost
	KioskSilent
	HeldDown // a press whose purpose the key's way up decided
	Quiet
	Practice
	Rating
	SelfTest
	RingingShown // seconds for which a kiosk rightly said that a page rings
	things
)

var thingNames = [things]string{"site crashes", "kiosk crashes", "cuts", "bad lines", "frames lost", "frames repeated",
	"disk stalls", "writes lost", "grants", "grants denied", "talks dropped", "grants lapsed", "talks hung up",
	"green calls upgraded", "calls reopened", "calls requeued", "county asked", "county pressed directly", "orphans",
	"talks in doubt", "presses held", "closings vouched for", "lost presses adopted", "claims lost to another",
	"kiosks silent", "presses held down", "quiet presses", "practice presses", "ratings", "self-tests",
	"seconds of ringing shown"}

func (t Thing) String() string { return thingNames[t] }

// Tally counts what happened.
type Tally [things]int

func (t *Tally) add(o *Tally) {
	for i, n := range o {
		t[i] += n
	}
}

// String lists all counts, for people.
func (t *Tally) String() string {
	parts := make([]string, 0, things)
	for i, n := range t {
		parts = append(parts, fmt.Sprintf("%s %d", Thing(i), n))
	}
	return strings.Join(parts, ", ")
}

// Missing lists what never happened.
func (t *Tally) Missing() []Thing {
	var out []Thing
	for i, n := range t {
		if n == 0 {
			out = append(out, Thing(i))
		}
	}
	return out
}

func (w *world) count(t Thing) { w.res.Tally[t]++ }
