package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/view"
)

// CallPath is embedded in the input of every route about one call. It is
// exported because huma leaves unexported embedded structs empty.
type CallPath struct {
	ID string `path:"id" maxLength:"80" doc:"the call's id"`
}

type listInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type listOutput struct {
	Body struct {
		Calls []view.Call `json:"calls" nullable:"false"`
	}
}

type showOutput struct {
	Body struct {
		Call   view.Call `json:"call"`
		Events []Event   `json:"events" nullable:"false"`
	}
}

type answerOutput struct {
	Body struct {
		Call view.Call `json:"call"`
	}
}

type mediaOutput struct {
	Body struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}
}

type speechInput struct {
	CallPath
	Body struct {
		HeardMS   int64   `json:"heard_ms" minimum:"0" maximum:"86400000" doc:"how long sound from the villager was heard"`
		LevelDBFS float64 `json:"level_dbfs" minimum:"-200" maximum:"0" doc:"level of that sound, in dB below full scale"`
	}
}

func (s *server) callRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/calls", OperationID: "list-calls",
		Summary: "List calls, latest first"}, s.listCalls)
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/calls/{id}", OperationID: "show-call",
		Summary: "Show a call and what happened"}, s.showCall)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/answer", OperationID: "answer-call",
		Summary: "Answer", Description: "The kiosk decides; the result comes on the live socket.",
		DefaultStatus: http.StatusAccepted}, s.answerCall)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/media", OperationID: "join-call",
		Summary: "Say where to talk"}, s.joinCall)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/calls/{id}/speech", OperationID: "speech-heard",
		Summary: "Say that the villager was heard"}, s.speechHeard)
}

func (s *server) listCalls(ctx context.Context, in *listInput) (*listOutput, error) {
	who := from(ctx)
	calls, err := s.Records.List(ctx, who.person, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Calls = make([]view.Call, 0, len(calls))
	for _, c := range calls {
		if ok, _ := auth.May(who.person, auth.CallShow, c.Point.Code); ok {
			out.Body.Calls = append(out.Body.Calls, c)
		}
	}
	return out, nil
}

func (s *server) showCall(ctx context.Context, in *CallPath) (*showOutput, error) {
	call, events, err := s.Records.Show(ctx, from(ctx).person, in.ID)
	if err != nil {
		return nil, err
	}
	out := &showOutput{}
	out.Body.Call, out.Body.Events = call, append([]Event{}, events...)
	return out, nil
}

func (s *server) answerCall(ctx context.Context, in *CallPath) (*answerOutput, error) {
	call, err := s.Calls.Answer(ctx, from(ctx).person, in.ID)
	if err != nil {
		return nil, err
	}
	out := &answerOutput{}
	out.Body.Call = call
	return out, nil
}

func (s *server) joinCall(ctx context.Context, in *CallPath) (*mediaOutput, error) {
	url, token, err := s.Media.Join(ctx, from(ctx).person, in.ID)
	if err != nil {
		return nil, err
	}
	out := &mediaOutput{}
	out.Body.URL, out.Body.Token = url, token
	return out, nil
}

func (s *server) speechHeard(ctx context.Context, in *speechInput) (*struct{}, error) {
	heard := time.Duration(in.Body.HeardMS) * time.Millisecond
	return nil, s.Calls.Speech(ctx, from(ctx).person, in.ID, heard, in.Body.LevelDBFS)
}
