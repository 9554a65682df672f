package site

import (
	"huying/internal/call"
	"huying/internal/wire"
)

// Effect is what the runtime must do, in order.
type Effect interface{ effect() }

// The effects.
type (
	// ToKiosk and ToPeer hand a frame to a socket; it may be lost.
	ToKiosk struct {
		Kiosk string
		Frame wire.Frame
	}
	ToPeer struct {
		Site  call.Site
		Frame wire.Frame
	}
	// Changed says that pages must see a call anew.
	Changed struct{ Call call.ID }
	// KioskChanged says that pages must see a point anew.
	KioskChanged struct{ Kiosk string }
	// PeerChanged says that the line to another site went up or down.
	PeerChanged struct{ Site call.Site }
	// GiveMedia sends MEDIA to the kiosk for the grant of a person here.
	GiveMedia struct {
		Call  call.ID
		Grant call.Grant
	}
	// OpenRoom and CloseRoom prepare and end the place to talk.
	OpenRoom  struct{ Call call.ID }
	CloseRoom struct{ Call call.ID }
	// Recorded tells of a press that is not for help, once it is stored.
	Recorded struct{ Press PressRow }
	// Tell says to one person why answering came to nothing.
	Tell struct {
		Person call.Person
		Call   call.ID
		Why    *call.Refusal
	}
	// Refused reports a frame that made no sense, for the log and the sender.
	Refused struct {
		Kiosk string    // who sent it,
		Peer  call.Site // one of the two
		Why   wire.Refuse
	}
)

func (ToKiosk) effect()      {}
func (ToPeer) effect()       {}
func (Changed) effect()      {}
func (KioskChanged) effect() {}
func (PeerChanged) effect()  {}
func (GiveMedia) effect()    {}
func (OpenRoom) effect()     {}
func (CloseRoom) effect()    {}
func (Recorded) effect()     {}
func (Tell) effect()         {}
func (Refused) effect()      {}
func (Save) effect()         {}

// Save is one transaction. Saves are numbered without gaps and must be
// committed in order; the runtime answers with Saved. All rows are
// idempotent: committing a Save twice changes nothing.
type Save struct {
	N       uint64
	Presses []PressRow
	Calls   []call.Call // the whole new values
	Facts   []FactRow
	Out     []OutRow
	Have    []PeerMark // facts of peers taken in up to here
	Sent    []PeerMark // facts that peers have acknowledged: the outbox may forget them
	Then    []Effect
}

// PressRow is one press as stored; its id is unique. Call is the call it made
// or joined, the one it rates, or, where there is none, the press itself.
type PressRow struct {
	Press call.PressID
	Call  call.ID
	Fact  call.Pressed
}

// FactRow is one entry of the event log.
type FactRow struct {
	Call call.ID
	Fact call.Fact
	From call.Site // the site that told us; our own code if we saw it ourselves
}

// OutRow is one fact for a peer, numbered without gaps for each peer.
type OutRow struct {
	Peer call.Site
	N    uint64
	Call call.ID
	Fact call.Fact
}

// PeerMark is a place in a stream of numbered facts.
type PeerMark struct {
	Peer call.Site
	N    uint64
}

func (s *Save) empty() bool {
	return len(s.Presses)+len(s.Calls)+len(s.Facts)+len(s.Out)+len(s.Have)+len(s.Sent)+len(s.Then) == 0
}
