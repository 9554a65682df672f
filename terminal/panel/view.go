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
	Received State = "received"   // a site has it on disk, people are rung
	Answered State = "answered"   // somebody talks with you
	Requeued State = "requeued"   // talking was cut off; it rings again
	OnTheWay State = "on_the_way" // somebody is coming
	WrapUp   State = "wrap_up"    // they hung up and are writing it down
	Ended    State = "ended"      // closed; shown for some seconds, then idle
	NoLine   State = "no_line"    // pressed, and no site can be reached: telephone
)

// Answerer is who talks: name and post, and the site's name.
type Answerer struct {
	Name string `json:"name"`
	Post string `json:"post"`
	Site string `json:"site"`
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

// View is all that the kiosk page shows. Each change is a whole new View.
type View struct {
	Seq      uint64    `json:"seq"`
	State    State     `json:"state" enum:"idle,sending,received,answered,requeued,on_the_way,wrap_up,ended,no_line"`
	Key      string    `json:"key,omitempty" enum:"urgent,enquiry" doc:"key of the open call"`
	Call     string    `json:"call,omitempty"`
	WaitedMS int64     `json:"waited_ms" doc:"milliseconds since the press when this was made"`
	Held     bool      `json:"held" doc:"it rings, but no site could store it yet"`
	Answerer *Answerer `json:"answerer,omitempty"`
	Media    *Media    `json:"media,omitempty" doc:"present while a grant lives"`
	Home     bool      `json:"home" doc:"the line to the home hub is up"`
	County   bool      `json:"county" doc:"the line to the last-resort hub is up"`
	Phones   []Phone   `json:"phones" nullable:"false"`
	Point    string    `json:"point" doc:"name of the village"`
	Township string    `json:"township"`
	DemoKeys bool      `json:"demo_keys" doc:"true: the page's own keys press; false: they only show the place of the real ones"`
}
