package view

// Message types of the live socket, server to browser. The browser sends
// nothing: what people do goes through the api.
const (
	TypeSnapshot = "snapshot"
	TypeCall     = "call"
	TypePoint    = "point"
	TypeSite     = "site"
	TypeDuty     = "duty"
	TypeBeat     = "beat"
)

// Snapshot is the first message on a live socket: all there is. Deltas count
// on from Seq; a gap or another Session means: connect again.
type Snapshot struct {
	Type    string   `json:"type" enum:"snapshot"`
	Session string   `json:"session" doc:"changes when the hub restarts"`
	Seq     uint64   `json:"seq"`
	Me      Person   `json:"me"`
	OnDuty  []Person `json:"on_duty" nullable:"false"`
	Site    Site     `json:"site"`
	Calls   []Call   `json:"calls" nullable:"false" doc:"open calls, red first, oldest first"`
	Points  []Point  `json:"points" nullable:"false"`
	Tickets []Ticket `json:"tickets,omitempty" doc:"tickets that are not closed, behind all calls: alarms first, what went up first, oldest first"`
}

// CallDelta carries one call that changed; a closed one leaves the list.
type CallDelta struct {
	Type string `json:"type" enum:"call"`
	Seq  uint64 `json:"seq"`
	Call Call   `json:"call"`
}

// PointDelta carries one point that changed.
type PointDelta struct {
	Type  string `json:"type" enum:"point"`
	Seq   uint64 `json:"seq"`
	Point Point  `json:"point"`
}

// SiteDelta carries the hub's own health.
type SiteDelta struct {
	Type string `json:"type" enum:"site"`
	Seq  uint64 `json:"seq"`
	Site Site   `json:"site"`
}

// DutyDelta carries who is on duty at this site now.
type DutyDelta struct {
	Type   string   `json:"type" enum:"duty"`
	Seq    uint64   `json:"seq"`
	OnDuty []Person `json:"on_duty" nullable:"false"`
}

// Beat comes every 5 s so that a page notices a dead line; Seq is that of the
// last delta.
type Beat struct {
	Type string `json:"type" enum:"beat"`
	Seq  uint64 `json:"seq"`
}
