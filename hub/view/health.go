package view

import "time"

// HealthState says how a kiosk is, in one word.
type HealthState string

// The states, as in internal/life.
const (
	HealthOK      HealthState = "ok"
	HealthOverdue HealthState = "overdue"
	HealthFault   HealthState = "fault"
	HealthOffline HealthState = "offline"
	HealthUnheard HealthState = "unheard"
	HealthRetired HealthState = "retired"
)

// Health is a kiosk's health in few words, beside what its point does.
type Health struct {
	State    HealthState `json:"state" enum:"ok,overdue,fault,offline,unheard,retired" doc:"overdue: works as far as is known, but was not proven lately"`
	ProvenAt *time.Time  `json:"proven_at,omitempty" doc:"when the kiosk was last proven to work; wall time, for people to read"`
	ProvenBy string      `json:"proven_by,omitempty" enum:"call,practice,self_test,sound" doc:"by what: a real call with speech, a practice press, a self-test from end to end, a tone"`
	Failed   []string    `json:"failed,omitempty" doc:"codes of present faults, with : and the part where there is one"`
	Overdue  []string    `json:"overdue,omitempty" doc:"codes of overdue tests: self_test_overdue, human_test_overdue"`
	Stale    bool        `json:"stale,omitempty" doc:"the last word of a site below that is not heard now"`
}

// PointHealth is a row of the list of proof of life.
type PointHealth struct {
	Kiosk     string     `json:"kiosk"`
	Point     Unit       `json:"point"`
	Township  Unit       `json:"township"`
	Health    Health     `json:"health"`
	Online    bool       `json:"online" doc:"something was heard of it within 90 s"`
	Since     *time.Time `json:"since,omitempty" doc:"online: since it came; offline: since its last word"`
	SinceMS   int64      `json:"since_ms"`
	HeardAt   *time.Time `json:"heard_at,omitempty"`
	Power     *Power     `json:"power,omitempty" doc:"absent where the machine cannot tell"`
	Version   string     `json:"version,omitempty"`
	ConfigRev uint32     `json:"config_rev,omitempty"`
	Tickets   int        `json:"tickets" doc:"tickets of it that are not closed"`
}

// Power is what feeds a kiosk.
type Power struct {
	Mains   bool  `json:"mains"`
	Percent int   `json:"percent" doc:"of the battery; -1: there is none"`
	LeftMS  int64 `json:"left_ms,omitempty" doc:"milliseconds left on the battery; absent: not known"`
}

// PointLife is all that is known of one kiosk's health.
type PointLife struct {
	PointHealth
	Tests   []SelfTest   `json:"tests" nullable:"false" doc:"the latest of each kind"`
	Proofs  []Proof      `json:"proofs" nullable:"false" doc:"the latest of each kind, latest first"`
	Faults  []KioskFault `json:"faults" nullable:"false" doc:"what the kiosk itself reports now"`
	Ledger  Ledger       `json:"ledger"`
	Config  *KioskConfig `json:"config,omitempty"`
	History []Ticket     `json:"history" nullable:"false" doc:"its tickets, latest first"`
	Past    []SelfTest   `json:"past" nullable:"false" doc:"earlier results of self-tests, latest first"`
}

// SelfTest is a result of a self-test.
type SelfTest struct {
	Name   string    `json:"name"`
	Result string    `json:"result" enum:"passed,failed,skipped"`
	At     time.Time `json:"at"`
	Detail string    `json:"detail,omitempty"`
}

// Proof is a moment at which a kiosk was seen to work.
type Proof struct {
	By string    `json:"by" enum:"call,practice,self_test,sound"`
	At time.Time `json:"at"`
}

// KioskFault is one that the kiosk reports.
type KioskFault struct {
	Code   string    `json:"code"`
	Part   string    `json:"part,omitempty"`
	Title  string    `json:"title" doc:"in Chinese, for people"`
	Since  time.Time `json:"since"`
	Detail string    `json:"detail,omitempty"`
}

