package lamp

import "time"

// Signal is what a lamp or the buzzer has to say.
type Signal string

// What lamps say. Dark is also the silence of a buzzer.
const (
	Dark         Signal = "dark"
	Idle         Signal = "idle"          // the kiosk is well
	Sending      Signal = "sending"       // pressed; no site has stored it yet
	Placed       Signal = "placed"        // stored at a site; stays until the call is over
	Ringing      Signal = "ringing"       // and the page of somebody on duty rings
	Talking      Signal = "talking"       // somebody answers
	OnTheWay     Signal = "on_the_way"    // somebody is coming
	Practice     Signal = "practice"      // a practice press; the other lamp says PracticeTurn
	PracticeTurn Signal = "practice_turn" // lit while Practice is dark
	Rating       Signal = "rating"        // press to rate
	NoLine       Signal = "no_line"       // no site can be reached
	OtherKey     Signal = "other_key"     // the other key, or its lamp, is broken
	LowBattery   Signal = "low_battery"   // the battery is nearly empty
	OtherFault   Signal = "other_fault"   // something else is broken
)

// What the buzzer says, each once unless it says otherwise.
const (
	Click     Signal = "click"     // very short: the key was felt
	Stored    Signal = "stored"    // two short beeps: the call was placed
	Answered  Signal = "answered"  // one long beep: speak
	Coming    Signal = "coming"    // two long beeps: somebody is on the way
	Unreached Signal = "unreached" // three short beeps every 10 s: use the telephone
	Ask       Signal = "ask"       // one short beep: rate, or practice
)

const ms = time.Millisecond

// The paces. Nothing flashes more than three times a second (WCAG 2.2, 2.3.1),
// and IEC 60073 asks for 1.4 to 2.8 Hz where a lamp flashes and for 0.4 to
// 0.8 Hz where it flashes slowly.
const (
	flash = 200 * ms
	gap   = 300 * ms
	pause = 2000 * ms
)

var patterns = map[Signal]Pattern{
	Dark:         Off(),
	Idle:         Again(60*ms, 4940*ms),
	Sending:      Again(200*ms, 200*ms),
	Placed:       Steady(),
	Ringing:      Again(1000*ms, 400*ms),
	Talking:      Steady(),
	OnTheWay:     Again(1500*ms, 200*ms, 200*ms, 200*ms),
	Practice:     Again(500*ms, 500*ms),
	PracticeTurn: Again(0, 500*ms, 500*ms),
	Rating:       Again(800*ms, 800*ms),
	NoLine:       counted(2),
	OtherKey:     counted(3),
	LowBattery:   counted(4),
	OtherFault:   counted(5),

	Click:     Once(60 * ms),
	Stored:    Once(100*ms, 100*ms, 100*ms),
	Answered:  Once(500 * ms),
	Coming:    Once(300*ms, 200*ms, 300*ms),
	Unreached: Again(100*ms, 150*ms, 100*ms, 150*ms, 100*ms, 9400*ms),
	Ask:       Once(150 * ms),
}

// The feedback of a press, on top of whatever is shown. A dark lamp is lit at
// once; one that was lit goes out for a blink first, so that it is seen either
// way, and is lit again well within the 200 ms that feel immediate.
var (
	winkDark = Once(300 * ms)
	winkLit  = Once(0, 60*ms, 240*ms)
)

// counted is n flashes and a pause.
func counted(n int) Pattern {
	var steps []time.Duration
	for range n {
		steps = append(steps, flash, gap)
	}
	steps[len(steps)-1] += pause
	return Again(steps...)
}

// Pattern is how a signal looks or sounds. What is no Signal is dark.
func (s Signal) Pattern() Pattern { return patterns[s] }

// Signals lists every signal, for tests and manuals, in no order.
func Signals() []Signal {
	out := make([]Signal, 0, len(patterns))
	for s := range patterns {
		out = append(out, s)
	}
	return out
}
