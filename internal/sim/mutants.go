package sim

import (
	"huying/internal/call"
	"huying/internal/site"
)

// Mutant is a seeded bug. A simulator that does not catch it proves nothing.
type Mutant string

// The mutants: each breaks one rule of the design, section 4.
const (
	NoMutant            Mutant = ""
	AckBeforeCommit     Mutant = "ack-before-commit"
	EscalationMoves     Mutant = "escalation-moves"
	OneAckSilencesAll   Mutant = "one-ack-silences-all"
	KioskNeverEscalates Mutant = "kiosk-never-escalates"
	GrantWithoutEpoch   Mutant = "grant-without-epoch"
	LostDedupe          Mutant = "lost-dedupe"
	// ReleaseWithoutEpoch: a late release ends whatever talk there is.
	ReleaseWithoutEpoch Mutant = "release-without-epoch"
	// KioskForgetsGrants: the register of who talks is not read back.
	KioskForgetsGrants Mutant = "kiosk-forgets-grants"
	// OrphansSilent: the county does not ring for a township that died.
	OrphansSilent Mutant = "orphans-silent"
	// UplinkAckBeforeCommit: facts of another site are acknowledged unsaved.
	UplinkAckBeforeCommit Mutant = "uplink-ack-before-commit"
	// LessonsRing: a site takes every press for a call.
	LessonsRing Mutant = "lessons-ring"
	// HeldForgotten: a press whose key was down when the kiosk died is gone.
	HeldForgotten Mutant = "held-forgotten"
	// RingingClaimed: a kiosk is told that a page rings when nobody is there.
	RingingClaimed Mutant = "ringing-claimed"
)

// Mutants lists them all.
var Mutants = []Mutant{AckBeforeCommit, EscalationMoves, OneAckSilencesAll, KioskNeverEscalates, GrantWithoutEpoch, LostDedupe,
	ReleaseWithoutEpoch, KioskForgetsGrants, OrphansSilent, UplinkAckBeforeCommit, LessonsRing, HeldForgotten, RingingClaimed}

// forgetful is an image that lost what tells a repeated press from a new one.
func forgetful(im *site.Image) *site.Image {
	im.Seen = map[string]call.Seen{}
	for id, c := range im.Calls {
		if c.Phase() == call.Closed {
			delete(im.Calls, id)
		}
	}
	return im
}
