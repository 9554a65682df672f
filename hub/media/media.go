// Package media is the hub's side of voice and picture: which room a call
// has, who may enter it and as what. The rooms themselves are LiveKit's, and
// LiveKit is only ever spoken to through an address, a key and a secret, so
// that a server inside this process (package embedded) and an external
// cluster are the same code path.
//
// This package is deliberately small. A token is a JWT and the room service is
// four JSON requests; the libraries that wrap them pull in some three hundred
// packages, which every package of the hub would then compile. That LiveKit
// accepts what is made here is proved against the real server in package
// embedded.
//
// Voice is never in the way of a call: a call rings, is answered and is closed
// whether or not a room could be opened. Callers log the errors of this
// package, show "no voice" and go on.
package media

// Role says what the holder of a token may do in a call's room.
type Role string

const (
	// Talker is seen, hears, and publishes microphone and camera: the villager,
	// whoever answered, whoever joins or takes over.
	Talker Role = "talker"
	// Listener hears, is invisible to the others and can publish nothing: the
	// supervisor who listens in.
	Listener Role = "listener"
	// Recorder is a listener that the room reports as a recording to everybody
	// in it, so that no client can be recorded unaware.
	Recorder Role = "recorder"
)

// Codes of the errors in this package; stable, for programs.
const (
	// CodeConfig: a setting is missing or wrong; Field names it.
	CodeConfig = "media.config"
	// CodeToken: a token was asked for that must not be made.
	CodeToken = "media.token"
	// CodeUnavailable: LiveKit did not answer, or answered with a fault. The
	// call goes on without voice; trying again later is safe.
	CodeUnavailable = "media.unavailable"
	// CodeRefused: LiveKit does not accept our key and secret.
	CodeRefused = "media.refused"
	// CodePort: a configured port is taken.
	CodePort = "media.port"
	// CodeStart: LiveKit could not be started inside this process.
	CodeStart = "media.start"
)

// Error is every error of this package: a code for programs and a sentence in
// Chinese, naming the remedy, for people.
type Error struct {
	Code     string // one of the Code constants
	Field    string // the setting or argument at fault, empty if none is
	Sentence string // for people, zh-CN
	Err      error  // the cause, for the log; may be nil
}

func (e *Error) Error() string {
	text := e.Code + ": " + e.Sentence
	if e.Field != "" {
		text = e.Code + " (" + e.Field + "): " + e.Sentence
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
