package mcu

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"huying/firmware-bridge/input"
)

// The paces of a Board.
const (
	// heartEvery is how often the host says that it lives. The firmware takes
	// it for lost after 5 s, the firmware's own heartbeat has the same pace.
	heartEvery = 250 * time.Millisecond
	// repeatEvery is how often a command is sent until the firmware has it: a
	// frame takes 7 ms each way.
	repeatEvery = 60 * time.Millisecond
	// silentAfter is how long no valid frame may come: 7 heartbeats of 8 lost.
	silentAfter = 2 * time.Second
	// bootWait is how long the first frame may need: opening the port resets
	// many boards, and a boot loader waits for up to 2 s.
	bootWait = 5 * time.Second
	// retryEvery is how long to wait before a lost port is opened again.
	retryEvery = time.Second
)

// Config says where the microcontroller is.
type Config struct {
	// Path is the serial port, best by a name that stays the same when it is
	// plugged in again: /dev/serial/by-id/... or .../by-path/...
	Path string
	// Receipts says that the reader makes every press safe, by its Receipt. The
	// microcontroller keeps a press until then, and its next reader is told of it.
	Receipts bool
}

// Validate reports settings that can never work.
func (c Config) Validate() error {
	if c.Path == "" {
		return errors.New("mcu: the path of the serial port is missing")
	}
	return nil
}

// Board is a microcontroller with keys and lamps: an input.Input.
type Board struct {
	conf Config
	open func(path string) (port, error)
	now  func() time.Duration
	halt *input.Halt
	rest func(time.Duration) bool // halt's, or that of a test

	out    *outbox
	link   *link
	dec    decoder
	faulty bool
	sent   time.Duration // when the last command went out
	number uint16        // of that command
	rev8   uint8         // its revision
	have   uint16        // its acknowledgements
	acked  uint16

	gone chan struct{}

	mu      sync.Mutex
	shown   [Outputs]Pattern
	rev     uint8
	present bool
	state   State
}

var _ input.Input = (*Board)(nil)

// Open begins to read the microcontroller. One that is absent is no error but
// a Fault event of each key, and Restored once it is heard. An error means
// settings that can never work.
func Open(c Config) (*Board, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	b := newBoard(c)
	b.start()
	return b, nil
}

func newBoard(c Config) *Board {
	b := &Board{
		conf: c, open: openSerial, now: input.NewClock(), out: newOutbox(),
		halt: input.NewHalt(), gone: make(chan struct{}),
	}
	b.rest = b.halt.Rest
	b.out.receipts = c.Receipts
	b.link = newLink(b.out)
	return b
}

func (b *Board) start() { go b.run() }

// Events implements input.Input. An event counts as delivered to the
// microcontroller, which keeps it until then, when the reader has received it,
// and has made it safe if it is a press and Config.Receipts says so.
func (b *Board) Events() <-chan input.Event { return b.out.out }

// Close implements input.Input. The lamps show the firmware's own pattern for
// a lost host 5 s later.
func (b *Board) Close() error {
	b.halt.Stop()
	<-b.gone
	b.out.close()
	return nil
}

// run keeps the line open until the board is to stop. While the reader has
// much to read, nothing is opened and so nothing is told.
func (b *Board) run() {
	defer close(b.gone)
	for b.rest(0) {
		err := b.session()
		if err == nil {
			return
		}
		b.fault(err)
		for ok := true; ok; ok = !b.out.room() {
			if !b.rest(retryEvery) {
				return
			}
		}
	}
}

// session opens the line and serves it until an error, or nil when it is to
// stop.
func (b *Board) session() error {
	p, err := b.open(b.conf.Path)
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }() // whatever it says: it is opened again
	b.link.opened()
	b.dec = decoder{believe: b.dec.believe}
	b.sent = b.now() - heartEvery
	until, octets := b.now()+bootWait, 0
	var buf [512]byte
	for b.rest(0) {
		n, err := p.Read(buf[:])
		if err != nil {
			return fmt.Errorf("mcu: read %s: %w", b.conf.Path, err)
		}
		now := b.now()
		octets += n
		if b.take(buf[:n], now) {
			until, octets = now+silentAfter, 0
		}
		if n == 0 && now >= until { // only when nothing waits to be read
			return fmt.Errorf("mcu: %s: no valid frame, %d octets of something else", b.conf.Path, octets)
		}
		if err := b.speak(p, now); err != nil {
			return err
		}
	}
	return nil
}

// take reads octets that arrived now and says whether a good frame was among
// them. A line counts as well from its first heartbeat on.
func (b *Board) take(octets []byte, now time.Duration) (good bool) {
	b.dec.feed(octets, func(frame any) {
		switch f := frame.(type) {
		case status:
			b.restored(now)
			b.link.status(f, now)
			b.note(true)
			good = true
		case keyEvent:
			b.link.event(f, now)
			good = good || b.link.clock.known
		}
	})
	return good
}

func (b *Board) fault(err error) {
	now := b.now()
	b.link.away(now)
	b.note(false)
	if b.faulty {
		return
	}
	b.faulty = true
	for _, k := range keys {
		b.out.push(input.Event{Key: k, Kind: input.Fault, At: now, Detail: err.Error()})
	}
}

func (b *Board) restored(now time.Duration) {
	if !b.faulty {
		return
	}
	b.faulty = false
	for _, k := range keys {
		b.out.push(input.Event{Key: k, Kind: input.Restored, At: now})
	}
}
