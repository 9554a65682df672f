package auth

import (
	"crypto/rand"
	"sync"
	"time"
)

// TicketLife is how long a ticket for a live socket is good: long enough for a
// page to connect on a bad line, too short to be carried away.
const TicketLife = 30 * time.Second

// Bounds of the tickets that wait: in all, and per person.
const (
	ticketsAll       = 2048
	ticketsPerPerson = 8
)

// Holder is to whom a ticket was given.
type Holder struct {
	Person  Person
	Session string // Session.ID, so that signing out ends the socket
	Origin  string // the page that may use it
}

// TicketReason names why a ticket was refused, or Granted.
type TicketReason string

// The reasons of Redeem.
const (
	TicketGood    TicketReason = "good"
	TicketUnknown TicketReason = "unknown" // never given, or used before
	TicketLate    TicketReason = "late"
	TicketOrigin  TicketReason = "other_origin"
)

// Tickets are one-time passes from a signed-in page to a live socket, because
// a browser sends cookies to a socket whatever page opened it. They live in
// memory, are bounded, and are safe for concurrent use.
type Tickets struct {
	mu      sync.Mutex
	waiting map[string]ticket
}

type ticket struct {
	Holder
	until time.Time
}

// NewTickets makes an empty set.
func NewTickets() *Tickets { return &Tickets{waiting: make(map[string]ticket)} }

// Issue gives a ticket of 130 random bits. A person with too many loses the
// oldest; so does everybody together.
func (t *Tickets) Issue(h Holder, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine, oldest, oldestMine := 0, "", ""
	for text, w := range t.waiting {
		if !now.Before(w.until) {
			delete(t.waiting, text)
			continue
		}
		if oldest == "" || w.until.Before(t.waiting[oldest].until) {
			oldest = text
		}
		if w.Person.ID == h.Person.ID {
			mine++
			if oldestMine == "" || w.until.Before(t.waiting[oldestMine].until) {
				oldestMine = text
			}
		}
	}
	if mine >= ticketsPerPerson {
		delete(t.waiting, oldestMine)
	} else if len(t.waiting) >= ticketsAll {
		delete(t.waiting, oldest)
	}
	text := rand.Text()
	t.waiting[text] = ticket{Holder: h, until: now.Add(TicketLife)}
	return text
}

// Redeem uses a ticket up, whatever it then says.
func (t *Tickets) Redeem(text, origin string, now time.Time) (Holder, TicketReason) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w, ok := t.waiting[text]
	delete(t.waiting, text)
	switch {
	case !ok:
		return Holder{}, TicketUnknown
	case !now.Before(w.until):
		return Holder{}, TicketLate
	case w.Origin != origin:
		return Holder{}, TicketOrigin
	}
	return w.Holder, TicketGood
}
