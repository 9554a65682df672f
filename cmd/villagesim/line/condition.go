package line

import (
	"context"
	"errors"
	"time"

	"huying/cmd/villagesim/line/cable"
	"huying/cmd/villagesim/line/netspace"
)

// Condition is one way in which lines or machines are bad.
type Condition struct {
	Name  string
	About string // in words
	// spread is the time over which villagers press, each at a moment of their
	// own: the period of whatever comes and goes.
	spread time.Duration
	begin  func(ctx context.Context, c *County) error
	// end makes everything well; it waits for what begin started.
	end func(ctx context.Context, c *County) error
}

// The figures of the bad lines.
const (
	flapUp, flapDown = 3 * time.Second, 2 * time.Second
	badLoss          = 0.3
	badDelay         = 800 * time.Millisecond
	badJitter        = 400 * time.Millisecond
)

// Conditions lists them all.
func Conditions() []Condition {
	return []Condition{
		{Name: "well", About: "every line well, for comparison", spread: time.Second, begin: nothing, end: nothing},
		{Name: "home-dead", About: "the township's hub is killed", spread: time.Second, begin: killHome, end: startHome},
		{Name: "home-dark", About: "the township's machine loses power: no line says goodbye", spread: time.Second,
			begin: darkHome, end: startHome},
		{Name: "county-cut", About: "the county's line is cut, to kiosks and township", spread: time.Second,
			begin: func(_ context.Context, c *County) error { return c.last.space.Cut() },
			end:   func(_ context.Context, c *County) error { return c.last.space.Mend() }},
		flapping(),
		{Name: "lossy", About: "every line loses 30 % and takes 800±400 ms, each way", spread: 3 * time.Second,
			begin: func(_ context.Context, c *County) error { c.every(lossy); return nil },
			end:   func(_ context.Context, c *County) error { c.every(cable.Quality{}); return nil }},
	}
}

var lossy = cable.Quality{Loss: badLoss, Delay: badDelay, Jitter: badJitter}

func (c *County) every(q cable.Quality) {
	for _, p := range c.all() {
		c.lines.Set(p[0], p[1], q)
	}
}

func nothing(context.Context, *County) error { return nil }

func killHome(_ context.Context, c *County) error {
	c.home.proc.kill()
	return nil
}

func darkHome(_ context.Context, c *County) error {
	if err := c.home.space.Cut(); err != nil {
		return err
	}
	c.home.proc.kill()
	return nil
}

func startHome(ctx context.Context, c *County) error {
	if err := c.home.space.Mend(); err != nil {
		return err
	}
	if err := c.home.start(); err != nil {
		return err
	}
	return c.home.ready(ctx)
}

// flapping cuts both sites off and mends them, over and over.
func flapping() Condition {
	var stop context.CancelFunc
	done := make(chan error, 1)
	return Condition{Name: "flapping", About: "both sites' lines are up for 3 s and down for 2 s, in turn", spread: flapUp + flapDown,
		begin: func(ctx context.Context, c *County) error {
			ctx, stop = context.WithCancel(ctx)
			go func() { done <- c.flap(ctx) }()
			return nil
		},
		end: func(context.Context, *County) error { stop(); return <-done },
	}
}

// flap goes on until ctx ends and leaves the lines well.
func (c *County) flap(ctx context.Context) error {
	for down := true; ; down = !down {
		turn, wait := (*netspace.Space).Mend, flapUp
		if down {
			turn, wait = (*netspace.Space).Cut, flapDown
		}
		if err := errors.Join(turn(c.home.space), turn(c.last.space)); err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(c.home.space.Mend(), c.last.space.Mend())
		}
	}
}
