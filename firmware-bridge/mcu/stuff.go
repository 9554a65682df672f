package mcu

import (
	"bytes"
	"errors"
)

// stuff makes raw free of zero octets (COBS: Cheshire and Baker, "Consistent
// Overhead Byte Stuffing", 1999) and puts one before and after it, so that a
// lost octet costs one frame and never two. raw has at most 253 octets.
func stuff(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+3)
	out = append(out, 0)
	for part := range bytes.SplitSeq(raw, []byte{0}) {
		out = append(out, byte(len(part)+1))
		out = append(out, part...)
	}
	return append(out, 0)
}

var errStuffing = errors.New("mcu: an octet is missing or too many")

// unstuff undoes stuff for what stood between two zero octets.
func unstuff(stuffed []byte) ([]byte, error) {
	raw := make([]byte, 0, len(stuffed))
	for len(stuffed) > 0 {
		n := int(stuffed[0])
		if n == 0 || n > len(stuffed) {
			return nil, errStuffing
		}
		raw = append(raw, stuffed[1:n]...)
		if stuffed = stuffed[n:]; len(stuffed) > 0 {
			raw = append(raw, 0)
		}
	}
	return raw, nil
}

// decoder finds frames in what comes over the line, in pieces of any size.
type decoder struct {
	part []byte
	skip bool // too long to be a frame: nothing counts until the next zero
	bad  int  // what was no frame
	// believe replaces parse in the test that shows what the CRC is for.
	believe func([]byte) (any, error)
}

// feed takes octets and calls take for each good frame, in order.
func (d *decoder) feed(octets []byte, take func(frame any)) {
	for _, b := range octets {
		switch {
		case b == 0:
			d.end(take)
		case len(d.part) == maxFrame:
			d.skip = true
		default:
			d.part = append(d.part, b)
		}
	}
}

func (d *decoder) end(take func(frame any)) {
	part, skip := d.part, d.skip
	d.part, d.skip = d.part[:0], false
	if len(part) == 0 {
		return // zeros stand before and after each frame
	}
	raw, err := unstuff(part)
	if err == nil && !skip {
		var f any
		read := parse
		if d.believe != nil {
			read = d.believe
		}
		if f, err = read(raw); err == nil {
			take(f)
			return
		}
	}
	d.bad++
}
