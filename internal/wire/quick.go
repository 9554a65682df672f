package wire

import (
	"bytes"
	"encoding/base64"
	"strconv"

	"huying/internal/call"
)

// A press and its acknowledgement are most of what travels when the power
// comes back to a county, so both are written and read by hand, in exactly the
// form that encoding/json gives them. Whatever looks otherwise, by a blank,
// another order or an escape, is left to encoding/json, and so is every
// refusal: there is one reader that decides, and one that is quick.

// split finds type and body of a frame in the form that Encode writes.
func split(data []byte) (t Type, body []byte, ok bool) {
	const before, between = `{"t":"`, `","b":`
	rest, ok := bytes.CutPrefix(data, []byte(before))
	name, body, found := bytes.Cut(rest, []byte(between))
	if !ok || !found || len(body) < 2 || body[len(body)-1] != '}' {
		return "", nil, false
	}
	return Type(name), body[:len(body)-1], true
}

// quick reads a frame that is in the form that Encode writes. False says
// nothing about the frame.
func quick(data []byte) (Frame, bool) {
	t, body, ok := split(data)
	if !ok {
		return nil, false
	}
	var f Frame
	switch t {
	case TPress:
		f, ok = quickPress(body)
	case TPressAck:
		f, ok = quickPressAck(body)
	default:
		read, known := readers[t]
		if !known {
			return nil, false
		}
		f, err := read(body)
		return f, err == nil
	}
	return f, ok && f.Validate() == nil
}

func quickPress(body []byte) (Frame, bool) {
	c := cursor{body, true}
	var f Press
	f.Press = c.id(`{"press":"`)
	f.Call = c.id(`","call":"`)
	f.Key = call.Key(c.until(`","key":"`, '"'))
	if bytes.HasPrefix(c.rest, []byte(`","purpose":"`)) {
		f.Purpose = call.Purpose(c.until(`","purpose":"`, '"'))
	}
	digits := c.until(`","age_ms":`, ',', '}')
	age, err := strconv.ParseInt(string(digits), 10, 64)
	f.AgeMS = age
	if err != nil || digits[0] == '+' || digits[0] == '-' || digits[0] == '0' && len(digits) > 1 {
		return nil, false
	}
	if len(c.rest) > 0 && c.rest[0] == ',' {
		f.Sig = c.base64(`,"sig":"`)
		c.skip(`"`)
	}
	c.skip("}")
	return f, c.ok && len(c.rest) == 0
}

func quickPressAck(body []byte) (Frame, bool) {
	c := cursor{body, true}
	var f PressAck
	f.Press = c.id(`{"press":"`)
	f.Call = c.id(`","call":"`)
	c.skip(`"}`)
	return f, c.ok && len(c.rest) == 0
}

// cursor reads what must stand there; once something else does, ok is false.
type cursor struct {
	rest []byte
	ok   bool
}

func (c *cursor) skip(literal string) {
	rest, ok := bytes.CutPrefix(c.rest, []byte(literal))
	c.rest, c.ok = rest, c.ok && ok
}

// until skips the literal and takes what follows up to one of the ends, which
// stays; it is never empty while ok.
func (c *cursor) until(literal string, ends ...byte) []byte {
	c.skip(literal)
	n := bytes.IndexAny(c.rest, string(ends))
	if n <= 0 {
		c.ok = false
		return nil
	}
	found := c.rest[:n]
	c.rest = c.rest[n:]
	return found
}

func (c *cursor) id(literal string) call.PressID {
	id, err := call.ParseID(string(c.until(literal, '"')))
	c.ok = c.ok && err == nil
	return id
}

// base64 refuses line feeds, which the decoder would pass over and JSON does
// not allow in a string.
func (c *cursor) base64(literal string) []byte {
	text := c.until(literal, '"')
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	c.ok = c.ok && err == nil && !bytes.ContainsAny(text, "\r\n")
	return out[:n]
}

// quickBody appends the body of a valid frame, if it is one of those that are
// written by hand: no id and no key needs an escape.
func quickBody(out []byte, f Frame) ([]byte, bool) {
	switch f := f.(type) {
	case Press:
		if !f.At.IsZero() { // rare: a press that outlived a start
			return out, false
		}
		out = appendID(append(out, `{"press":"`...), f.Press)
		out = appendID(append(out, `","call":"`...), f.Call)
		out = append(append(out, `","key":"`...), f.Key...)
		if f.Purpose != call.ForHelp {
			out = append(append(out, `","purpose":"`...), f.Purpose...)
		}
		out = append(out, `","age_ms":`...)
		out = strconv.AppendInt(out, f.AgeMS, 10)
		if len(f.Sig) > 0 {
			out = append(base64.StdEncoding.AppendEncode(append(out, `,"sig":"`...), f.Sig), '"')
		}
		return append(out, '}'), true
	case PressAck:
		out = appendID(append(out, `{"press":"`...), f.Press)
		out = appendID(append(out, `","call":"`...), f.Call)
		return append(out, `"}`...), true
	}
	return out, false
}

func appendID(out []byte, id call.PressID) []byte {
	out = append(append(out, id.Kiosk...), '.')
	out = append(strconv.AppendUint(out, uint64(id.Boot), 10), '.')
	return strconv.AppendUint(out, uint64(id.Seq), 10)
}
