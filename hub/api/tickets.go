package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/view"
)

type ticketsInput struct {
	Open  bool `query:"open" default:"true" doc:"only those that are not closed"`
	Limit int  `query:"limit" minimum:"1" maximum:"500" default:"500"`
}

type ticketsOutput struct {
	Body struct {
		Tickets []view.Ticket `json:"tickets" nullable:"false"`
	}
}

type doTicketInput struct {
	ID   string `path:"ticket" maxLength:"96" doc:"the ticket's id"`
	Body struct {
		Note string `json:"note,omitempty" maxLength:"1000" doc:"what was done; needed for a stop-gap, for a repair, and to close what still stands"`
	}
}

type doTicketOutput struct {
	Body struct {
		Ticket view.Ticket `json:"ticket"`
	}
}

// ticketVerbs are the last words of the paths.
var ticketVerbs = []struct {
	verb, summary string
	action        view.TicketAction
}{
	{"take", "See to a ticket", view.TicketTake},
	{"stop-gap", "Record what helps until the fault is mended", view.TicketStopGap},
	{"repaired", "Say that the fault is mended", view.TicketRepaired},
	{"close", "Close a ticket", view.TicketClose},
}

func (s *server) ticketRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/tickets", OperationID: "list-tickets",
		Summary: "List tickets, alarms first"}, s.listTickets)
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/alarms", OperationID: "list-alarms",
		Summary: "List the red tickets that are not closed"}, s.listAlarms)
	for _, v := range ticketVerbs {
		register(s, huma.Operation{Method: http.MethodPost, Path: "/api/tickets/{ticket}/" + v.verb, OperationID: v.verb + "-ticket",
			Summary: v.summary, DefaultStatus: http.StatusAccepted,
			Description: "A ticket of a site below is done there; its new state comes on the live socket."},
			func(ctx context.Context, in *doTicketInput) (*doTicketOutput, error) {
				t, err := s.Health.DoTicket(ctx, from(ctx).person, in.ID, v.action, strings.TrimSpace(in.Body.Note))
				if err != nil {
					return nil, err
				}
				out := &doTicketOutput{}
				out.Body.Ticket = t
				return out, nil
			})
	}
}

func (s *server) listTickets(ctx context.Context, in *ticketsInput) (*ticketsOutput, error) {
	all, err := s.Health.Tickets(ctx, from(ctx).person, !in.Open, in.Limit)
	return cut(ctx, all, err)
}

func (s *server) listAlarms(ctx context.Context, _ *struct{}) (*ticketsOutput, error) {
	all, err := s.Health.Alarms(ctx, from(ctx).person)
	return cut(ctx, all, err)
}

// cut leaves what the person's unit covers.
func cut(ctx context.Context, all []view.Ticket, err error) (*ticketsOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &ticketsOutput{}
	out.Body.Tickets = make([]view.Ticket, 0, len(all))
	for _, t := range all {
		if unit, _ := auth.KioskUnit(t.ID); auth.Covers(from(ctx).person.Unit, unit) {
			out.Body.Tickets = append(out.Body.Tickets, t)
		}
	}
	return out, nil
}
