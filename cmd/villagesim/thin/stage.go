package thin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huying/cmd/villagesim/line"
)

// Options say where things are.
type Options struct {
	Bin  string // folder of the programs hub and terminal
	Keep string // folder that keeps logs and data; empty: a temporary one
	Seed uint64 // of the line's chances
}

// Stage is a county with one kiosk, the kiosk's browser and an operator's.
type Stage struct {
	county *line.County
	kiosk  *browser
	seat   *browser
}

// comeWait is how long a page or a connection may take to come on a busy machine.
const comeWait = 60 * time.Second

// Build starts everything on a perfect line. Stop must be called also after an
// error, unless the stage is nil.
func Build(ctx context.Context, opt Options) (*Stage, error) {
	c, err := line.Start(ctx, line.Options{Bin: opt.Bin, Kiosks: 1, Seed: opt.Seed, Keep: opt.Keep})
	if c == nil {
		return nil, err
	}
	s := &Stage{county: c}
	if err != nil {
		return s, err
	}
	hall, hub := c.Home()
	village, page := c.Kiosk(0)
	if s.kiosk, err = open(ctx, c, village, "villager", villager, page); err != nil {
		return s, err
	}
	if s.seat, err = open(ctx, c, hall, "operator", operator, hub); err != nil {
		return s, err
	}
	if err := s.seat.visit(ctx, hub+"/desk", villager, false); err != nil {
		return s, err
	}
	if err := s.seat.await(ctx, "a sign-in", "document.querySelector('form')", comeWait); err != nil {
		return s, err
	}
	return s, s.seat.eval(ctx, fmt.Sprintf(`fetch('/api/session', { method: 'POST', headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ account: %q, password: %q }) }).then((r) => { if (!r.ok) throw new Error(String(r.status)) })`,
		line.Seat, line.Password), nil)
}

// Stop ends everything. It may be called again.
func (s *Stage) Stop() error {
	for _, b := range []*browser{s.kiosk, s.seat} {
		if b != nil {
			b.stop()
		}
	}
	s.kiosk, s.seat = nil, nil
	return s.county.Stop()
}

// meet has the villager press and the operator answer, on pages loaded anew,
// and returns when each has heard the other for a second.
func (s *Stage) meet(ctx context.Context, blind bool) (call string, err error) {
	_, hub := s.county.Home()
	_, page := s.county.Kiosk(0)
	if err := errors.Join(s.kiosk.visit(ctx, page, operator, blind), s.seat.visit(ctx, hub+"/desk", villager, blind)); err != nil {
		return "", err
	}
	if err := s.seat.onDuty(ctx); err != nil {
		return "", err
	}
	if err := s.kiosk.await(ctx, "its terminal", "document.querySelector('.line[data-line=ok]')", comeWait); err != nil {
		return "", err
	}
	if call, err = s.county.Press(ctx, 0); err != nil {
		return "", err
	}
	if err := s.seat.click(ctx, "接听"); err != nil {
		return call, err
	}
	for _, b := range []*browser{s.kiosk, s.seat} {
		const enough = "ear.windows.slice(-100).filter((w) => w >= 0).length > 50"
		if err := b.await(ctx, "the other's voice", enough, comeWait); err != nil {
			return call, err
		}
	}
	return call, nil
}

// part ends the talk and its call.
func (s *Stage) part(ctx context.Context, call string) error {
	return errors.Join(s.seat.click(ctx, "挂断"), s.county.Finish(ctx, 0, call))
}
