// Package errand is what a trial asks of the program in its machine, and what
// it hears back: one JSON value each, on a serial port.
package errand

// Errand is one thing to be done in the machine: a program to be run, or a
// finger on a key.
type Errand struct {
	Args  []string `json:"args,omitempty"`
	Stdin string   `json:"stdin,omitempty"`
	Press *Press   `json:"press,omitempty"`
}

// Press is a finger on a key: it writes to a file that pulls a line.
type Press struct {
	File  string `json:"file"`  // pull of a line of gpio-sim
	Down  string `json:"down"`  // what pulls it as a pressed key does
	Up    string `json:"up"`    // and as nobody does
	Times int    `json:"times"` // how often
	Ticks int    `json:"ticks"` // of 10 ms: how long it is down, and then up
	Brief bool   `json:"brief"` // the errand ends when the finger leaves for the first time
}

// Result is what came of it.
type Result struct {
	Code int    `json:"code"` // the program's; 255 if it could not be run
	Out  string `json:"out"`  // standard output and error; of a press nothing
}

// Port is the name of the serial port.
const Port = "huying.errand"
