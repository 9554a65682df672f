package line

import (
	"context"
	"path/filepath"

	"huying/cmd/villagesim/line/cable"
	"huying/cmd/villagesim/line/netspace"
)

// What follows lets another trial play on this county: it brings programs of
// its own and has its own opinion of what a line should be.

// Kiosk is the machine of the nth kiosk, the first is 0, and the address of its
// page on that machine.
func (c *County) Kiosk(n int) (on *netspace.Space, url string) { return c.kiosks[n].space, page + "/" }

// Home is the machine of the township's hub and the hub's address.
func (c *County) Home() (on *netspace.Space, url string) { return c.home.space, c.home.url() }

// SetLine makes the line between the nth kiosk and its township so bad from now on.
func (c *County) SetLine(n int, q cable.Quality) {
	c.lines.Set(c.kiosks[n].space.Addr, c.home.space.Addr, q)
}

// Given says what was given to the line between the nth kiosk and its township,
// from the kiosk and to it.
func (c *County) Given(n int) (up, down cable.Given) {
	k, h := c.kiosks[n].space.Addr, c.home.space.Addr
	return c.lines.Given(k, h), c.lines.Given(h, k)
}

// Press puts a finger on the enquiry key of the nth kiosk and returns the call
// that it opened.
func (c *County) Press(ctx context.Context, n int) (call string, err error) {
	_, call, err = c.kiosks[n].press(ctx, "enquiry")
	return call, err
}

// Finish ends a call of the nth kiosk as somebody who knows that a person was
// there, and waits until the kiosk knows.
func (c *County) Finish(ctx context.Context, n int, call string) error {
	return c.finish(ctx, c.kiosks[n], call)
}

// Folder is where the county keeps its data and logs.
func (c *County) Folder() string { return c.folder }

// Run starts a program on a machine and returns what stops it; it dies with
// this process. What it says goes into a log of that name.
func (c *County) Run(on *netspace.Space, name, program string, args ...string) (stop func(), err error) {
	p, err := spawn(on, filepath.Join(c.folder, name+".log"), program, args...)
	if err != nil {
		return nil, err
	}
	return p.stop, nil
}
