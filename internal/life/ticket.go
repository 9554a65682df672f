package life

import (
	"slices"
	"time"

	"huying/internal/call"
)

// Phase is how far people are with a ticket.
type Phase string

// The phases of a ticket. Whether the fault itself still stands is Present.
const (
	Open     Phase = "open"
	Taken    Phase = "taken"
	StopGap  Phase = "stop_gap"
	Repaired Phase = "repaired"
	Closed   Phase = "closed"
)

// Level is how far a ticket has gone up.
type Level string

// The levels of escalation.
const (
	AtTownship Level = ""
	AtLeader   Level = "duty_leader"
	AtCounty   Level = "county"
)

var height = map[Level]int{AtLeader: 1, AtCounty: 2}

// What a Step says happened; beside these the actions of people.
const (
	DidOpen     = "opened"
	DidReopen   = "reopened"    // the fault came back
	DidRestore  = "restored"    // the fault ended
	DidEscalate = "escalated"   // no stop-gap in time; Note is the level
	DidMerge    = "merged"      // it is part of a township's ticket, which Note names
	DidPersist  = "still_there" // the repair did not end it
)

// Step is one thing that happened to a ticket.
type Step struct {
	At   time.Time    `json:"at"`
	What string       `json:"what"`
	By   *call.Person `json:"by,omitempty"` // a person of the site From
	From call.Site    `json:"from,omitempty"`
	Note string       `json:"note,omitempty"`
}

// Ticket is one fault that people must see to. It is stored whole.
type Ticket struct {
	ID        string    `json:"id"` // of a kiosk's: kiosk.site.tN; of a township's: unit-all.site.tN
	N         uint64    `json:"n"`
	Site      call.Site `json:"site"` // whose ticket it is; it alone changes it
	Subject   string    `json:"subject"`
	Kiosk     string    `json:"kiosk,omitempty"` // empty: of a township
	Code      string    `json:"code"`
	Part      string    `json:"part,omitempty"`
	Detail    string    `json:"detail,omitempty"`
	Presses   []string  `json:"presses,omitempty"` // that a ledger's difference names
	Members   []string  `json:"members,omitempty"` // kiosks of a township's ticket
	BeganAt   time.Time `json:"began_at"`          // when the fault began, as far as is known
	OpenedAt  time.Time `json:"opened_at"`         // when it became a ticket; the two hours count from here
	Present   bool      `json:"present"`           // the fault stands
	EndedAt   time.Time `json:"ended_at"`          // when it ended; zero while it stands
	Phase     Phase     `json:"phase"`
	StopGapAt time.Time `json:"stop_gap_at"` // zero: none was recorded
	Since     time.Time `json:"since"`       // since when it is in its phase
	Level     Level     `json:"level,omitempty"`
	Returns   int       `json:"returns,omitempty"` // how often the fault came back
	Steps     []Step    `json:"steps"`
	Rev       uint64    `json:"rev"` // counts its changes
}

// Red reports whether the ticket is an alarm.
func (t *Ticket) Red() bool { return Red(t.Code) }

// Lasted is how long the fault stood, or has stood by now.
func (t *Ticket) Lasted(now time.Time) time.Duration {
	if t.Present {
		return max(now.Sub(t.BeganAt), 0)
	}
	return max(t.EndedAt.Sub(t.BeganAt), 0)
}

// Goes is how far up a ticket must have gone by now: the two-hour rule. It is
// a function of time and of what is recorded, so a site above that hears
// nothing comes to the same.
func (t *Ticket) Goes(now time.Time, times Times) Level {
	at, rises := t.Rises(times)
	switch {
	case !rises || now.Before(at):
		return AtTownship
	case now.Before(at.Add(times.County)):
		return AtLeader
	}
	return AtCounty
}

// Rises is when the ticket goes up first; false if it need not: the fault is
// over, or a stop-gap stands, or somebody says that it is repaired.
func (t *Ticket) Rises(times Times) (time.Time, bool) {
	if !t.Present || !t.StopGapAt.IsZero() || t.Phase == Repaired || t.Phase == Closed {
		return time.Time{}, false
	}
	return t.OpenedAt.Add(times.StopGap), true
}

// maxSteps bounds what a ticket remembers of what happened by itself.
const maxSteps = 60

func (t *Ticket) step(s Step) {
	t.Rev++
	if s.By == nil && len(t.Steps) >= maxSteps {
		return
	}
	t.Steps = append(slices.Clip(t.Steps), s)
}

func (t *Ticket) become(p Phase, at time.Time) {
	if t.Phase != p {
		t.Phase, t.Since = p, at
	}
}

// end says that the fault is over.
func (t *Ticket) end(now time.Time, times Times) {
	t.Present, t.EndedAt = false, now
	t.step(Step{At: now, What: DidRestore})
	if t.Phase == Repaired || now.Sub(t.OpenedAt) < times.StopGap {
		t.become(Closed, now)
	}
}

// again says that the fault came back before it was forgotten.
func (t *Ticket) again(now time.Time) {
	t.Present, t.EndedAt = true, time.Time{}
	t.Returns++
	if t.Phase == Closed || t.Phase == Repaired {
		t.become(t.standing(), now)
	}
	t.step(Step{At: now, What: DidReopen})
}

// standing is the phase of a ticket that is not repaired after all.
func (t *Ticket) standing() Phase {
	if !t.StopGapAt.IsZero() {
		return StopGap
	}
	return Open
}

// Action is what a person does with a ticket.
type Action string

// The actions of people.
const (
	Take       Action = "take"
	DoStopGap  Action = "stop_gap"
	DoRepaired Action = "repaired"
	Close      Action = "close"
)

// Actions lists every action.
var Actions = []Action{Take, DoStopGap, DoRepaired, Close}

// Refusal says why a person's action came to nothing.
type Refusal string

// The refusals.
const (
	UnknownTicket Refusal = "unknown_ticket"
	TicketClosed  Refusal = "ticket_closed"
	NoteMissing   Refusal = "note_missing" // a stop-gap, a repair, and closing what still stands need words
	PersonMissing Refusal = "person_missing"
)

func (r Refusal) Error() string { return "life: " + string(r) }

// Do carries out what a person does. Closing a ticket whose fault still stands
// is lawful with a reason; that fault is then quiet until it has ended.
func (t *Ticket) do(now time.Time, a Action, by call.Person, from call.Site, note string) error {
	switch {
	case by.ID == "":
		return PersonMissing
	case t.Phase == Closed:
		return TicketClosed
	case note == "" && (a == DoStopGap || a == DoRepaired || a == Close && t.Present && t.Phase != Repaired):
		return NoteMissing
	}
	switch a {
	case Take:
		if t.Phase == Open {
			t.become(Taken, now)
		}
	case DoStopGap:
		t.StopGapAt = now
		t.become(StopGap, now)
	case DoRepaired:
		t.become(Repaired, now)
		if !t.Present {
			t.become(Closed, now)
		}
	case Close:
		t.become(Closed, now)
	default:
		return UnknownTicket
	}
	t.step(Step{At: now, What: string(a), By: &by, From: from, Note: note})
	return nil
}

// Taker is who last took the ticket or did something with it; nil: nobody.
func (t *Ticket) Taker() *call.Person {
	for _, s := range slices.Backward(t.Steps) {
		if s.By != nil {
			return s.By
		}
	}
	return nil
}
