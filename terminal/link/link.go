package link

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"huying/internal/wire"
)

// Link is the line to one site. Start it once; Stop ends it.
type Link struct {
	cfg    Config
	lanes  *lanes
	wake   chan struct{}
	conns  uint64 // connections so far; only run uses it
	cancel context.CancelFunc
	once   sync.Once
	done   sync.WaitGroup
	full   atomic.Pointer[func()] // ends the present connection
	stuck  func(*greeted) bool    // tests pretend
}

// New makes a link that is not yet started. It fails on an address that can
// never work.
func New(cfg Config) (*Link, error) {
	cfg, err := cfg.normalize()
	if err != nil {
		return nil, err
	}
	cfg.Log = cfg.Log.With("site", string(cfg.Site))
	return &Link{cfg: cfg, lanes: newLanes(), wake: make(chan struct{}, 1), stuck: (*greeted).stuck}, nil
}

// Start begins to connect and returns.
func (l *Link) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.done.Go(func() { l.run(ctx) })
}

// Stop closes the connection and waits until everything has ended. It may be
// called again, and also when the link was never started.
func (l *Link) Stop() {
	l.once.Do(func() {
		if l.cancel != nil {
			l.cancel()
		}
	})
	l.done.Wait()
}

// Wake asks for a connection now: instead of after the present pause, or
// beside an attempt that hangs. On a living connection it does nothing; one
// that is dying under a press replaces itself.
func (l *Link) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Send hands a frame to the connection of that number and never blocks. A
// frame for an earlier connection is dropped; it may be lost in any case.
func (l *Link) Send(conn uint64, f wire.Frame) {
	switch l.lanes.put(conn, f) {
	case overflow:
		l.cfg.Log.Warn("line takes nothing, closing it", "frame", f.Type())
		if end := l.full.Load(); end != nil {
			(*end)()
		}
	case dropped:
		l.cfg.Log.Debug("frame dropped", "frame", f.Type())
	case queued, elapsed:
	}
}

// startSpread is the attempt whose pause precedes the very first connection:
// up to 0.8 s, against a whole county that starts at once.
const startSpread = 2

func (l *Link) run(ctx context.Context) {
	attempt := startSpread
	var g *greeted // the connection that has taken the place of one
	for warned := false; ; {
		var welcomed bool
		var err error
		if g == nil {
			if !l.pause(ctx, &attempt) {
				return
			}
			g, err = l.reach(ctx)
		}
		if g != nil {
			welcomed, g, err = l.session(ctx, g)
		}
		if ctx.Err() != nil {
			g.close()
			return
		}
		switch {
		case welcomed:
			attempt, warned = 0, false
		default:
			attempt++
		}
		if !warned {
			l.cfg.Log.Warn("no line", "error", err.Error(), "code", code(err))
			warned = !welcomed
		}
	}
}

// pause waits before an attempt; a wake-up ends it and begins anew with the
// shortest pause. It reports whether to go on.
func (l *Link) pause(ctx context.Context, attempt *int) bool {
	t := time.NewTimer(l.cfg.back(*attempt))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
		*attempt = 0
	case <-t.C:
	}
	return true
}

// Error is why a connection failed or ended, with a stable code: unreachable,
// refused, no_challenge, silent, bad_frames, write, closed, replaced.
type Error struct {
	Code string
	Err  error
}

func (e *Error) Error() string { return "link: " + e.Code + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}