// Ledger is the last count of a kiosk's presses against the stored ones.
type Ledger struct {
	CheckedAt *time.Time `json:"checked_at,omitempty" doc:"absent: never yet"`
	Made      uint32     `json:"made" doc:"by the kiosk's own count"`
	Waiting   int        `json:"waiting" doc:"on their way"`
	Missing   []string   `json:"missing,omitempty" doc:"made and acknowledged, but not stored"`
	Surplus   []string   `json:"surplus,omitempty" doc:"stored, but never made"`
}

// KioskConfig says which remote settings a kiosk runs with.
type KioskConfig struct {
	Rev   uint32 `json:"rev"`
	Tried uint32 `json:"tried,omitempty" doc:"refused or rolled back"`
	Error string `json:"error,omitempty"`
}

// TicketAction is what a person may do with a ticket at this moment.
type TicketAction string

// The actions; the api has one route for each.
const (
	TicketTake     TicketAction = "take"
	TicketStopGap  TicketAction = "stop_gap"
	TicketRepaired TicketAction = "repaired"
	TicketClose    TicketAction = "close"
)

// Ticket is one fault that people must see to. A red one is an alarm.
type Ticket struct {
	ID       string         `json:"id"`
	Red      bool           `json:"red" doc:"an alarm: presses may be lost now"`
	Code     string         `json:"code"`
	Part     string         `json:"part,omitempty"`
	Title    string         `json:"title" doc:"in Chinese, for people"`
	Detail   string         `json:"detail,omitempty"`
	Kiosk    string         `json:"kiosk,omitempty" doc:"absent: of a whole unit"`
	Unit     Unit           `json:"unit" doc:"the point's, or the township's"`
	Township Unit           `json:"township"`
	Site     Unit           `json:"site" doc:"whose ticket it is"`
	Members  []string       `json:"members,omitempty" doc:"kiosks of a township's ticket"`
	Presses  []string       `json:"presses,omitempty" doc:"presses that a ledger's difference names; ? is a start that is not known, +n are more"`
	Phase    string         `json:"phase" enum:"open,taken,stop_gap,repaired,closed"`
	Present  bool           `json:"present" doc:"the fault stands; false and not closed: it is over and waits for somebody to confirm"`
	BeganAt  time.Time      `json:"began_at"`
	LastedMS int64          `json:"lasted_ms" doc:"how long the fault stood, or has stood when this was made"`
	EndedAt  *time.Time     `json:"ended_at,omitempty"`
	OpenedAt time.Time      `json:"opened_at"`
	OpenMS   int64          `json:"open_ms" doc:"since it was opened"`
	DueMS    *int64         `json:"due_ms,omitempty" doc:"until it goes up a step for want of a stop-gap; absent: it will not"`
	Level    string         `json:"level,omitempty" enum:"duty_leader,county" doc:"how far it went up"`
	StopGap  bool           `json:"stop_gap" doc:"one was recorded"`
	Returns  int            `json:"returns,omitempty" doc:"how often the fault came back"`
	By       *Person        `json:"by,omitempty" doc:"who last did something with it"`
	Steps    []TicketStep   `json:"steps" nullable:"false" doc:"what happened, oldest first"`
	May      []TicketAction `json:"may" nullable:"false" doc:"what this person may do now"`
}

// TicketStep is one thing that happened to a ticket.
type TicketStep struct {
	At     time.Time `json:"at"`
	What   string    `json:"what" doc:"stable name, for programs"`
	Text   string    `json:"text" doc:"in Chinese, for people"`
	Person *Person   `json:"person,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// TypeTicket is the live message of one ticket that changed.
const TypeTicket = "ticket"

// TicketDelta carries one ticket that changed; a closed one leaves the list.
type TicketDelta struct {
	Type   string `json:"type" enum:"ticket"`
	Seq    uint64 `json:"seq"`
	Ticket Ticket `json:"ticket"`
}
