// Package panel is the kiosk page's server on 127.0.0.1: it shows what the
// agent knows, takes the demo's on-screen keys, and hears from the page
// whether voice flows. It works when the line is down.
package panel

// State is what the kiosk shows; one picture and one voice belong to each.
type State string

// The states of the panel, in the order a call usually goes through.
const (
	Idle     State = "idle"       // nothing happens; press a key
	Sending  State = "sending"    // pressed, no site has it yet
	Received State = "received"   // a site has it on disk; nobody's page rings yet
	Ringing  State = "ringing"    // and the page of somebody on duty rings
	Answered State = "answered"   // somebody talks with you
	Requeued State = "requeued"   // talking was cut off; it rings again
	OnTheWay State = "on_the_way" // somebody is coming
	WrapUp   State = "wrap_up"    // they hung up and are writing it down
	Ended    State = "ended"      // closed; shown for some seconds, then idle
	NoLine   State = "no_line"    // pressed, and no site can be reached: telephone

	Rating      State = "rating"      // the talk is over: green good, red bad
	Rated       State = "rated"       // thanks; Key says how it was
	Practising  State = "practising"  // both keys went down; on its way
	Practised   State = "practised"   // keys and line work; nobody was rung
	Unpractised State = "unpractised" // home did not answer the lesson
)

// Answerer is who talks: name and post, the site's name, and a photo where
// there is one.
type Answerer struct {
	Name  string `json:"name"`
	Post  string `json:"post"`
	Site  string `json:"site"`
	Photo string `json:"photo,omitempty" doc:"path on this server; another photo has another path"`
}

// Media says where to talk; the page joins it with livekit-client.
type Media struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Phone is a number printed on the wall for when no line is left.
type Phone struct {
	Label  string `json:"label"`
	Number string `json:"number"`
}

// Fault is something that does not work, by the codes of package terminal.
type Fault struct {
	Code string `json:"code"`
	Part string `json:"part,omitempty" doc:"red or green where it is one of the keys"`
}

// Power is what feeds the kiosk.
type Power struct {
	Mains   bool `json:"mains"`
	Percent int  `json:"percent" doc:"of the battery; -1: there is none"`
}

// Test is a self-test that the page has to make and tell of by POST /api/test:
// "sound" plays a tone and listens for it, "media" joins the voice server.
type Test struct {
	Name  string `json:"name" enum:"sound,media"`
	Media *Media `json:"media,omitempty"`
}

// Say is what is to be said now: when N grows, Prompts are said one after
// another, and what still waited is forgotten; none is silence, at once. A page
// cuts off the prompt that is being said, the terminal's own voice ends it.
type Say struct {
	N       uint64   `json:"n"`
	Prompts []string `json:"prompts" nullable:"false" doc:"codes; GET /prompts/{code} is the sound"`
}

// View is all that the kiosk page shows. Each change is a whole new View.
type View struct {
	Seq      uint64    `json:"seq"`
	State    State     `json:"state" enum:"idle,sending,received,ringing,answered,requeued,on_the_way,wrap_up,ended,no_line,rating,rated,practising,practised,unpractised"`
	Key      string    `json:"key,omitempty" enum:"urgent,enquiry" doc:"key of the open call"`
	Call     string    `json:"call,omitempty"`
	WaitedMS int64     `json:"waited_ms" doc:"milliseconds since the press when this was made"`
	Held     bool      `json:"held" doc:"it rings, but no site could store it yet"`
	Down     bool      `json:"down,omitempty" doc:"a key is down and its press is not decided: show it, say nothing"`
	Quiet    bool      `json:"quiet,omitempty" doc:"a quiet call: dark, silent, the other side unheard"`
	Answerer *Answerer `json:"answerer,omitempty"`
	Media    *Media    `json:"media,omitempty" doc:"present while a grant lives"`
	Home     bool      `json:"home" doc:"the line to the home hub is up"`
	County   bool      `json:"county" doc:"the line to the last-resort hub is up"`
	Phones   []Phone   `json:"phones" nullable:"false"`
	Point    string    `json:"point" doc:"name of the village"`
	Township string    `json:"township"`
	Faults   []Fault   `json:"faults" nullable:"false" doc:"what does not work now"`
	Power    *Power    `json:"power,omitempty" doc:"absent where the machine cannot tell"`
	Volume   int       `json:"volume,omitempty" doc:"percent that the hub asks for; absent: as the page has it"`
	Test     *Test     `json:"test,omitempty"`
	Say      *Say      `json:"say,omitempty"`
	Version  string    `json:"version,omitempty" doc:"of the terminal's program"`
	DemoKeys bool      `json:"demo_keys" doc:"true: the page's own keys press; false: they only show the place of the real ones"`
}
