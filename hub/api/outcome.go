package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/refusal"
)

type attendedInput struct {
	CallPath
	Body struct {
		Who  string `json:"who" minLength:"1" maxLength:"40" doc:"who was on site"`
		Note string `json:"note,omitempty" maxLength:"2000"`
	}
}

type closeInput struct {
	CallPath
	Body struct {
		Disposition string `json:"disposition" enum:"solved,cadre_sent,emergency,to_county,advice,mistaken,practice,other"`
		Note        string `json:"note,omitempty" maxLength:"2000" doc:"needed with other"`
	}
}

func (s *server) outcomeRoutes() {
	accepted := http.StatusAccepted
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/hang-up", OperationID: "hang-up-call",
		Summary: "End the talking, not the call", DefaultStatus: accepted},
		func(ctx context.Context, in *CallPath) (*struct{}, error) {
			return nil, s.Calls.HangUp(ctx, from(ctx).person, in.ID)
		})
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/attended", OperationID: "attended-call",
		Summary: "Say that somebody was on site", DefaultStatus: accepted}, s.attended)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/close", OperationID: "close-call",
		Summary: "Close a call with its outcome", DefaultStatus: accepted}, s.closeCall)
}

func (s *server) attended(ctx context.Context, in *attendedInput) (*struct{}, error) {
	who := strings.TrimSpace(in.Body.Who)
	if who == "" {
		return nil, refusal.At(refusal.BadField, "body.who", "请填写到现场的人是谁。")
	}
	return nil, s.Calls.Attended(ctx, from(ctx).person, in.ID, who, strings.TrimSpace(in.Body.Note))
}

func (s *server) closeCall(ctx context.Context, in *closeInput) (*struct{}, error) {
	note := strings.TrimSpace(in.Body.Note)
	if in.Body.Disposition == otherOutcome && note == "" {
		return nil, refusal.At(refusal.BadField, "body.note", "选“其他”时请写明处理情况。")
	}
	return nil, s.Calls.Close(ctx, from(ctx).person, in.ID, in.Body.Disposition, note)
}
