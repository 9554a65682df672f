package api

import (
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/photo"
	"huying/hub/refusal"
)

// Problem is every error that the api answers: RFC 9457 with a stable code.
// It never carries what was sent, so no password comes back.
type Problem struct {
	Type   string  `json:"type" doc:"always about:blank: the code tells problems apart"`
	Title  string  `json:"title" doc:"the HTTP status in words"`
	Status int     `json:"status"`
	Detail string  `json:"detail" doc:"a Chinese sentence for people: what is wrong and what to do"`
	Code   string  `json:"code" doc:"stable, for programs: call_taken, not_on_duty, speech_needed"`
	Errors []Fault `json:"errors,omitempty" doc:"the fields at fault"`

	after time.Duration
}

// Fault is one field at fault.
type Fault struct {
	Location string `json:"location" doc:"body.account, path.id, query.limit"`
	Message  string `json:"message" doc:"Chinese, for people"`
}

// statuses is the one mapper from codes to HTTP. What is not named is a
// conflict: a rule of the desk said no.
var statuses = map[string]int{
	refusal.NoSession:        http.StatusUnauthorized,
	refusal.BadCredentials:   http.StatusUnauthorized,
	refusal.TooManyAttempts:  http.StatusTooManyRequests,
	refusal.NotAllowed:       http.StatusForbidden,
	refusal.ForeignUnit:      http.StatusForbidden,
	refusal.OriginRefused:    http.StatusForbidden,
	refusal.BadTicket:        http.StatusForbidden,
	refusal.BadCode:          http.StatusForbidden,
	refusal.BadRequest:       http.StatusBadRequest,
	refusal.BadField:         http.StatusUnprocessableEntity,
	refusal.BodyTooLarge:     http.StatusRequestEntityTooLarge,
	refusal.BodyTooSlow:      http.StatusRequestTimeout,
	refusal.WrongContentType: http.StatusUnsupportedMediaType,
	refusal.UnknownPath:      http.StatusNotFound,
	refusal.MethodNotAllowed: http.StatusMethodNotAllowed,
	refusal.UnknownCall:      http.StatusNotFound,
	refusal.UnknownKiosk:     http.StatusNotFound,
	refusal.NoAuthority:      http.StatusNotFound,
	refusal.KioskRevoked:     http.StatusForbidden,
	refusal.UnknownTicket:    http.StatusNotFound,
	refusal.SiteAway:         http.StatusServiceUnavailable,
	refusal.UnknownPerson:    http.StatusNotFound,
	refusal.NoPhoto:          http.StatusNotFound,
	refusal.BadPhoto:         http.StatusUnprocessableEntity,
	refusal.UnprovenKiosk:    http.StatusForbidden,
	refusal.UnknownRelease:   http.StatusNotFound,
	refusal.NotOffered:       http.StatusNotFound,
	refusal.BadSignature:     http.StatusUnprocessableEntity,
	refusal.StoreFull:        http.StatusInsufficientStorage,
	refusal.StoreDown:        http.StatusServiceUnavailable,
	refusal.MediaDown:        http.StatusServiceUnavailable,
	refusal.Busy:             http.StatusServiceUnavailable,
	refusal.Internal:         http.StatusInternalServerError,
}

func statusOf(code string) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusConflict
}

// problemOf turns an error into what is answered. An error without a refusal
// inside is internal and says nothing of itself.
func problemOf(err error) *Problem {
	r, ok := refusal.Of(err)
	if !ok {
		r = refusal.New(refusal.Internal, "系统内部出错，请重试；仍不行请联系管理员。呼叫不受影响。")
	}
	status := statusOf(r.Code)
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: r.Detail, Code: r.Code, after: r.After,
	}
	if r.Field != "" {
		p.Errors = []Fault{{Location: r.Field, Message: r.Detail}}
	}
	return p
}

// Error says the problem in one line; with GetStatus it is a huma error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes JSON problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders adds Retry-After where waiting helps, in whole seconds.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.after.Seconds()))))
	}
	return h
}

// write answers a problem outside huma: from middleware and plain routes.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p) // the client is gone: nobody to tell
}

// Refuse answers an error as a problem, for handlers outside the api, as the
// live socket's.
func Refuse(w http.ResponseWriter, _ *http.Request, err error) { problemOf(err).write(w) }

// refuse logs what needs somebody's eye and gives the problem.
func (s *server) refuse(r *http.Request, err error) *Problem {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		s.log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("method", r.Method), slog.String("path", r.URL.Path),
			slog.String("code", p.Code), slog.Any("error", err))
	}
	return p
}

// sentence is a huma transformer: huma's own refusals (validation, body) become
// Problems too.
func sentence(hc huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		if m.Status == http.StatusRequestEntityTooLarge && hc.Operation().MaxBodyBytes == photo.MaxFile {
			return problemOf(photo.TooLarge()), nil
		}
		return fromHuma(m), nil
	}
	return v, nil
}
