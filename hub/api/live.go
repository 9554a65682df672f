package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
)

type ticketOutput struct {
	Body struct {
		Ticket    string `json:"ticket" doc:"for /live?ticket=, once, from the page that asked"`
		ExpiresMS int64  `json:"expires_in_ms"`
	}
}

type dutyBody struct {
	On bool `json:"on"`
}

type (
	dutyInput  struct{ Body dutyBody }
	dutyOutput struct{ Body dutyBody }
)

func (s *server) liveRoutes() {
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/ticket", OperationID: "ticket",
		Summary: "Get a one-time ticket for the live socket"}, s.ticket)
	register(s, huma.Operation{Method: http.MethodPut, Path: "/api/duty", OperationID: "set-duty",
		Summary: "Begin or end duty", Description: "On needs a live socket."}, s.duty)
}

func (s *server) ticket(ctx context.Context, _ *struct{}) (*ticketOutput, error) {
	who := from(ctx)
	origin, ok := s.origins.Allows(who.request)
	if !ok {
		return nil, originRefused()
	}
	out := &ticketOutput{}
	out.Body.Ticket = s.Tickets.Issue(auth.Holder{Person: who.person, Session: who.session.ID, Origin: origin}, s.now())
	out.Body.ExpiresMS = auth.TicketLife.Milliseconds()
	return out, nil
}

func (s *server) duty(ctx context.Context, in *dutyInput) (*dutyOutput, error) {
	if err := s.Duty.SetDuty(ctx, from(ctx).person, in.Body.On); err != nil {
		return nil, err
	}
	return &dutyOutput{Body: in.Body}, nil
}
