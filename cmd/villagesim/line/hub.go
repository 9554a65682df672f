package line

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"huying/cmd/villagesim/line/netspace"
	"huying/cmd/villagesim/people"
	"huying/hub/view"
)

// The county of the trials; its people are invented.
var (
	countyUnit   = view.Unit{Code: "361025", Name: "乐安县"}
	townshipUnit = view.Unit{Code: "361025105", Name: "牛田镇"}
)

// Seat is an account at each site for somebody who is not there by himself, a
// browser for instance; Password opens it. Both work in these trials only.
const (
	Seat     = "seat"
	Password = "mima-line-2026"
)

const (
	password  = Password
	secret    = "a-secret-of-two-hubs-on-a-bad-line"
	hubPort   = "8080"
	startWait = 90 * time.Second // the first start makes a database
)

// object is a settings file: YAML, and JSON is YAML.
type object = map[string]any

func write(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// site is a hub on its machine.
type site struct {
	unit    view.Unit
	space   *netspace.Space
	folder  string
	program string
	parent  *site
	below   *site
	proc    *process
}

func (s *site) url() string { return "http://" + s.space.Addr.String() + ":" + hubPort }

// settle writes settings, people and points.
func (s *site) settle(kiosks []*village) error {
	if err := os.MkdirAll(s.folder, 0o755); err != nil { // PostgreSQL's user passes through
		return err
	}
	seed := filepath.Join(s.folder, "seed.yaml")
	settings := object{"unit": s.unit, "listen": s.space.Addr.String() + ":" + hubPort, "public_url": s.url(),
		"data": s.folder, "seed": seed, "media": object{"mode": "embedded", "node_ip": s.space.Addr.String()}}
	desk := object{"id": "desk-" + s.unit.Code, "account": "desk", "password": password, "name": "王（虚构）", "unit": s.unit.Code}
	if s.parent != nil {
		settings["parent"] = object{"unit": s.parent.unit, "url": s.parent.url(), "secret": secret}
		desk["post"], desk["role"] = "接线员", "operator"
	} else {
		settings["children"] = []object{{"unit": s.below.unit, "secret": secret}}
		desk["post"], desk["role"] = "值班员", "supervisor"
	}
	admin := object{"id": "admin-" + s.unit.Code, "account": "admin", "password": password, "name": "周（虚构）",
		"post": "管理员", "role": "administrator", "unit": s.unit.Code}
	points := []object{}
	for _, k := range kiosks {
		if s.parent != nil {
			points = append(points, object{"id": k.id, "point": k.point, "township": s.unit})
		}
	}
	seat := maps.Clone(desk)
	seat["id"], seat["account"], seat["name"] = "seat-"+s.unit.Code, Seat, "刘（虚构）"
	if err := write(seed, object{"people": []object{desk, seat, admin}, "kiosks": points}); err != nil {
		return err
	}
	return write(s.config(), settings)
}

func (s *site) config() string { return filepath.Join(s.folder, "hub.yaml") }

func (s *site) start() (err error) {
	s.proc, err = spawn(s.space, s.folder+".log", s.program, "--config", s.config())
	return err
}

// ready waits until the hub says that it is.
func (s *site) ready(ctx context.Context) error {
	client := s.space.Client(2 * time.Second)
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url()+"/readyz", nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.proc.done:
			return fmt.Errorf("line: hub of %s ended: %w", s.unit.Name, s.proc.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("line: hub of %s is not ready: %w: %w", s.unit.Name, ctx.Err(), s.proc.lastWords())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// browser is one on the hub's own machine: what is tested is the line of the
// kiosks and between the hubs.
func (s *site) browser() *people.Hub { return people.NewHubFrom(s.url(), s.space.Dial) }
