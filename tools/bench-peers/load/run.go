package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// drain bounds the wait for the last rings: a broker that has not delivered an
// acknowledged press after this long has lost it, and the run is an error.
const drain = 15 * time.Second

// Run measures one workload on one broker. The error names what failed first: a
// connection, a publish, or presses that were acknowledged and never rang.
func Run(ctx context.Context, name string, w Workload, b Broker) (Line, error) {
	if err := w.Validate(); err != nil {
		return Line{}, err
	}
	var now atomic.Pointer[tally]
	now.Store(newTally(w.Bytes))
	if err := b.Subscribe(func(p []byte) { now.Load().ring(p) }); err != nil {
		return Line{}, fmt.Errorf("subscribe: %w", err)
	}
	pubs, err := connect(b, w.Publishers)
	defer closeAll(pubs)
	if err != nil {
		return Line{}, err
	}
	// The first use of a connection pays for buffers and caches: not counted.
	warm := Workload{Publishers: w.Publishers, Closed: true, Seconds: 0.3, Bytes: w.Bytes}
	if err := closedLoop(ctx, now.Load(), warm, pubs); err != nil {
		return Line{}, fmt.Errorf("warm-up: %w", err)
	}
	t := newTally(w.Bytes)
	now.Store(t)
	line := Line{Name: name, Mode: w.Mode()}
	if w.Closed {
		err = closedLoop(ctx, t, w, pubs)
	} else {
		line.PacerP99, err = openLoop(ctx, t, w, pubs)
	}
	if err != nil {
		return Line{}, err
	}
	return t.into(line), nil
}

func (t *tally) into(line Line) Line {
	t.mu.Lock()
	defer t.mu.Unlock()
	line.N = min(len(t.acks), t.rung)
	line.Seconds = t.last.Seconds()
	line.Rate = float64(line.N) / line.Seconds
	line.P50, line.P99, line.Max = threeOf(t.rings)
	line.AckP50, line.AckP99, line.AckMax = threeOf(t.acks)
	line.Repeated = t.repeated
	return line
}

func connect(b Broker, n int) ([]Publisher, error) {
	pubs := make([]Publisher, 0, n)
	for i := range n {
		p, err := b.Publisher(i)
		if err != nil {
			return pubs, fmt.Errorf("connect publisher %d: %w", i, err)
		}
		pubs = append(pubs, p)
	}
	return pubs, nil
}

func closeAll(pubs []Publisher) {
	for _, p := range pubs {
		p.Close()
	}
}

// closedLoop lets each publisher press, wait, press again until time is up.
func closedLoop(ctx context.Context, t *tally, w Workload, pubs []Publisher) error {
	errs := make(chan error, len(pubs))
	for _, p := range pubs {
		go func() {
			for time.Since(t.base) < w.length() && ctx.Err() == nil {
				payload, pressed := t.press()
				if err := p.Publish(payload); err != nil {
					errs <- err
					return
				}
				t.ack(pressed)
			}
			errs <- ctx.Err()
		}()
	}
	// The first fault says it: the other connections fail the same way.
	var first error
	for range pubs {
		if err := <-errs; first == nil {
			first = err
		}
	}
	if first != nil {
		return first
	}
	return t.settle(ctx)
}

// openLoop presses on time, round robin, and answers how late it was itself
// (p99, microseconds).
func openLoop(ctx context.Context, t *tally, w Workload, pubs []Publisher) (float64, error) {
	var (
		wg    sync.WaitGroup
		once  sync.Once
		fault error
		late  = make([]time.Duration, 0, w.Presses())
		start = time.Since(t.base)
	)
	for i := range w.Presses() {
		due := start + time.Duration(float64(i)/w.Pace*float64(time.Second))
		if err := until(ctx, t.base.Add(due)); err != nil {
			return 0, err
		}
		payload, pressed := t.press()
		late = append(late, pressed-due)
		p := pubs[i%len(pubs)]
		wg.Go(func() {
			if err := p.Publish(payload); err != nil {
				once.Do(func() { fault = err })
				return
			}
			t.ack(pressed)
		})
	}
	wg.Wait()
	if fault != nil {
		return 0, fault
	}
	_, p99, _ := threeOf(late)
	return p99, t.settle(ctx)
}

func until(ctx context.Context, at time.Time) error {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// settle waits until every acknowledged press has rung.
func (t *tally) settle(ctx context.Context) error {
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-t.allRung():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		t.mu.Lock()
		defer t.mu.Unlock()
		return fmt.Errorf("%d of %d acknowledged presses never rang", t.want-t.rung, t.want)
	}
}
