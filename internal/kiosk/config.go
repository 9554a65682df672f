package kiosk

import (
	"time"

	"huying/internal/call"
)

// Config is what a kiosk must know.
type Config struct {
	ID    string
	Home  call.Site // its township's hub
	Last  call.Site // the last resort: the county's hub; empty if Home is the top
	Times Times
	// Sign makes the signature of a press; nil leaves presses unsigned.
	Sign func(press call.PressID, of call.ID, key call.Key, purpose call.Purpose) []byte
}

// Times are the kiosk's patience.
type Times struct {
	AckWait     call.Mono // home did not acknowledge: add the county (8 s)
	DownWait    call.Mono // no line to home at all: add the county (2 s)
	UrgentWait  call.Mono // nobody answered a red call (20 s)
	EnquiryWait call.Mono // nobody answered a green call (40 s)
	Lapse       call.Mono // line and voice of who talked are gone (10 s)
	ResendFirst call.Mono // first pause between repeats of a press
	ResendMost  call.Mono // longest pause
	PingBusy    call.Mono // pause between pings while a call is open
	PingIdle    call.Mono // and otherwise (heartbeat, 30 s)
	Together    call.Mono // green was down so long before red: practice, not both hands in a hurry
	Quiet       call.Mono // green is down so long: a quiet call
	Insist      call.Mono // a key that could rate is down so long: for help
	Rating      call.Mono // how long after a talk the keys rate it
	EndedShown  call.Mono // how long the end of a call stays on the panel
}

// DefaultTimes are those of the design, section 4; DownWait is our own: a
// line that is known to be down is not worth eight seconds of an emergency.
// The times of held keys are our own too: a tap lasts 0.1 to 0.3 s, of a slow
// hand under 1 s; docs/adr/0013 weighs them.
func DefaultTimes() Times {
	return Times{
		AckWait: 8 * time.Second, DownWait: 2 * time.Second,
		UrgentWait: 20 * time.Second, EnquiryWait: 40 * time.Second,
		Lapse: 10 * time.Second, ResendFirst: time.Second, ResendMost: 5 * time.Second,
		PingBusy: 5 * time.Second, PingIdle: 30 * time.Second, EndedShown: 10 * time.Second,
		Together: 700 * time.Millisecond, Quiet: 3 * time.Second, Insist: 1500 * time.Millisecond, Rating: 20 * time.Second,
	}
}

func (t Times) answerWait(k call.Key) call.Mono {
	if k == call.Urgent {
		return t.UrgentWait
	}
	return t.EnquiryWait
}
