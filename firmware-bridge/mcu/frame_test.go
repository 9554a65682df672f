package mcu

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// sealed are frames as the firmware sends them.
func sealed(bodies ...[]byte) (line []byte) {
	for _, b := range bodies {
		line = append(line, seal(bytes.Clone(b))...)
	}
	return line
}

var (
	statusBody = []byte{typeStatus, 1, 2, 3, 0, 4, 0, 2, 0xe8, 3, 0, 0, 7, 0, 9, 0, 3, 5, 0xff, 6, 1}
	eventBody  = []byte{typeEvent, 1, 2, 3, 0, 8, 0, 7, 0, 0xe8, 3, 0, 0, 0xd0, 7, 0, 0, whatDown | 1}
)

func feed(octets []byte) (frames []any, bad int) {
	var d decoder
	d.feed(octets, func(f any) { frames = append(frames, f) })
	return frames, d.bad
}

func TestFramesAreRead(t *testing.T) {
	got, bad := feed(sealed(statusBody, eventBody))
	want := []any{
		status{N: 0x201, Epoch: 3, Boot: 4, Reset: 2, Uptime: 1000, First: 7, Next: 9, Levels: 3, Rev: 5, Flags: 1, Bad: 0x106},
		keyEvent{N: 0x201, Epoch: 3, Seq: 8, Base: 7, At: 1000, Now: 2000, What: 0x81},
	}
	if !reflect.DeepEqual(got, want) || bad != 0 {
		t.Errorf("got %+v and %d bad\nwant %+v", got, bad, want)
	}
}

func TestWhatIsNoFrameIsCountedAndTheNextIsRead(t *testing.T) {
	good := sealed(statusBody)
	for name, line := range map[string][]byte{
		"an octet lost":          append(bytes.Clone(good[:5]), good[6:]...),
		"an octet changed":       append(append(bytes.Clone(good[:5]), good[5]^0x10), good[6:]...),
		"an octet too many":      append(append(bytes.Clone(good[:5]), 0x55), good[5:]...),
		"another version":        sealed(append([]byte{0x21}, statusBody[1:]...)),
		"our own command":        command{N: 1}.frame(),
		"a status with more":     sealed(append(bytes.Clone(statusBody), 0)),
		"nothing but a CRC":      sealed(nil),
		"text of another device": []byte("\x00login: \x00"),
		"too long":               append(bytes.Repeat([]byte{7}, 300), 0),
	} {
		got, bad := feed(append(line, good...))
		if len(got) != 1 || bad != 1 {
			t.Errorf("%s: %d frames and %d bad", name, len(got), bad)
		}
	}
}

func TestStuffing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 1, 2, 255}), 0, maxFrame).Draw(t, "raw")
		line := stuff(raw)
		inner := line[1 : len(line)-1]
		if bytes.IndexByte(inner, 0) >= 0 {
			t.Fatalf("a zero within %x", line)
		}
		back, err := unstuff(inner)
		if err != nil || !bytes.Equal(back, raw) {
			t.Fatalf("%x became %x: %v", raw, back, err)
		}
	})
}

// FuzzDecoder: whatever comes, in whatever pieces, the decoder goes on, never
// keeps more than a frame, and believes only what has its CRC.
func FuzzDecoder(f *testing.F) {
	f.Add(sealed(statusBody, eventBody), uint8(3))
	f.Add(command{N: 1, Patterns: [Outputs]uint16{0xffff}}.frame(), uint8(1))
	f.Add([]byte{0, 1, 0, 255, 254, 0}, uint8(0))
	f.Fuzz(func(t *testing.T, line []byte, piece uint8) {
		var d decoder
		var got []any
		take := func(f any) { got = append(got, f) }
		for rest := line; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			d.feed(rest[:n], take)
			rest = rest[n:]
		}
		if whole, bad := feed(line); !reflect.DeepEqual(whole, got) || bad != d.bad {
			t.Fatalf("%d frames in pieces and %d at once", len(got), len(whole))
		}
		if len(d.part) > maxFrame || len(got) > len(line)/eventSize {
			t.Fatalf("%d octets kept, %d frames of %d octets", len(d.part), len(got), len(line))
		}
		n := len(got)
		d.feed(append([]byte{0}, sealed(eventBody)...), take)
		if len(got) < n+1 || !reflect.DeepEqual(got[len(got)-1], parseEvent(eventBody[1:])) {
			t.Fatal("a good frame after it was not read")
		}
	})
}
