package kill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"huying/hub/view"
)

// The county of the proof: two hubs, and kiosks of the township. Everybody is
// invented; the password is this county's own.
const (
	homeCode = "361025105"
	topCode  = "361025"
	password = "mima-kill-2026"
	secret   = "kill-secret-0123456789"
	operator = "caozuo"
	watcher  = "zhihui"
	admin    = "guanli"
)

// startWait bounds the start of a hub, the making of its database included.
const startWait = 60 * time.Second

// Options say what a county is made of.
type Options struct {
	Dir      string // empty or new; PostgreSQL must be able to pass through
	Programs Programs
	Kiosks   int
	// HomeData, if set, is the folder of the township's database in place of
	// one below Dir.
	HomeData string
	// Patience is how long a ring that is late is waited for, so that it has a
	// figure; zero means 10 s.
	Patience time.Duration
}

// County is two hubs and some kiosks under load.
type County struct {
	opt    Options
	home   *hub
	top    *hub
	kiosks []*kiosk
	page   *page // the operator's, at home
	county *page // the supervisor's, at the county
	book   *book

	alive   sync.WaitGroup // pages
	end     context.CancelFunc
	pressed sync.WaitGroup // fingers and the operator's hands
	rest    context.CancelFunc
	hushed  atomic.Bool // no finger is on any key
	deaths  int
}

// hub is one site.
type hub struct {
	*program
	unit view.Unit
	base string
	data string
}

type object = map[string]any

// Start brings everything up, enrols the kiosks, and lets people press.
func Start(ctx context.Context, opt Options) (*County, error) {
	if opt.Patience == 0 {
		opt.Patience = ringWait
	}
	c := &County{opt: opt, book: newBook()}
	life, end := context.WithCancel(context.Background())
	c.end = end
	if err := c.start(ctx, life); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *County) start(ctx, life context.Context) (err error) {
	if c.top, err = c.newHub("county", view.Unit{Code: topCode, Name: "乐安县"}, ""); err != nil {
		return err
	}
	if c.home, err = c.newHub("township", view.Unit{Code: homeCode, Name: "牛田镇"}, c.opt.HomeData); err != nil {
		return err
	}
	for i := range c.opt.Kiosks {
		k, err := c.newKiosk(i)
		if err != nil {
			return err
		}
		c.kiosks = append(c.kiosks, k)
	}
	if err := errors.Join(c.settle(c.top), c.settle(c.home)); err != nil {
		return err
	}
	for _, h := range []*hub{c.top, c.home} {
		if err := h.start(); err != nil {
			return err
		}
	}
	for _, h := range []*hub{c.top, c.home} {
		if _, err := h.await(ctx, startWait); err != nil {
			return err
		}
	}
	if err := c.enrol(ctx); err != nil {
		return err
	}
	c.page = newPage(c.home.base, operator, func(v view.Call, at time.Time) { c.book.saw(v.ID, v.Presses, v.Stored, at) })
	c.county = newPage(c.top.base, watcher, nil)
	for _, p := range []*page{c.page, c.county} {
		c.alive.Go(func() { p.run(life) })
	}
	for _, k := range c.kiosks {
		if err := k.start(); err != nil {
			return err
		}
		if _, err := k.await(ctx, startWait); err != nil {
			return err
		}
	}
	return until(ctx, startWait, "the pages are open and the kiosks have their lines", func() bool {
		for _, k := range c.kiosks {
			if v, err := k.view(ctx); err != nil || !v.Home || !v.County {
				return false
			}
		}
		return c.page.stores() && c.county.live()
	})
}

func (c *County) newHub(name string, unit view.Unit, data string) (*hub, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if data == "" {
		data = filepath.Join(c.opt.Dir, name)
	}
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	config := filepath.Join(c.opt.Dir, name+".json")
	return &hub{unit: unit, base: base, data: data, program: &program{name: name, path: c.opt.Programs.Hub, dir: c.opt.Dir,
		args: []string{"--config", config}, ready: base + "/readyz"}}, nil
}

// settle writes the settings and the seed of a hub.
func (c *County) settle(h *hub) error {
	seed := filepath.Join(c.opt.Dir, h.name+".seed.json")
	people := []object{c.person(admin, "administrator", h.unit)}
	kiosks := []object{}
	settings := object{"unit": h.unit, "listen": h.base[len("http://"):], "public_url": h.base, "data": h.data, "seed": seed,
		"media": object{"mode": "embedded", "node_ip": "127.0.0.1"}}
	if h == c.home {
		settings["parent"] = object{"unit": c.top.unit, "url": c.top.base, "secret": secret}
		people = append(people, c.person(operator, "operator", h.unit))
		for _, k := range c.kiosks {
			kiosks = append(kiosks, object{"id": k.id, "point": k.point, "township": h.unit})
		}
	} else {
		settings["children"] = []object{{"unit": c.home.unit, "secret": secret}}
		people = append(people, c.person(watcher, "supervisor", h.unit))
	}
	return errors.Join(write(seed, object{"people": people, "kiosks": kiosks}),
		write(filepath.Join(c.opt.Dir, h.name+".json"), settings))
}

func (c *County) person(account, role string, unit view.Unit) object {
	return object{"id": unit.Code + "-" + account, "account": account, "password": password, "name": "（虚构）" + account,
		"post": "接线员", "role": role, "unit": unit.Code}
}

func write(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

func (c *County) enrol(ctx context.Context) error {
	a := newPage(c.home.base, admin, nil)
	if err := a.signIn(ctx); err != nil {
		return err
	}
	for _, k := range c.kiosks {
		var code struct {
			Code string `json:"code"`
		}
		if err := a.do(ctx, http.MethodPost, "/api/points/"+k.id+"/enrolment", struct{}{}, &code); err != nil {
			return err
		}
		if err := k.enrol(ctx, c.home.base, code.Code); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends everything; nothing is left running.
func (c *County) Stop() {
	c.Rest()
	c.end()
	c.alive.Wait()
	var all sync.WaitGroup
	for _, k := range c.kiosks {
		all.Go(k.stop)
	}
	all.Wait()
	for _, h := range []*hub{c.home, c.top} {
		if h != nil {
			h.stop()
		}
	}
}

// until waits for something that is seen from outside.
func until(ctx context.Context, patience time.Duration, what string, is func() bool) error {
	limit := time.Now().Add(patience)
	for !is() {
		if time.Now().After(limit) {
			return fmt.Errorf("waited %v in vain until %s", patience, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}
