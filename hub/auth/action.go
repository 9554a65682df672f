package auth

// Action is something a person does at a hub.
type Action string

// The actions. Open needs nobody to be signed in: the route itself proves who
// asks (password, one-time ticket, one-time code) or tells nothing.
const (
	Open         Action = "open"
	SessionRead  Action = "session.read"
	SessionEnd   Action = "session.end"
	LiveOpen     Action = "live.open"
	DutySet      Action = "duty.set"
	CallList     Action = "call.list"
	CallShow     Action = "call.show"
	CallAnswer   Action = "call.answer"
	CallMedia    Action = "call.media"
	CallSpeech   Action = "call.speech"
	CallHangUp   Action = "call.hang_up"
	CallAttended Action = "call.attended"
	CallClose    Action = "call.close"
	PointList    Action = "point.list"
	KioskAdd     Action = "kiosk.add"
	KioskEnrol   Action = "kiosk.enrol"
	KioskRevoke  Action = "kiosk.revoke"
	KioskTell    Action = "kiosk.tell"     // one kiosk's settings
	KioskTellAll Action = "kiosk.tell_all" // the settings of all kiosks of the hub
	HealthList   Action = "health.list"
	HealthShow   Action = "health.show"
	ReleaseKeep  Action = "release.keep" // packages and rollouts of the kiosks' program, for all kiosks of the hub
	TicketList   Action = "ticket.list"
	TicketDo     Action = "ticket.do"
	PhotoOwn     Action = "photo.own"  // one's own
	PhotoSee     Action = "photo.see"  // a colleague's
	PhotoKeep    Action = "photo.keep" // another person's: give it or take it away
)

// Reach says which unit an action is about, and so which unit May compares.
type Reach string

// The reaches of an action.
const (
	// Self is about the person alone: no unit is compared.
	Self Reach = "self"
	// Site is about the hub as a whole: the person's unit contains the hub's or
	// lies in it. Lists are then cut to what the person's unit covers.
	Site Reach = "site"
	// Whole is about everything of the hub: the person's unit contains the hub's.
	Whole Reach = "whole"
	// Target is about one point or call: the person's unit must cover it.
	Target Reach = "target"
)

// grant is one row of the table: who may do it, and about which unit.
type grant struct {
	reach Reach
	roles []Role
}

// answering are the roles that sit at a desk and talk to villagers.
var answering = []Role{Operator, DutyLeader, Supervisor}

// watching are the roles that see to it that the kiosks work.
var watching = []Role{Administrator, Operator, DutyLeader, Supervisor}

// grants is the table of who may do what. Cadres and windows have no page yet
// and so no more than their own session; the administrator sees points but no
// calls, for a call is a villager's affair.
var grants = map[Action]grant{
	SessionRead:  {Self, Roles},
	SessionEnd:   {Self, Roles},
	LiveOpen:     {Site, answering},
	DutySet:      {Site, answering},
	CallList:     {Site, answering},
	CallShow:     {Target, answering},
	CallAnswer:   {Target, answering},
	CallMedia:    {Target, answering},
	CallSpeech:   {Target, answering},
	CallHangUp:   {Target, answering},
	CallAttended: {Target, answering},
	CallClose:    {Target, answering},
	PointList:    {Site, []Role{Administrator, Operator, DutyLeader, Supervisor}},
	KioskAdd:     {Target, []Role{Administrator}},
	KioskEnrol:   {Target, []Role{Administrator}},
	KioskRevoke:  {Target, []Role{Administrator}},
	KioskTell:    {Target, []Role{Administrator}},
	KioskTellAll: {Whole, []Role{Administrator}},
	ReleaseKeep:  {Whole, []Role{Administrator}},
	HealthList:   {Site, watching},
	HealthShow:   {Target, watching},
	TicketList:   {Site, watching},
	TicketDo:     {Target, watching}, // who keeps the kiosks mends them too
	PhotoOwn:     {Self, Roles},
	PhotoSee:     {Self, Roles}, // whoever works here may know who answers
	PhotoKeep:    {Target, []Role{Administrator}},
}

// ReachOf says which unit an action is about; Self for an unknown one, which
// May refuses anyway.
func ReachOf(a Action) Reach {
	if g, ok := grants[a]; ok {
		return g.reach
	}
	return Self
}
