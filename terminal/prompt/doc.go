// Package prompt is what a kiosk says aloud: a fixed catalogue of sentences,
// each with a code, and the sound of each. Nothing is synthesised when it is
// needed: the stopgap (folder builtin, rendered beforehand and embedded) is a
// robot's voice, and a county puts its own people's recordings, in its own
// dialect, into a folder where they take precedence, file by file.
//
//	prompts/received.wav            replaces the sentence "received"
//	prompts/answerer/operator.ogg   "the operator is on the line"
//	prompts/answerer/person-liu.ogg a recording for one person, by the person's id
//
// A quiet call (held green key) has no prompts at all: whoever needs one must
// not be given away by the kiosk.
package prompt
