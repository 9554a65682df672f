package input

import "sync"

// Bounds of a Queue. A hand makes a few events a second, so a reader that is
// this far behind is broken; the memory of a kiosk must stay bounded all the
// same. The upper half is kept for presses.
const (
	queueMax    = 4096
	queueOthers = queueMax / 2
)

// Queue stands between the goroutines that read keys, which must never wait,
// and the one reader of Events, which may. It keeps order. When it is full it
// first refuses everything but presses, then presses too, and tells how many
// it refused by an Overrun before the next event of that key that finds room.
type Queue struct {
	out  chan Event
	done chan struct{}
	more chan struct{}
	gone chan struct{}
	once sync.Once

	mu      sync.Mutex
	waiting []Event
	lost    map[Key]int
}

// NewQueue starts an empty queue. Close ends it.
func NewQueue() *Queue {
	q := &Queue{
		out:  make(chan Event),
		done: make(chan struct{}),
		more: make(chan struct{}, 1),
		gone: make(chan struct{}),
		lost: map[Key]int{},
	}
	go q.forward()
	return q
}

// Push adds an event and never blocks. After Close it does nothing.
func (q *Queue) Push(e Event) {
	q.mu.Lock()
	q.push(e)
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *Queue) push(e Event) {
	room := queueOthers
	if e.Kind == Press {
		room = queueMax
	}
	if len(q.waiting) >= room {
		q.lost[e.Key]++
		return
	}
	if n := q.lost[e.Key]; n > 0 {
		q.waiting = append(q.waiting, Event{Key: e.Key, Kind: Overrun, At: e.At, N: n})
		delete(q.lost, e.Key)
	}
	q.waiting = append(q.waiting, e)
}

// Events is the reading end; Close closes it.
func (q *Queue) Events() <-chan Event { return q.out }

// Close drops what waits, closes Events and returns when the queue's
// goroutine has ended. It may be called again.
func (q *Queue) Close() {
	q.once.Do(func() { close(q.done) })
	<-q.gone
}

func (q *Queue) forward() {
	defer close(q.gone)
	defer close(q.out)
	for {
		for _, e := range q.take() {
			select {
			case q.out <- e:
			case <-q.done:
				return
			}
		}
		select {
		case <-q.more:
		case <-q.done:
			return
		}
	}
}

func (q *Queue) take() []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.waiting
	q.waiting = nil
	return batch
}
