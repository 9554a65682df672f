package input

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Halt tells goroutines to stop, and lets them wait until then. NewHalt makes
// one.
type Halt struct {
	once sync.Once
	stop chan struct{}
}

// NewHalt returns a Halt that nobody has called for.
func NewHalt() *Halt { return &Halt{stop: make(chan struct{})} }

// Stop makes every Rest return false, for ever. It may be called again.
func (h *Halt) Stop() { h.once.Do(func() { close(h.stop) }) }

// Rest waits that long; it returns false, at once, when the caller is to stop.
// Rest(0) only asks.
func (h *Halt) Rest(d time.Duration) bool {
	if d == 0 {
		select {
		case <-h.stop:
			return false
		default:
			return true
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-h.stop:
		return false
	case <-t.C:
		return true
	}
}

// Runtime is what lies beneath an Input: the goroutines that read its keys,
// the way to stop them wherever they wait, and the queue of what they read.
type Runtime struct {
	*Halt
	queue *Queue
	wake  int // eventfd, readable from Close on
	wg    sync.WaitGroup
	once  sync.Once
	err   error
}

// wakeUp makes an eventfd readable: any value but 0 does, in either byte order.
var wakeUp = [8]byte{1}

// NewRuntime returns a Runtime without goroutines. The only error is a process
// that may open no more files.
func NewRuntime() (*Runtime, error) {
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("input: eventfd: %w", err)
	}
	return &Runtime{Halt: NewHalt(), queue: NewQueue(), wake: wake}, nil
}

// Go starts a reader, which must end soon after Rest returns false or Wake
// becomes readable.
func (r *Runtime) Go(read func()) { r.wg.Go(read) }

// Wake is a descriptor that becomes readable, for ever, when readers are to
// stop: for those who wait in poll.
func (r *Runtime) Wake() int { return r.wake }

// Emit puts an event into the queue and never blocks.
func (r *Runtime) Emit(e Event) { r.queue.Push(e) }

// Events implements Input.
func (r *Runtime) Events() <-chan Event { return r.queue.Events() }

// Close implements Input: it stops the readers and waits for them.
func (r *Runtime) Close() error {
	r.once.Do(func() {
		r.Stop()
		_, err := unix.Write(r.wake, wakeUp[:])
		r.wg.Wait()
		r.queue.Close()
		r.err = errors.Join(err, unix.Close(r.wake))
	})
	return r.err
}
