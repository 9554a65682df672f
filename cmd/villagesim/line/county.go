package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"sync"

	"huying/cmd/villagesim/line/cable"
	"huying/cmd/villagesim/line/netspace"
	"huying/hub/view"
	"huying/terminal/panel"
)

// Options say what a county is made of.
type Options struct {
	Bin    string // folder of the programs hub and terminal
	Kiosks int    // how many; 1 to 100
	Seed   uint64 // of the lines' and the villagers' chances
	Keep   string // folder that is kept with logs and data; empty: a temporary one
}

// County is two sites and their kiosks, running.
type County struct {
	opt    Options
	folder string
	spaces []*netspace.Space
	lines  *cable.Net
	home   *site
	last   *site
	kiosks []*village
	desks  []*desk
	rings  *rings
	cancel context.CancelFunc
	alive  sync.WaitGroup
}

// Start builds the county on perfect lines and returns when every kiosk has
// both its lines. Stop must be called also after an error.
func Start(ctx context.Context, opt Options) (*County, error) {
	if err := netspace.Why(); err != nil {
		return nil, err
	}
	c := &County{opt: opt, rings: newRings(), folder: opt.Keep}
	if err := c.place(); err != nil {
		return c, err
	}
	if err := c.plan(); err != nil {
		return c, err
	}
	keep, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	for _, s := range []*site{c.last, c.home} {
		if err := errors.Join(s.settle(c.kiosks), s.start()); err != nil {
			return c, err
		}
	}
	for _, s := range []*site{c.last, c.home} {
		if err := s.ready(ctx); err != nil {
			return c, err
		}
		d := &desk{site: s, hub: s.browser(), rings: c.rings}
		c.desks = append(c.desks, d)
		c.alive.Go(func() { d.run(keep) })
	}
	for _, k := range c.kiosks {
		if err := k.settle(ctx, c.home, c.last); err != nil {
			return c, err
		}
		if err := k.start(keep); err != nil {
			return c, err
		}
	}
	return c, c.connected(ctx)
}

// place makes the folder in which PostgreSQL's own user can go about.
func (c *County) place() (err error) {
	if c.folder == "" {
		if c.folder, err = os.MkdirTemp("", "huying-line-"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.folder, 0o755); err != nil {
		return err
	}
	return os.Chmod(c.folder, 0o755) //nolint:gosec // invented people only
}

// plan makes the machines and the lines between them.
func (c *County) plan() error {
	ends := map[netip.Addr]io.ReadWriter{}
	machine := func(n int) (*netspace.Space, error) {
		s, err := netspace.New(netip.AddrFrom4([4]byte{10, 77, 0, byte(n)}))
		if err == nil {
			c.spaces, ends[s.Addr] = append(c.spaces, s), s.Cable()
		}
		return s, err
	}
	c.last = &site{unit: countyUnit, folder: filepath.Join(c.folder, "county"), program: filepath.Join(c.opt.Bin, "hub")}
	c.home = &site{unit: townshipUnit, folder: filepath.Join(c.folder, "township"), program: c.last.program, parent: c.last}
	c.last.below = c.home
	for i, s := range []*site{c.last, c.home} {
		var err error
		if s.space, err = machine(1 + i); err != nil {
			return err
		}
	}
	for i := range c.opt.Kiosks {
		point := view.Unit{Code: fmt.Sprintf("%s%03d", townshipUnit.Code, 200+i), Name: fmt.Sprintf("第%d村", i+1)}
		space, err := machine(10 + i)
		if err != nil {
			return err
		}
		k := &village{id: point.Code + "-1", point: point, space: space, program: filepath.Join(c.opt.Bin, "terminal")}
		k.folder = filepath.Join(c.folder, k.id)
		c.kiosks = append(c.kiosks, k)
	}
	c.lines = cable.New(ends, c.opt.Seed)
	return nil
}

// connected waits until every kiosk has both its lines and every site somebody
// on duty.
func (c *County) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healWait)
	defer cancel()
	for _, d := range c.desks {
		for !d.duty.Load() {
			if err := sleep(ctx, again); err != nil {
				return fmt.Errorf("line: nobody comes on duty at %s: %w", d.site.unit.Name, err)
			}
		}
	}
	for _, k := range c.kiosks {
		if _, err := k.until(ctx, healWait, func(v panel.View) bool { return v.Home && v.County }); err != nil {
			return err
		}
	}
	return nil
}

// all lists the lines: each kiosk's two, and the one between the sites.
func (c *County) all() (pairs [][2]netip.Addr) {
	for _, k := range c.kiosks {
		pairs = append(pairs, [2]netip.Addr{k.space.Addr, c.home.space.Addr}, [2]netip.Addr{k.space.Addr, c.last.space.Addr})
	}
	return append(pairs, [2]netip.Addr{c.home.space.Addr, c.last.space.Addr})
}

// halt ends every program in order, the kiosks first; what is on their disks
// stays.
func (c *County) halt() {
	if c.cancel != nil {
		c.cancel()
	}
	c.alive.Wait()
	var stopping sync.WaitGroup
	for _, k := range c.kiosks {
		if k.proc != nil {
			stopping.Go(k.proc.stop)
		}
	}
	stopping.Wait()
	for _, s := range []*site{c.home, c.last} {
		if s != nil && s.proc != nil {
			s.proc.stop()
			s.proc = nil
		}
	}
}

// Stop ends everything and removes what was not to be kept. It may be called
// again.
func (c *County) Stop() error {
	c.halt()
	var errs []error
	for _, s := range c.spaces {
		errs = append(errs, s.Close())
	}
	c.spaces = nil
	if c.opt.Keep == "" && c.folder != "" {
		errs = append(errs, os.RemoveAll(c.folder))
	}
	return errors.Join(errs...)
}
