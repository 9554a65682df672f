// Package order is what the terminal and its voice program say to each other,
// one JSON object a line. The voice program is a process of its own, started
// for one talk: WebRTC and an Opus encoder would cost the idle terminal some
// 30 MB, and a fault in them must not take the keys along.
//
// The terminal writes one Order, then Says; closing the pipe ends the talk,
// also when the terminal itself died. The program writes Reports. The token
// goes over the pipe and not in the arguments, which every user can read.
package order

import "huying/terminal/prompt"

// Order begins a talk.
type Order struct {
	URL        string `json:"url"`   // of the voice server, ws or wss
	Token      string `json:"token"` // admits to one room
	Capture    string `json:"capture,omitempty"`
	Playback   string `json:"playback,omitempty"`
	Codec      string `json:"codec,omitempty"`       // see package codec; empty: Opus
	Prompts    string `json:"prompts,omitempty"`     // folder of the county's recordings
	FullDuplex bool   `json:"full_duplex,omitempty"` // the sound card cancels echo itself
	Volume     int    `json:"volume,omitempty"`      // of all that is played, in percent; 0: full
	Quiet      bool   `json:"quiet,omitempty"`       // a quiet call: the others hear the kiosk, and it plays nothing
	Try        bool   `json:"try,omitempty"`         // a self-test: join, report it and leave; no sound is opened
}

// Say asks for prompts to be played one after another, for the villager alone,
// in place of those that are being played; none is silence.
type Say struct {
	Codes []prompt.Code `json:"say"`
}

// State is how the talk stands.
type State string

// The states of a talk.
const (
	Joining State = "joining"
	Joined  State = "joined"
	Cut     State = "cut"  // the line is being mended; nothing is heard
	Left    State = "left" // over, for the reason given; the last report
)

// Report is what the voice program tells: at each change, and each second.
type Report struct {
	State   State  `json:"state"`
	Why     string `json:"why,omitempty"`     // of Left and Cut, for the log
	Mic     string `json:"mic,omitempty"`     // what is wrong with the microphone
	Speaker string `json:"speaker,omitempty"` // what is wrong with the loudspeaker
	// Levels are the loudest 20 ms since the last report in dB of full scale
	// (RMS), -100 for silence: what the microphone took, what was heard.
	MicLevel   float64 `json:"mic_level"`
	HeardLevel float64 `json:"heard_level"`
	Others     int     `json:"others"` // voices that are being heard
	Lost       int     `json:"lost"`   // packets of 20 ms that never came or came too late
	Delay      int     `json:"delay"`  // milliseconds that the deepest jitter buffer waits
}
