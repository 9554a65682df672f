package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/view"
)

//go:generate go test -run ^TestDocument$ -update .

// Document is the OpenAPI document of a hub, indented, with the messages of
// the live socket as LiveMessage.
func Document() ([]byte, error) {
	s := newServer(Config{})
	err := s.describe()
	return s.document, err
}

// liveMessages are the messages of the live socket by their type.
var liveMessages = []struct {
	name string
	form reflect.Type
}{
	{view.TypeSnapshot, reflect.TypeFor[view.Snapshot]()},
	{view.TypeCall, reflect.TypeFor[view.CallDelta]()},
	{view.TypePoint, reflect.TypeFor[view.PointDelta]()},
	{view.TypeSite, reflect.TypeFor[view.SiteDelta]()},
	{view.TypeDuty, reflect.TypeFor[view.DutyDelta]()},
	{view.TypeTicket, reflect.TypeFor[view.TicketDelta]()},
	{view.TypeBeat, reflect.TypeFor[view.Beat]()},
}

// describe completes the document and keeps its bytes.
func (s *server) describe() error {
	oapi := s.api.OpenAPI()
	schemas := oapi.Components.Schemas
	union := &huma.Schema{
		Description:   "A message of the live socket /live, server to browser.",
		Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}},
	}
	for _, m := range liveMessages {
		ref := schemas.Schema(m.form, true, "")
		union.OneOf = append(union.OneOf, ref)
		union.Discriminator.Mapping[m.name] = ref.Ref
	}
	schemas.Map()["LiveMessage"] = union
	oapi.Paths["/live"] = &huma.PathItem{Get: liveOperation()}
	// What a call's page may offer is a closed set; the page's types should say so.
	call := schemas.Map()["Call"]
	call.Properties["may"].Items.Enum = []any{view.Answer, view.HangUp, view.Attended, view.Close}
	ticket := schemas.Map()["Ticket"]
	ticket.Properties["may"].Items.Enum = []any{view.TicketTake, view.TicketStopGap, view.TicketRepaired, view.TicketClose}

	raw, err := oapi.MarshalJSON()
	if err != nil {
		return fmt.Errorf("api: marshal the document: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, raw, "", "  "); err != nil {
		return fmt.Errorf("api: indent the document: %w", err)
	}
	indented.WriteByte('\n')
	s.document = indented.Bytes()
	return nil
}

func liveOperation() *huma.Operation {
	return &huma.Operation{
		OperationID: "live", Summary: "Open the live socket",
		Description: "A WebSocket from a page of this hub. It begins with a snapshot; deltas count on from its seq. The browser sends nothing.",
		Parameters:  []*huma.Param{{Name: "ticket", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}},
		Responses: map[string]*huma.Response{"101": {
			Description: "Switching Protocols; each text frame is a LiveMessage",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/LiveMessage"}}},
		}},
	}
}
