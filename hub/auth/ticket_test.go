package auth

import (
	"fmt"
	"testing"
	"time"
)

func holder(person string) Holder {
	return Holder{Person: Person{ID: person}, Session: "s", Origin: "http://hub.test"}
}

func TestATicketIsGoodOnce(t *testing.T) {
	tickets := NewTickets()
	text := tickets.Issue(holder("p"), noon)
	if h, why := tickets.Redeem(text, "http://hub.test", noon.Add(TicketLife-1)); why != TicketGood || h.Person.ID != "p" {
		t.Fatal(h, why)
	}
	if _, why := tickets.Redeem(text, "http://hub.test", noon); why != TicketUnknown {
		t.Fatal(why)
	}
	if _, why := tickets.Redeem("", "", noon); why != TicketUnknown {
		t.Fatal(why)
	}
}

func TestATicketTriedFromElsewhereIsUsedUp(t *testing.T) {
	tickets := NewTickets()
	text := tickets.Issue(holder("p"), noon)
	if _, why := tickets.Redeem(text, "http://evil.test", noon); why != TicketOrigin {
		t.Fatal(why)
	}
	if _, why := tickets.Redeem(text, "http://hub.test", noon); why != TicketUnknown {
		t.Fatal(why)
	}
	if _, why := tickets.Redeem(tickets.Issue(holder("p"), noon), "http://hub.test", noon.Add(TicketLife)); why != TicketLate {
		t.Fatal(why)
	}
}

func TestTicketsAreBounded(t *testing.T) {
	tickets := NewTickets()
	other := tickets.Issue(holder("other"), noon)
	var mine []string
	for i := range 5 * ticketsPerPerson {
		mine = append(mine, tickets.Issue(holder("greedy"), noon.Add(time.Duration(i))))
	}
	if len(tickets.waiting) != ticketsPerPerson+1 {
		t.Fatalf("%d wait", len(tickets.waiting))
	}
	if _, why := tickets.Redeem(other, "http://hub.test", noon); why != TicketGood {
		t.Fatal("a greedy person pushed another out:", why)
	}
	if _, why := tickets.Redeem(mine[len(mine)-1], "http://hub.test", noon); why != TicketGood {
		t.Fatal("the latest was lost:", why)
	}
	for i := range ticketsAll + 100 {
		tickets.Issue(holder(fmt.Sprint(i)), noon)
	}
	if len(tickets.waiting) > ticketsAll {
		t.Fatalf("%d wait", len(tickets.waiting))
	}
	tickets.Issue(holder("p"), noon.Add(time.Hour))
	if len(tickets.waiting) != 1 {
		t.Fatalf("%d wait after all are late", len(tickets.waiting))
	}
}
