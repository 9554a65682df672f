package evdev

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Of linux/input-event-codes.h.
const (
	evSyn      = 0x00
	evKey      = 0x01
	synDropped = 3
	keyUp      = 0
	keyDown    = 1 // 2 is the repetition of a held key
	keyMax     = 0x2ff
)

// event is struct input_event of linux/input.h.
type event struct {
	Time  unix.Timeval
	Type  uint16
	Code  uint16
	Value int32
}

// eventSize is 24 octets on 64-bit machines and 16 on others.
const eventSize = int(unsafe.Sizeof(event{}))

func (e event) at() time.Duration { return time.Duration(e.Time.Nano()) }

// decode copies whole events out of raw and returns how many.
func decode(buf []event, raw []byte) int {
	n := min(len(buf), len(raw)/eventSize)
	for i := range n {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&buf[i])), eventSize), raw[i*eventSize:])
	}
	return n
}

// bits is a set of key codes as the kernel gives it.
type bits [keyMax/8 + 1]byte

func (b *bits) has(c Code) bool { return c <= keyMax && b[c/8]&(1<<(c%8)) != 0 }

// EventSize is how many octets the kernel gives for one event.
const EventSize = eventSize

// KeyOf reads one event as the kernel gives it, of EventSize octets, and says
// which key went down or up; ok is false for everything else, the repetition
// of a held key included.
func KeyOf(raw []byte) (c Code, down, ok bool) {
	var e [1]event
	if decode(e[:], raw) == 0 || e[0].Type != evKey || e[0].Value != keyUp && e[0].Value != keyDown {
		return 0, false, false
	}
	return Code(e[0].Code), e[0].Value == keyDown, true
}
