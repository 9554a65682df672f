package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"huying/hub/view"
)

// keptThroughKill lets 450 kiosks press until so many presses were
// acknowledged, kills the hub once, and counts what its pages show after.
func keptThroughKill(ctx context.Context, p *place, want int) (acknowledged, survived int, err error) {
	journals, err := os.MkdirTemp(p.ram, "journals-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(journals)
	defer os.RemoveAll(filepath.Join(p.dir, "hub-data"))
	c, err := openCounty(ctx, p, options{}, journals)
	if err != nil {
		return 0, 0, err
	}
	defer c.close()
	if acknowledged, err = c.pressUntil(ctx, want); err != nil {
		return 0, 0, err
	}
	_ = c.hub.cmd.Process.Signal(syscall.SIGKILL)
	<-c.hub.done
	c.hub.done = make(chan struct{})
	c.hub.said.Reset()
	if err := c.hub.start(ctx, p.hub, filepath.Join(p.dir, "hub.yaml")); err != nil {
		return 0, 0, err
	}
	survived, err = shown(ctx, c.hub.addr)
	return acknowledged, survived, err
}

// pressUntil lets every kiosk press, wait for the acknowledgement and press
// again until so many were acknowledged, and gives how many were in the end.
func (c *county) pressUntil(ctx context.Context, want int) (int, error) {
	c.tally.reset(true)
	for _, v := range c.villages {
		v.mu.Lock()
		v.again = true
		v.mu.Unlock()
		if _, err := v.pressNow(); err != nil {
			return 0, err
		}
	}
	for n := 0; n < want; {
		select {
		case <-c.tally.moved:
		case err := <-c.failed:
			return 0, err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		c.tally.mu.Lock()
		n = len(c.tally.acks)
		c.tally.mu.Unlock()
	}
	n := 0
	for _, v := range c.villages {
		v.mu.Lock()
		v.again = false
		n += len(v.press)
		v.mu.Unlock()
	}
	return n, c.finish(ctx, n)
}

// shown counts the presses of all open calls as a fresh page is told them.
func shown(ctx context.Context, addr string) (n int, err error) {
	p, err := openPage(ctx, addr, func(string, int) {})
	if err != nil {
		return 0, err
	}
	defer p.close()
	var list struct {
		Calls []view.Call `json:"calls"`
	}
	if err := p.do(ctx, http.MethodGet, fmt.Sprintf("/api/calls?limit=%d", 500), nil, &list); err != nil {
		return 0, err
	}
	for _, c := range list.Calls {
		if c.Phase != view.Closed {
			n += c.Presses
		}
	}
	return n, nil
}
