package mcu

import (
	"sync"

	"huying/firmware-bridge/input"
)

// Bounds of an outbox.
const (
	// outboxRoom is how many events wait for the reader before we take no more
	// from the microcontroller, which then keeps them and counts what it cannot.
	outboxRoom = 1024
	// heldBack is how many acknowledgements wait for the reader: half of what
	// the microcontroller keeps. A host that dies leaves these presses to the
	// next; a reader that sleeps does not fill the microcontroller.
	heldBack = 32
)

// entry is an event on its way to the reader. Once the reader has it, and has
// made it safe if it is a press, the microcontroller need not keep what is
// before ack.
type entry struct {
	input.Event
	ack    uint16
	marked bool
	safe   bool
}

// receipt is of one press of a microcontroller, which can keep events but no
// notes.
type receipt struct {
	out *outbox
	of  *entry
}

func (r *receipt) Begin() string { return "" }
func (r *receipt) Mark(string)   {}

func (r *receipt) Safe() {
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	r.of.safe = true
	r.out.forget()
}

// outbox stands between the line, which must not wait, and the reader of
// Events, who may. It knows what the reader has.
type outbox struct {
	out  chan input.Event
	done chan struct{}
	more chan struct{}
	gone chan struct{}
	once sync.Once
	// receipts says that the reader makes presses safe; otherwise they are when
	// it has them.
	receipts bool

	mu       sync.Mutex
	waiting  []*entry // the first stays until the reader has it
	handed   []*entry // the reader has them, and the first is not safe
	accepted uint16   // number after the last event of the microcontroller put in
	taken    uint16   // number after the last that is safe with the reader
}

func newOutbox() *outbox {
	o := &outbox{
		out: make(chan input.Event), done: make(chan struct{}),
		more: make(chan struct{}, 1), gone: make(chan struct{}),
	}
	go o.forward()
	return o
}

func (o *outbox) push(e input.Event) {
	n := &entry{Event: e, safe: true}
	if o.receipts && e.Kind == input.Press {
		n.safe, n.Receipt = false, &receipt{o, n}
	}
	o.mu.Lock()
	o.waiting = append(o.waiting, n)
	o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// accept notes that everything before seq was put in.
func (o *outbox) accept(seq uint16) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.accepted = seq
	for _, at := range [][]*entry{o.waiting, o.handed} {
		if n := len(at); n > 0 {
			at[n-1].ack, at[n-1].marked = seq, true
			return
		}
	}
	o.taken = seq
}

// restart begins another counting: what waits has nobody to be told to.
func (o *outbox) restart(seq uint16) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, at := range [][]*entry{o.waiting, o.handed} {
		for _, e := range at {
			e.marked = false
		}
	}
	o.accepted, o.taken = seq, seq
}

// ack is the number before which the microcontroller may forget.
func (o *outbox) ack() uint16 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.accepted-o.taken > heldBack {
		return o.accepted - heldBack
	}
	return o.taken
}

func (o *outbox) room() bool { return o.len() < outboxRoom }

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.waiting)
}

func (o *outbox) close() {
	o.once.Do(func() { close(o.done) })
	<-o.gone
}

func (o *outbox) forward() {
	defer close(o.gone)
	defer close(o.out)
	for {
		e, ok := o.head()
		if !ok {
			select {
			case <-o.more:
				continue
			case <-o.done:
				return
			}
		}
		select {
		case o.out <- e:
			o.pop()
		case <-o.done:
			return
		}
	}
}

func (o *outbox) head() (input.Event, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return input.Event{}, false
	}
	return o.waiting[0].Event, true
}

func (o *outbox) pop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.handed = append(o.handed, o.waiting[0])
	o.waiting = o.waiting[1:]
	if len(o.handed) > heldBack { // the microcontroller may forget the first in any case
		o.handed[0].safe = true
	}
	o.forget()
}

// forget lets the microcontroller forget what is safe, in order: one number
// acknowledges all before it. o.mu is held.
func (o *outbox) forget() {
	for len(o.handed) > 0 && o.handed[0].safe {
		if o.handed[0].marked {
			o.taken = o.handed[0].ack
		}
		o.handed = o.handed[1:]
	}
}
