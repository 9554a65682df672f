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

// entry is an event on its way to the reader. Once the reader has it, the
// microcontroller need not keep what is before ack.
type entry struct {
	input.Event
	ack    uint16
	marked bool
}

// outbox stands between the line, which must not wait, and the reader of
// Events, who may. It knows what the reader has.
type outbox struct {
	out  chan input.Event
	done chan struct{}
	more chan struct{}
	gone chan struct{}
	once sync.Once

	mu       sync.Mutex
	waiting  []entry // the first stays until the reader has it
	accepted uint16  // number after the last event of the microcontroller put in
	taken    uint16  // number after the last that the reader has
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
	o.mu.Lock()
	o.waiting = append(o.waiting, entry{Event: e})
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
	if n := len(o.waiting); n > 0 {
		o.waiting[n-1].ack, o.waiting[n-1].marked = seq, true
	} else {
		o.taken = seq
	}
}

// restart begins another counting: what waits has nobody to be told to.
func (o *outbox) restart(seq uint16) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.waiting {
		o.waiting[i].marked = false
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
	if o.waiting[0].marked {
		o.taken = o.waiting[0].ack
	}
	o.waiting = o.waiting[1:]
}
