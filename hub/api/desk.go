package api

import (
	"context"
	"crypto/x509"
	"net/http"
	"time"

	"huying/hub/auth"
	"huying/hub/authority"
	"huying/hub/directory"
	"huying/hub/view"
	"huying/internal/wire"
)

// What the api needs of the rest of a hub. Every method is called only after
// auth.May has granted the action; what depends on the state of a call is the
// desk's to decide, and it says no with a *refusal.Refusal. Any other error is
// internal: whole in the log, 500 outside.

// Calls is what people do with a call. Call ids are URL-safe text that begins
// with the kiosk's id.
type Calls interface {
	// Answer asks the kiosk for the call. The result arrives on the live socket.
	// Refusals: unknown_call, call_taken, call_closed, not_on_duty.
	Answer(ctx context.Context, by auth.Person, id string) (view.Call, error)
	// HangUp ends the talking, not the call. Refusals: unknown_call, not_answerer,
	// wrong_phase.
	HangUp(ctx context.Context, by auth.Person, id string) error
	// Speech says that the page heard the villager for so long at that level
	// (dBFS, at most 0). Refusals: unknown_call, not_answerer.
	Speech(ctx context.Context, by auth.Person, id string, heard time.Duration, level float64) error
	// Attended says that somebody was on site. Refusals: unknown_call, call_closed.
	Attended(ctx context.Context, by auth.Person, id, who, note string) error
	// Close ends the call with a disposition (Dispositions). Refusals:
	// unknown_call, call_closed, speech_needed, wrong_phase.
	Close(ctx context.Context, by auth.Person, id, disposition, note string) error
}

// Media says where to talk.
type Media interface {
	// Join gives the address and the token to join a call's room with. Refusals:
	// unknown_call, not_answerer, media_down.
	Join(ctx context.Context, by auth.Person, id string) (url, token string, err error)
}

// Records shows calls, open and closed.
type Records interface {
	// List gives at most limit calls, latest first. The api leaves out what the
	// person's unit does not cover.
	List(ctx context.Context, by auth.Person, limit int) ([]view.Call, error)
	// Show gives one call with everything that happened. Refusal: unknown_call.
	Show(ctx context.Context, by auth.Person, id string) (view.Call, []Event, error)
}

// Duty says who sits at a desk.
type Duty interface {
	// SetDuty begins or ends a person's duty at this site; both may be repeated.
	// Refusal: live_needed.
	SetDuty(ctx context.Context, by auth.Person, on bool) error
}

// Points shows the service points.
type Points interface {
	// Points gives every point of this site. The api leaves out what the
	// person's unit does not cover.
	Points(ctx context.Context, by auth.Person) ([]view.Point, error)
}

// Health shows how kiosks are, and the tickets that people must see to. The
// api leaves out of lists what the person's unit does not cover.
type Health interface {
	HealthPoints(ctx context.Context, by auth.Person) ([]view.PointHealth, error)
	// HealthPoint tells all about one kiosk. Refusal: unknown_kiosk.
	HealthPoint(ctx context.Context, by auth.Person, kiosk string) (view.PointLife, error)
	// Tickets lists those that are not closed; with all set also closed ones, at
	// most limit.
	Tickets(ctx context.Context, by auth.Person, all bool, limit int) ([]view.Ticket, error)
	// Alarms lists the red ones that are not closed.
	Alarms(ctx context.Context, by auth.Person) ([]view.Ticket, error)
	// DoTicket is what a person does with a ticket. Refusals: unknown_ticket,
	// ticket_closed, bad_field, site_away.
	DoTicket(ctx context.Context, by auth.Person, id string, action view.TicketAction, note string) (view.Ticket, error)
}

// Kiosks registers kiosks; *directory.Registrar is one.
type Kiosks interface {
	Add(ctx context.Context, k directory.Kiosk) (directory.Kiosk, error)
	Issue(ctx context.Context, kiosk, by string) (code string, expires time.Time, err error)
	Redeem(ctx context.Context, code, publicKey, address string) (directory.Kiosk, error)
	// Kiosk finds one. Refusal: unknown_kiosk.
	Kiosk(ctx context.Context, id string) (directory.Kiosk, error)
	// Revoke ends the trust in a kiosk's key and its lines. Refusal: unknown_kiosk.
	Revoke(ctx context.Context, id string) error
}

// Remote is what kiosks are told from afar; the empty kiosk means all of them.
type Remote interface {
	// Given is the latest revision, number 0 if none was given.
	Given(kiosk string) Revision
	// Give keeps a new revision and sends it.
	Give(ctx context.Context, s directory.Settings) error
	// Config is what a kiosk should have now; false: nothing, or another hub
	// tells it.
	Config(kiosk string) (wire.Config, bool)
	// Reported is what a kiosk that is on the line said last of its settings.
	Reported(kiosk string) (wire.ConfigState, bool)
}

// Identity is how a hub proves itself, and its kiosks to it.
type Identity struct {
	Authority *authority.Authority
	Root      *x509.Certificate // by which the hub is known; nil: the system's authorities know it
	Life      time.Duration     // of kiosks' certificates
}

// Live is the live socket of the pages; *session.Browsers is one.
type Live interface {
	http.Handler
	// EndSession closes the sockets of a session that was signed out.
	EndSession(id string)
}

// Event is one thing that happened to a call, as a page lists it.
type Event struct {
	Seq    int64        `json:"seq" doc:"order within the call, from 1"`
	At     time.Time    `json:"at" doc:"wall time, for people to read"`
	Kind   string       `json:"kind" doc:"stable name, for programs"`
	Text   string       `json:"text" doc:"what happened, in Chinese, for people"`
	Person *view.Person `json:"person,omitempty"`
	Site   *view.Unit   `json:"site,omitempty"`
}

// Dispositions are the coded outcomes of a call.
var Dispositions = []string{
	"solved",     // 当场解决
	"cadre_sent", // 已派干部上门
	"emergency",  // 已报110/119/120
	"to_county",  // 转县里办
	"advice",     // 已答复咨询
	"mistaken",   // 误按
	"practice",   // 试按
	otherOutcome, // 其他, with a note
}

const otherOutcome = "other"
