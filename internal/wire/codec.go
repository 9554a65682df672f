package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	"huying/internal/call"
)

// Error is a frame that was refused: a stable code, and the frame and field
// that are wrong. Refuse makes it a frame for the other side.
type Error struct {
	Code    string // too_large, malformed, unknown_type, invalid
	Frame   Type
	Field   string
	Message string
}

func (e *Error) Error() string {
	s := "wire: " + e.Code
	if e.Frame != "" {
		s += " " + string(e.Frame)
	}
	if e.Field != "" {
		s += " " + e.Field
	}
	return s + ": " + e.Message
}

// Refuse is the frame that tells the sender.
func (e *Error) Refuse() Refuse {
	return Refuse{Code: e.Code, Frame: e.Frame, Field: e.Field, Message: e.Message}
}

type envelope struct {
	T Type            `json:"t"`
	B json.RawMessage `json:"b"`
}

// Encode makes the text of a frame. It fails only on a frame that Validate
// refuses or that is over MaxFrame.
func Encode(f Frame) ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, invalid(f.Type(), err)
	}
	out := append(append(append(make([]byte, 0, 256), `{"t":"`...), f.Type()...), `","b":`...)
	out, ok := quickBody(out, f)
	if !ok {
		b, err := json.Marshal(f)
		if err != nil {
			return nil, invalid(f.Type(), err)
		}
		out = append(out, b...)
	}
	out = append(out, '}')
	if len(out) > MaxFrame {
		return nil, &Error{Code: "too_large", Frame: f.Type(), Message: fmt.Sprintf("%d bytes; at most %d are sent", len(out), MaxFrame)}
	}
	return out, nil
}

// Decode reads one frame and validates it; its error is a *Error.
func Decode(data []byte) (Frame, error) {
	if len(data) > MaxFrame {
		return nil, &Error{Code: "too_large", Message: fmt.Sprintf("%d bytes; at most %d are taken", len(data), MaxFrame)}
	}
	if f, ok := quick(data); ok {
		return f, nil
	}
	return decode(data)
}

// decode is the reader that decides; its error is a *Error.
func decode(data []byte) (Frame, error) {
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, &Error{Code: "malformed", Message: "not a JSON object {t, b}"}
	}
	read, ok := readers[e.T]
	if !ok {
		return nil, &Error{Code: "unknown_type", Frame: clip(e.T), Message: "this program does not know such a frame"}
	}
	if len(e.B) == 0 {
		e.B = []byte("{}")
	}
	f, err := read(e.B)
	if err != nil {
		return nil, invalidBody(e.T, e.B, err)
	}
	return f, nil
}

func clip(t Type) Type {
	if len(t) > 40 {
		return t[:40]
	}
	return t
}

// invalid names the field that is wrong, whoever found it.
func invalid(t Type, err error) *Error {
	e := &Error{Code: "invalid", Frame: t, Message: err.Error()}
	var fe *call.FieldError
	var te *json.UnmarshalTypeError
	switch {
	case errors.As(err, &fe):
		e.Field, e.Message = fe.Field, fe.Want
	case errors.As(err, &te):
		e.Field, e.Message = te.Field, "must not be a JSON "+te.Value
	}
	return e
}

// invalidBody is invalid for a body that was received: an id that cannot be
// read does not say where it stood.
func invalidBody(t Type, body []byte, err error) *Error {
	e := invalid(t, err)
	var fields map[string]json.RawMessage
	if e.Field != "" || json.Unmarshal(body, &fields) != nil {
		return e
	}
	for _, name := range []string{"press", "call"} {
		var id call.ID
		if raw, ok := fields[name]; ok && json.Unmarshal(raw, &id) != nil {
			e.Field = name
			return e
		}
	}
	return e
}

var readers = map[Type]func([]byte) (Frame, error){
	THello: read[Hello], TWelcome: read[Welcome], TPress: read[Press], TPressAck: read[PressAck],
	TPressHold: read[PressHold], TClaim: read[Claim], TGrant: read[Grant], TDeny: read[Deny],
	TRelease: read[Release], TState: read[State], TMedia: read[Media], THealth: read[Health], TConfig: read[Config], TUpdate: read[Update],
	TPing: read[Ping], TPong: read[Pong], TRefuse: read[Refuse], TChallenge: read[Challenge],
	TPeer: read[Peer], TFact: readFact, TFactAck: read[FactAck], TRegister: read[Register],
	TCondition: read[Condition], TTicket: read[Ticket], TTicketAck: read[TicketAck], TTicketDo: read[TicketDo],
}

func read[F Frame](b []byte) (Frame, error) {
	var f F
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	return f, f.Validate()
}

// readFact also reads the fact inside, so that nobody handles a raw one.
func readFact(b []byte) (Frame, error) {
	var f Fact
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	fact, err := call.DecodeFact(f.Kind, f.Data)
	f.Decoded = fact
	return f, err
}
