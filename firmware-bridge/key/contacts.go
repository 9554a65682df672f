package key

import "time"

// BrokenAfter is how long the two contacts of a change-over key may contradict
// each other. A slow finger can hold the plunger between them, where both are
// open, but not for so long; and a wire that nobody presses can wait.
const BrokenAfter = 3 * time.Second

// Contacts is what is known about the wires of a key with two contacts: one
// that is closed while the key is down, and one that is closed while it rests.
// Exactly one of them is closed, or something is wrong. The zero Contacts is a
// key whose wires are thought to be whole.
type Contacts struct {
	Broken  bool
	turning bool // what is seen now would change Broken if it lasted
	since   time.Duration
}

// StepContacts tells the contacts at a time: is the one that closes when the
// key goes down closed, and is the resting one? A broken key is whole again
// only when it is seen at rest: while it is pressed, a resting contact that is
// open is nothing new.
func StepContacts(c Contacts, down, resting bool, at time.Duration) Contacts {
	turning := down == resting
	if c.Broken {
		turning = resting && !down
	}
	if !turning {
		c.turning = false
		return c
	}
	if !c.turning {
		c.turning, c.since = true, at
	}
	if at-c.since >= BrokenAfter {
		c.Broken, c.turning = !c.Broken, false
	}
	return c
}
