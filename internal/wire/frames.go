package wire

import (
	"encoding/json"
	"time"

	"huying/internal/call"
)

// Frame is one message.
type Frame interface {
	Type() Type
	Validate() error
}

// Type names a frame.
type Type string

// The frames between a kiosk and a site, and between sites.
const (
	THello     Type = "HELLO"
	TWelcome   Type = "WELCOME"
	TPress     Type = "PRESS"
	TPressAck  Type = "PRESS_ACK"
	TPressHold Type = "PRESS_HOLD"
	TClaim     Type = "CLAIM"
	TGrant     Type = "GRANT"
	TDeny      Type = "DENY"
	TRelease   Type = "RELEASE"
	TState     Type = "STATE"
	TMedia     Type = "MEDIA"
	TPing      Type = "PING"
	TPong      Type = "PONG"
	TRefuse    Type = "REFUSE"
	TChallenge Type = "CHALLENGE"
	TPeer      Type = "PEER"
	TFact      Type = "FACT"
	TFactAck   Type = "FACT_ACK"
	TRegister  Type = "REGISTER"
)

// Challenge is the site's first frame: the kiosk signs the nonce in HELLO.
type Challenge struct {
	Nonce []byte `json:"nonce"`
}

// Hello is the kiosk's first frame.
type Hello struct {
	Kiosk   string   `json:"kiosk"`
	Proto   int      `json:"proto"`
	BootNo  uint32   `json:"boot_no"`
	BootID  string   `json:"boot_id"`
	NextSeq uint32   `json:"next_seq"`
	Unacked int      `json:"unacked"` // presses that follow because this site has not acknowledged them
	Sig     []byte   `json:"sig,omitempty"`
	Version string   `json:"version,omitempty"`
	Episode Episodes `json:"episode"`
}

// Episodes is the kiosk's own view of its calls; it rides in HELLO and PING
// so that a lost frame heals by itself.
type Episodes struct {
	Open  *Open   `json:"open,omitempty"`
	Ended []Ended `json:"ended,omitempty"` // closings this site did not tell the kiosk itself
}

// Open is the call a kiosk has open.
type Open struct {
	Call  call.ID    `json:"call"`
	Grant call.Grant `json:"grant"`
	Rev   uint64     `json:"rev"` // last STATE of the receiving site
}

// Ended is a closing the kiosk vouches for.
type Ended struct {
	Call    call.ID      `json:"call"`
	Grant   call.Grant   `json:"grant"`
	Closing call.Closing `json:"closing"`
}

// Welcome answers HELLO.
type Welcome struct {
	Site      call.Site `json:"site"`
	Proto     int       `json:"proto"`
	PolicyRev int       `json:"policy_rev"`
}

// Press is one press; AgeMS is the time since the key went down, or since the
// kiosk started if that was later. At is then when it went down by the kiosk's
// own clock: for people to read, nothing is decided by it.
type Press struct {
	Press   call.PressID `json:"press"`
	Call    call.ID      `json:"call"`
	Key     call.Key     `json:"key"`
	Purpose call.Purpose `json:"purpose,omitempty"`
	AgeMS   int64        `json:"age_ms"`
	Sig     []byte       `json:"sig,omitempty"`
	At      time.Time    `json:"at,omitzero"`
}

// PressAck says that the site has the press on disk.
type PressAck struct {
	Press call.PressID `json:"press"`
	Call  call.ID      `json:"call"`
}

// PressHold says that people are rung but nothing is on disk yet.
type PressHold struct {
	Press  call.PressID `json:"press"`
	Reason string       `json:"reason"`
}

// Claim asks the kiosk for the word, provided that no grant after After was
// made.
type Claim struct {
	Call   call.ID     `json:"call"`
	Site   call.Site   `json:"site"`
	Person call.Person `json:"person"`
	After  uint64      `json:"after"`
}

// Grant is the kiosk's register of who talks; it also says that nobody does.
type Grant struct {
	Call  call.ID    `json:"call"`
	Grant call.Grant `json:"grant"`
}

// Deny refuses a claim with the truth the kiosk knows.
type Deny struct {
	Call    call.ID       `json:"call"`
	Site    call.Site     `json:"site"`
	Grant   call.Grant    `json:"grant"`
	Closing *call.Closing `json:"closing,omitempty"`
}

// Release ends a grant of the sender.
type Release struct {
	Call   call.ID     `json:"call"`
	Epoch  uint64      `json:"epoch"`
	Ending call.Ending `json:"ending"`
	Spoke  call.Mark   `json:"spoke"`
	Site   call.Site   `json:"site"`
	Person call.Person `json:"person"`
}

// Code is what a STATE tells the kiosk.
type Code string

// The codes of STATE.
const (
	CodeReceived Code = "received" // taken in; nobody who is rung has a page open now
	CodeRinging  Code = "ringing"  // the page of somebody on duty rings at this moment
	CodeAnswered Code = "answered"
	CodeWrapUp   Code = "wrap_up"
	CodeOnTheWay Code = "on_the_way"
	CodeClosed   Code = "closed"
)

// State is what a site says of a call, for the kiosk to show.
type State struct {
	Call    call.ID       `json:"call"`
	Rev     uint64        `json:"rev"`
	Code    Code          `json:"code"`
	Closing *call.Closing `json:"closing,omitempty"`
}

// Media says where to talk under a grant.
type Media struct {
	Call  call.ID `json:"call"`
	Epoch uint64  `json:"epoch"`
	URL   string  `json:"url"`
	Token string  `json:"token"`
}

// Ping asks for a Pong; a kiosk's carries its view of its calls.
type Ping struct {
	Episode Episodes `json:"episode"`
}

// Pong answers Ping.
type Pong struct{}

// Refuse names what was wrong with a frame.
type Refuse struct {
	Code    string `json:"code"`
	Frame   Type   `json:"frame,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// Peer opens the uplink in each direction; Have is the number of the last
// fact the sender has on disk from the receiver.
type Peer struct {
	Site  call.Site `json:"site"`
	Proto int       `json:"proto"`
	Have  uint64    `json:"have"`
	First uint64    `json:"first"` // number of the first fact that the sender still has for the receiver
	Ready bool      `json:"ready"` // the sender has the receiver's PEER and needs no other
}

// Fact is one fact of the sender's outbox. Numbers have no gaps.
type Fact struct {
	N     uint64          `json:"n"`
	Call  call.ID         `json:"call"`
	Kind  string          `json:"kind"`
	Data  json.RawMessage `json:"data"`
	AgeMS int64           `json:"age_ms"`
	// Decoded is the fact itself; the codec fills it in.
	Decoded call.Fact `json:"-"`
}

// FactAck acknowledges all facts up to N, which are on disk.
type FactAck struct {
	N uint64 `json:"n"`
}

// Register tells the site above of a kiosk and its key, so that it may come
// there as a last resort. The latest wins.
type Register struct {
	Kiosk        string    `json:"kiosk"`
	Point        call.Site `json:"point"` // code of the village
	PointName    string    `json:"point_name"`
	Township     call.Site `json:"township"`
	TownshipName string    `json:"township_name"`
	PublicKey    []byte    `json:"public_key,omitempty"` // Ed25519; absent until enrolled
	Revoked      bool      `json:"revoked,omitempty"`
}
