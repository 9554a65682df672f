package mcu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The first octet of a frame: the upper half is the direction and the version
// of the protocol, the lower half the type.
const (
	typeStatus  = 0x11
	typeEvent   = 0x12
	typeCommand = 0x91
)

// Sizes of frames in octets, their CRC included.
const (
	statusSize  = 25
	eventSize   = 22
	commandSize = 22
	crcSize     = 4
	// maxFrame is the longest frame anybody sends; what is longer is garbage.
	maxFrame = 48
)

// Outputs is how many outputs a microcontroller has.
const Outputs = 4

// castagnoli is the polynomial of CRC-32C. 16 bits would let one in 65,536
// broken frames pass: on a line as bad as the tests use, one in a few hours.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// status is the heartbeat of a microcontroller.
type status struct {
	N      uint16 // number of the frame
	Epoch  uint16 // which counting of events this is: the boot that began it
	Boot   uint16 // number of the last start
	Reset  uint8  // why it started: MCUSR
	Uptime uint32 // ms
	First  uint16 // number of the oldest event kept, or Next
	Next   uint16 // number of the next event
	Levels uint8  // bit k: key k is down, after debouncing, as of Next
	Rev    uint8  // of the last command
	Flags  uint8  // hostLost
	Bad    uint16 // frames refused since its start
}

// hostLost in status.Flags: the firmware shows its own pattern.
const hostLost = 1

// keyEvent is one event kept by a microcontroller. Between Base and Seq no
// event exists: either none was kept or all were acknowledged.
type keyEvent struct {
	N, Epoch, Seq, Base uint16
	At, Now             uint32 // ms of uptime: of the event, of this frame
	What                uint8
}

// The parts of keyEvent.What.
const (
	whatKey   = 0x07 // which key
	whatStart = 0x40 // it was down when the firmware started
	whatDown  = 0x80 // it went down; otherwise it came up
)

// command is all that a host tells; a later one replaces an earlier one.
type command struct {
	N, Epoch uint16
	Have     uint16 // events before this number need not be sent
	Ack      uint16 // and before this one need not be kept
	Rev      uint8
	Patterns [Outputs]uint16
}

// The faults of a frame.
var (
	errCRC   = errors.New("mcu: the CRC is wrong")
	errFrame = errors.New("mcu: no frame of this protocol")
)

// parse reads one frame without its framing: a status or a keyEvent.
func parse(raw []byte) (any, error) {
	if len(raw) < 1+crcSize {
		return nil, errFrame
	}
	body, sum := raw[:len(raw)-crcSize], binary.LittleEndian.Uint32(raw[len(raw)-crcSize:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, errCRC
	}
	switch {
	case body[0] == typeStatus && len(raw) == statusSize:
		return parseStatus(body[1:]), nil
	case body[0] == typeEvent && len(raw) == eventSize:
		return parseEvent(body[1:]), nil
	}
	return nil, fmt.Errorf("%w: type %#02x, %d octets", errFrame, body[0], len(raw))
}

func parseStatus(b []byte) status {
	le := binary.LittleEndian
	return status{
		N: le.Uint16(b), Epoch: le.Uint16(b[2:]), Boot: le.Uint16(b[4:]), Reset: b[6],
		Uptime: le.Uint32(b[7:]), First: le.Uint16(b[11:]), Next: le.Uint16(b[13:]),
		Levels: b[15], Rev: b[16], Flags: b[17] & hostLost, Bad: le.Uint16(b[18:]),
	}
}

func parseEvent(b []byte) keyEvent {
	le := binary.LittleEndian
	return keyEvent{
		N: le.Uint16(b), Epoch: le.Uint16(b[2:]), Seq: le.Uint16(b[4:]), Base: le.Uint16(b[6:]),
		At: le.Uint32(b[8:]), Now: le.Uint32(b[12:]), What: b[16],
	}
}

// seal gives a body its CRC and its framing.
func seal(body []byte) []byte {
	body = binary.LittleEndian.AppendUint32(body, crc32.Checksum(body, castagnoli))
	return stuff(body)
}

func (c command) frame() []byte {
	le := binary.LittleEndian
	b := make([]byte, 0, commandSize)
	b = append(b, typeCommand)
	b = le.AppendUint16(b, c.N)
	b = le.AppendUint16(b, c.Epoch)
	b = le.AppendUint16(b, c.Have)
	b = le.AppendUint16(b, c.Ack)
	b = append(b, c.Rev)
	for _, p := range c.Patterns {
		b = le.AppendUint16(b, p)
	}
	return seal(b)
}
