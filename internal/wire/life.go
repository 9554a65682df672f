package wire

import (
	"encoding/json"
	"time"

	"huying/internal/call"
)

// What sites tell each other of their kiosks' health, behind all calls.
const (
	TCondition Type = "CONDITION"
	TTicket    Type = "TICKET"
	TTicketAck Type = "TICKET_ACK"
	TTicketDo  Type = "TICKET_DO"
)

// Condition is how a kiosk is, in few words, for the site above: all of them
// on each connection, and each at its changes. The latest wins.
type Condition struct {
	Kiosk    string   `json:"kiosk"`
	State    string   `json:"state"`    // a state of internal/life
	SinceMS  int64    `json:"since_ms"` // milliseconds since it came or fell silent
	ProvenBy string   `json:"proven_by,omitempty"`
	ProvenMS int64    `json:"proven_ms,omitempty"` // milliseconds since it was proven to work
	Failed   []string `json:"failed,omitempty"`
	Overdue  []string `json:"overdue,omitempty"`
	Power    *Power   `json:"power,omitempty"`
	Version  string   `json:"version,omitempty"`
	Config   uint32   `json:"config,omitempty"` // revision of the settings in force
}

// Ticket is a ticket of the sender or of a site below it, whole, for the site
// above: those that are open on each connection, and each at its changes, again
// until it is acknowledged. The highest Rev wins.
type Ticket struct {
	ID   string          `json:"id"`
	Rev  uint64          `json:"rev"`
	Sent time.Time       `json:"sent"` // the sender's clock, by which the times inside were written
	Body json.RawMessage `json:"body"` // a ticket of internal/life
}

// TicketAck says that the ticket is on disk above, as of Rev.
type TicketAck struct {
	ID  string `json:"id"`
	Rev uint64 `json:"rev"`
}

// TicketDo is what a person of a site above does with a ticket of one below.
// Whether it was done shows in the ticket.
type TicketDo struct {
	ID     string      `json:"id"`
	Action string      `json:"action"`
	Person call.Person `json:"person"`
	Site   call.Site   `json:"site"` // of the person
	Note   string      `json:"note,omitempty"`
}

// Type names the frame.
func (Condition) Type() Type { return TCondition }
func (Ticket) Type() Type    { return TTicket }
func (TicketAck) Type() Type { return TTicketAck }
func (TicketDo) Type() Type  { return TTicketDo }

// Bounds of these frames.
const (
	maxNamed = 80 // faults and tests of a condition
	maxNote  = 8000
	// MaxTicketID bounds a ticket's id, in bytes.
	MaxTicketID = 96
)

// Validate bounds the words.
func (f Condition) Validate() error {
	if !call.ValidKiosk(f.Kiosk) {
		return bad("kiosk", "must be 1 to 40 small letters, digits or hyphens")
	}
	if f.State == "" || len(f.State) > maxWord || len(f.ProvenBy) > maxWord || len(f.Version) > maxWord {
		return bad("state", "state must be given; state, proven_by and version are at most 64 bytes")
	}
	if f.SinceMS < 0 || f.ProvenMS < 0 {
		return bad("since_ms", "must be 0 or more")
	}
	if len(f.Failed) > maxNamed || len(f.Overdue) > maxNamed {
		return bad("failed", "must be at most 80 words")
	}
	for _, w := range append(append([]string(nil), f.Failed...), f.Overdue...) {
		if len(w) > 2*maxWord+1 {
			return bad("failed", "each word must be at most 129 bytes")
		}
	}
	if p := f.Power; p != nil && (p.Percent < -1 || p.Percent > 100 || p.LeftMS < 0) {
		return bad("power", "percent is -1 to 100, left_ms 0 or more")
	}
	return nil
}

func ticketID(id string) error {
	if id == "" || len(id) > MaxTicketID {
		return bad("id", "must be 1 to 96 bytes")
	}
	return nil
}

// Validate checks the name and that there is a body; what is in it, the
// receiver checks.
func (f Ticket) Validate() error {
	if f.Rev == 0 || f.Sent.IsZero() {
		return bad("rev", "rev counts from 1, sent must be given")
	}
	if len(f.Body) == 0 || f.Body[0] != '{' {
		return bad("body", "must be an object")
	}
	return ticketID(f.ID)
}

// Validate checks the name.
func (f TicketAck) Validate() error { return ticketID(f.ID) }

// Validate checks who does what.
func (f TicketDo) Validate() error {
	if err := ticketID(f.ID); err != nil {
		return err
	}
	if f.Action == "" || len(f.Action) > maxWord || len(f.Note) > maxNote {
		return bad("action", "must be given, at most 64 bytes; the note is at most 8000")
	}
	if err := f.Site.Validate(); err != nil {
		return err
	}
	return f.Person.Validate()
}
