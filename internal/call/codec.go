package call

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Bounds of texts in a fact, in bytes; people write notes, not books.
const (
	MaxNote = 8100 // as JSON: 2000 Chinese characters fit, and one frame holds it
	MaxName = 240
	maxSig  = 128
)

// Kinds of facts, as stored and sent.
const (
	KindPressed  = "pressed"
	KindAsked    = "asked"
	KindGrant    = "grant"
	KindSpoke    = "spoke"
	KindAttended = "attended"
	KindRated    = "rated"
	KindClosed   = "closed"
)

// KindOf names the kind of a fact.
func KindOf(f Fact) string { return f.kind() }

// EncodeFact gives a fact's kind and its JSON.
func EncodeFact(f Fact) (kind string, data []byte, err error) {
	data, err = json.Marshal(f)
	return f.kind(), data, err
}

// DecodeFact reads a fact that somebody else made, and validates it.
func DecodeFact(kind string, data []byte) (Fact, error) {
	f, err := ReadFact(kind, data)
	if err != nil {
		return nil, err
	}
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("fact %s: %w", kind, err)
	}
	return f, nil
}

// ReadFact reads a fact that was validated when it was made: what is stored
// must stay readable when the rules for new facts grow stricter.
func ReadFact(kind string, data []byte) (Fact, error) {
	switch kind {
	case KindPressed:
		return read[Pressed](data)
	case KindAsked:
		return read[Asked](data)
	case KindGrant:
		return read[Grant](data)
	case KindSpoke:
		return read[Spoke](data)
	case KindAttended:
		return read[Attended](data)
	case KindRated:
		return read[Rated](data)
	case KindClosed:
		return read[Closing](data)
	}
	return nil, fmt.Errorf("fact %.40q: %w", kind, field("kind", "is not a kind of fact this program knows"))
}

func read[T Fact](data []byte) (Fact, error) {
	var f T
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("fact %s: %w", f.kind(), err)
	}
	return f, nil
}

// noteFits reports whether a note fits into a frame with all else: as JSON a
// character may take up to six bytes.
func noteFits(note string) bool {
	if len(note) > MaxNote {
		return false
	}
	b, err := json.Marshal(note)
	return err == nil && len(b) <= MaxNote+2
}

// FieldError names the field that is wrong and what would be right.
type FieldError struct{ Field, Want string }

func (e *FieldError) Error() string { return "field " + e.Field + ": " + e.Want }

func field(name, want string) error { return &FieldError{name, want} }

// Validate checks a press.
func (f Pressed) Validate() error {
	switch {
	case f.Mark.Seq == 0:
		return field("mark.seq", "must be 1 or more")
	case !f.Key.Valid():
		return field("key", "must be urgent or enquiry")
	case !f.Purpose.Calls():
		return field("purpose", "must be absent or quiet")
	case len(f.Sig) > maxSig:
		return field("sig", "must be at most 128 bytes")
	}
	return nil
}

// Validate checks who asks.
func (f Asked) Validate() error { return f.By.Validate() }

// Validate checks a site's code: 1 to 24 digits or letters.
func (s Site) Validate() error {
	if s == "" || len(s) > 24 || strings.ContainsFunc(string(s), func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}) {
		return field("site", "must be 1 to 24 digits or small letters")
	}
	return nil
}

// Validate checks that a person is named.
func (p Person) Validate() error {
	switch {
	case p.ID == "" || len(p.ID) > MaxName:
		return field("person.id", "must name a person")
	case len(p.Name) > MaxName || len(p.Post) > MaxName:
		return field("person", "name and post must be at most 240 bytes")
	}
	return nil
}

// Validate checks a grant.
func (f Grant) Validate() error {
	if f.Epoch == 0 {
		return field("epoch", "must be 1 or more")
	}
	if !f.Live && f.Ending != HungUp && f.Ending != Dropped && f.Ending != Lapsed {
		return field("ending", "must be hung_up, dropped or lapsed")
	}
	if err := f.Site.Validate(); err != nil {
		return err
	}
	return f.Person.Validate()
}

// Validate checks a proof of speech.
func (f Spoke) Validate() error {
	if f.Epoch == 0 {
		return field("epoch", "must be 1 or more")
	}
	return nil
}

// Validate checks a record of attendance.
func (f Attended) Validate() error {
	if f.Who == "" || len(f.Who) > MaxName {
		return field("who", "must name who attended, in at most 240 bytes")
	}
	if !noteFits(f.Note) {
		return field("note", "must be at most 8100 bytes as JSON")
	}
	return f.By.Validate()
}

// Validate checks a rating.
func (f Rated) Validate() error {
	return Pressed{Mark: f.Mark, Key: f.Key, Sig: f.Sig}.Validate()
}

// Validate checks a closing: a named person with a reason (I9).
func (f Closing) Validate() error {
	if f.Disposition == "" || len(f.Disposition) > 40 {
		return field("disposition", "must be a code of at most 40 bytes")
	}
	if !noteFits(f.Note) {
		return field("note", "must be at most 8100 bytes as JSON")
	}
	if err := f.Site.Validate(); err != nil {
		return err
	}
	return f.Person.Validate()
}
