// Package view holds what the pages of a hub are shown: calls, points, the
// people on duty and the hub's own health, and the messages of the live
// socket that carry them. It is data only: the desk fills it, the api sends
// it, and the browser's types are generated from it.
package view

import "time"

// Phase says how far a call is, as a page shows it.
type Phase string

// The phases of a call. Claiming is a short one: a person pressed answer and
// the kiosk has not granted it yet.
const (
	Ringing  Phase = "ringing"
	Claiming Phase = "claiming"
	Talking  Phase = "talking"
	WrapUp   Phase = "wrap_up"
	Closed   Phase = "closed"
)

// PointState says what a service point's kiosk does now.
type PointState string

// The states of a point. Offline hides none of the others: a call that rings
// while its kiosk is away stays in the list of calls.
const (
	PointIdle    PointState = "idle"
	PointRinging PointState = "ringing"
	PointTalking PointState = "talking"
	PointWrapUp  PointState = "wrap_up"
	PointOffline PointState = "offline"
)

// Action is what a person may do with a call at this moment.
type Action string

// The actions; the api has one route for each.
const (
	Answer   Action = "answer"
	HangUp   Action = "hang_up"
	Attended Action = "attended"
	Close    Action = "close"
)

// Person is a staff member as others see one.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"name of the person; invented in the demo"`
	Post string `json:"post" doc:"the post held, in words for people: 接线员"`
	Role string `json:"role,omitempty" enum:"administrator,operator,duty_leader,supervisor,cadre,window"`
}

// Unit is an administrative unit: county, township or village.
type Unit struct {
	Code string `json:"code" doc:"administrative division code"`
	Name string `json:"name"`
}

// Answerer is who talks, and at which site.
type Answerer struct {
	Person Person `json:"person"`
	Site   Unit   `json:"site"`
}

// Closing is the end of a call: a named person with a reason.
type Closing struct {
	Person      Person    `json:"person"`
	Site        Unit      `json:"site"`
	Disposition string    `json:"disposition" doc:"coded outcome"`
	Note        string    `json:"note"`
	At          time.Time `json:"at"`
}

// Call is one call as one person's page shows it.
type Call struct {
	ID          string    `json:"id"`
	Kiosk       string    `json:"kiosk"`
	Point       Unit      `json:"point" doc:"the service point; its code is the village's"`
	Township    Unit      `json:"township"`
	Key         string    `json:"key" enum:"urgent,enquiry"`
	Phase       Phase     `json:"phase" enum:"ringing,claiming,talking,wrap_up,closed"`
	PressedAt   time.Time `json:"pressed_at" doc:"wall time of the first press, for people to read"`
	WaitingMS   int64     `json:"waiting_ms" doc:"milliseconds since the first press when this message was made; count on from there"`
	Presses     int       `json:"presses"`
	Stored      bool      `json:"stored" doc:"false: it rings from memory, the database has not got it yet"`
	Quiet       bool      `json:"quiet,omitempty" doc:"a quiet call: the kiosk is dark and silent, the villager may not be able to speak"`
	Rating      string    `json:"rating,omitempty" enum:"good,bad" doc:"what the villager thought of the talk"`
	Requeued    int       `json:"requeued" doc:"how often talking was cut off and it rang again"`
	RingsMe     bool      `json:"rings_me" doc:"true: this page must ring"`
	Rung        int       `json:"rung" doc:"step of the ladder reached, from 0"`
	Rings       []string  `json:"rings" nullable:"false" doc:"posts rung so far: seats, duty_leader, county"`
	Orphan      bool      `json:"orphan" doc:"rings here because nothing is heard from the township"`
	KioskOnline bool      `json:"kiosk_online" doc:"this site has the kiosk on the line"`
	Claimer     *Person   `json:"claimer,omitempty" doc:"who pressed answer and waits for the kiosk"`
	Answerer    *Answerer `json:"answerer,omitempty" doc:"who talks, or talked last"`
	Spoke       bool      `json:"spoke" doc:"speech was heard since the last press that needs it"`
	AttendedBy  string    `json:"attended_by,omitempty" doc:"who attended on site"`
	May         []Action  `json:"may" nullable:"false" doc:"what this person may do now"`
	Closing     *Closing  `json:"closing,omitempty"`
}

// Point is one service point with its kiosk.
type Point struct {
	Kiosk    string     `json:"kiosk"`
	Point    Unit       `json:"point"`
	Township Unit       `json:"township"`
	State    PointState `json:"state" enum:"idle,ringing,talking,wrap_up,offline"`
	Since    time.Time  `json:"since" doc:"wall time, for people to read"`
	SinceMS  int64      `json:"since_ms"`
	Call     string     `json:"call,omitempty"`
	Health   *Health    `json:"health,omitempty"`
}

// Site is the hub's own health, shown on every page.
type Site struct {
	Unit     Unit        `json:"unit"`
	Database bool        `json:"database" doc:"false: presses ring from memory"`
	Media    bool        `json:"media" doc:"false: calls ring, but there is no voice"`
	Parent   *bool       `json:"parent,omitempty" doc:"the line to the parent site; absent at the top"`
	Children []ChildSite `json:"children" nullable:"false"`
}

// ChildSite is a hub below this one and whether its line is up.
type ChildSite struct {
	Unit   Unit `json:"unit"`
	Online bool `json:"online"`
}
