package call

import (
	"fmt"
	"strconv"
	"strings"
)

// Mark is the place of a press in its kiosk's count. Seq counts a kiosk's
// presses without gaps over all boots; Boot tells presses apart whose count
// was lost with a broken journal. Marks of one kiosk are ordered.
type Mark struct {
	Boot uint32 `json:"boot"`
	Seq  uint32 `json:"seq"`
}

// Less reports whether m was made before o.
func (m Mark) Less(o Mark) bool {
	if m.Boot != o.Boot {
		return m.Boot < o.Boot
	}
	return m.Seq < o.Seq
}

// IsZero reports whether m names no press; the first press has Seq 1.
func (m Mark) IsZero() bool { return m == Mark{} }

func later(a, b Mark) Mark {
	if a.Less(b) {
		return b
	}
	return a
}

// PressID names one physical press for ever. The kiosk makes it, so two sites
// that cannot talk still mean the same press. Its text is "kiosk.boot.seq",
// which needs no escaping in a URL.
type PressID struct {
	Kiosk string
	Mark
}

// ID names a call: it is the id of the press that opened it.
type ID = PressID

// MaxKiosk bounds the length of a kiosk's id in bytes.
const MaxKiosk = 40

// String gives "kiosk.boot.seq".
func (p PressID) String() string {
	return p.Kiosk + "." + strconv.FormatUint(uint64(p.Boot), 10) + "." + strconv.FormatUint(uint64(p.Seq), 10)
}

// MarshalText makes the id a JSON string and a JSON key.
func (p PressID) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote and refuses all else.
func (p *PressID) UnmarshalText(b []byte) error {
	id, err := ParseID(string(b))
	if err == nil {
		*p = id
	}
	return err
}

// ParseID reads "kiosk.boot.seq".
func ParseID(s string) (PressID, error) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || !ValidKiosk(parts[0]) {
		return PressID{}, fmt.Errorf("call id %.60q: want kiosk.boot.seq", s)
	}
	boot, err1 := strconv.ParseUint(parts[1], 10, 32)
	seq, err2 := strconv.ParseUint(parts[2], 10, 32)
	if err1 != nil || err2 != nil || seq == 0 {
		return PressID{}, fmt.Errorf("call id %.60q: boot and seq must be whole numbers, seq from 1", s)
	}
	return PressID{parts[0], Mark{uint32(boot), uint32(seq)}}, nil
}

// ValidKiosk reports whether s can name a kiosk: 1 to MaxKiosk of letters,
// digits and hyphens.
func ValidKiosk(s string) bool {
	if s == "" || len(s) > MaxKiosk {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}

// Key is the class of a press.
type Key string

// The two keys. Urgent outranks Enquiry: a red press upgrades a green call.
const (
	Urgent  Key = "urgent"  // red
	Enquiry Key = "enquiry" // green
)

// Valid reports whether k is one of the two keys.
func (k Key) Valid() bool { return k == Urgent || k == Enquiry }

// Purpose says what a press is for. Every press has a number of the kiosk's
// and is stored; only those for help make a call.
type Purpose string

// The purposes. The zero value is the ordinary one: somebody needs somebody.
const (
	ForHelp     Purpose = ""
	ForQuiet    Purpose = "quiet"     // help without a sound: the kiosk stays dark and silent (F16)
	ForPractice Purpose = "practice"  // somebody learns the keys: stored, answered, nobody is rung (F15)
	ForSelfTest Purpose = "self_test" // the kiosk proves its own way to the hub (F99)
	ForRating   Purpose = "rating"    // of the call that was just hung up: green good, red bad (F11)
)

// Valid reports whether p is one of the purposes.
func (p Purpose) Valid() bool {
	switch p {
	case ForHelp, ForQuiet, ForPractice, ForSelfTest, ForRating:
		return true
	}
	return false
}

// Calls reports whether a press for p opens or joins a call.
func (p Purpose) Calls() bool { return p == ForHelp || p == ForQuiet }
