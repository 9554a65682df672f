package load

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

// tally collects one phase's moments. base carries a monotonic reading, so all
// durations in it are on one clock.
type tally struct {
	base   time.Time
	filler []byte
	next   atomic.Uint64

	mu       sync.Mutex
	rings    []time.Duration
	acks     []time.Duration
	seen     []bool
	rung     int
	repeated int
	last     time.Duration
	wake     chan struct{} // closed when rung reaches want
	want     int
}

func newTally(bytes int) *tally {
	return &tally{base: time.Now(), filler: make([]byte, bytes), want: -1, wake: make(chan struct{})}
}

// press makes the payload of a new press, stamped with this moment.
func (t *tally) press() (payload []byte, pressed time.Duration) {
	payload = append([]byte(nil), t.filler...)
	pressed = time.Since(t.base)
	binary.LittleEndian.PutUint64(payload, t.next.Add(1)-1)
	binary.LittleEndian.PutUint64(payload[8:], uint64(pressed))
	return payload, pressed
}

// ring records a subscriber's receipt.
func (t *tally) ring(payload []byte) {
	now := time.Since(t.base)
	if len(payload) < stampBytes {
		return
	}
	id := binary.LittleEndian.Uint64(payload)
	pressed := time.Duration(binary.LittleEndian.Uint64(payload[8:]))
	if id >= t.next.Load() {
		return // not a press of this phase
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for uint64(len(t.seen)) <= id {
		t.seen = append(t.seen, false)
	}
	if t.seen[id] {
		t.repeated++
		return
	}
	t.seen[id] = true
	t.rings = append(t.rings, now-pressed)
	t.last = max(t.last, now)
	t.rung++
	if t.rung == t.want {
		close(t.wake)
	}
}

// ack records the broker's acknowledgement of a press made at pressed.
func (t *tally) ack(pressed time.Duration) {
	now := time.Since(t.base)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acks = append(t.acks, now-pressed)
	t.last = max(t.last, now)
}

// allRung returns a channel that closes when every acknowledged press has rung.
// Call it once, after the last acknowledgement.
func (t *tally) allRung() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want = len(t.acks)
	if t.rung >= t.want {
		close(t.wake)
	}
	return t.wake
}
