package machine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"huying/cmd/villagesim/people"
	"huying/hub/view"
)

// The township of the trial; its people are invented.
const (
	township = "361025105"
	point    = "361025105207"
	kiosk    = point + "-1"
	password = "mima-machine-2026" // works in this trial only
	inside   = "10.0.2.100:8080"   // where the machine finds the hub
)

// hub is a real one on this machine.
type hub struct {
	t       *testing.T
	dir     string
	listen  string
	program string
	config  string
	cmd     *exec.Cmd
	ended   chan struct{}
	admin   *people.Hub
	desk    *people.Hub
	screen  *screen
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// newHub builds a hub and writes its settings into a folder that
// PostgreSQL's user can enter.
func newHub(t *testing.T, dir string) *hub {
	t.Helper()
	h := &hub{t: t, dir: dir, listen: freePort(t), program: filepath.Join(dir, "hub")}
	build := exec.Command("go", "build", "-o", h.program, "huying/cmd/hub")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	output(t, build)
	person := func(id, post, role string) object {
		return object{"id": id, "account": id, "password": password, "name": "王（虚构）", "post": post, "role": role, "unit": township}
	}
	seed := h.write("seed.yaml", object{"people": []object{person("admin", "管理员", "administrator"), person("desk", "接线员", "operator")}})
	h.config = h.write("hub.yaml", object{"unit": view.Unit{Code: township, Name: "牛田镇"}, "listen": h.listen,
		"public_url": "http://" + inside, "origins": []string{"http://" + h.listen}, "data": filepath.Join(dir, "hub-data"), "seed": seed,
		"media": object{"mode": "embedded", "node_ip": "127.0.0.1", "udp_port": 0}})
	h.admin, h.desk = people.NewHub("http://"+h.listen), people.NewHub("http://"+h.listen)
	t.Cleanup(h.stop)
	return h
}

// object is JSON, which YAML contains.
type object = map[string]any

func (h *hub) write(name string, v object) string {
	h.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		h.t.Fatal(err)
	}
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}

// start runs the hub and seats an operator before a screen.
func (h *hub) start() {
	h.t.Helper()
	log, err := os.OpenFile(filepath.Join(h.dir, "hub.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		h.t.Fatal(err)
	}
	defer log.Close()
	h.cmd, h.ended = exec.Command(h.program, "--config", h.config), make(chan struct{})
	h.cmd.Stdout, h.cmd.Stderr = log, log
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan struct{}) { _ = cmd.Wait(); close(ended) }(h.cmd, h.ended)
	until(h.t, "the hub is ready", func() error {
		res, err := http.Get("http://" + h.listen + "/readyz") //nolint:noctx // on this machine
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s", res.Status)
		}
		return nil
	})
	for account, at := range map[string]*people.Hub{"admin": h.admin, "desk": h.desk} {
		if err := at.SignIn(context.Background(), account, password); err != nil {
			h.t.Fatal(err)
		}
	}
	h.screen = look(h.t, h.desk)
}

// stop ends the hub, as a power cut of the township's would not: whatever it
// acknowledged it has stored.
func (h *hub) stop() {
	if h.cmd == nil {
		return
	}
	if h.screen != nil {
		h.screen.close()
	}
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	<-h.ended
	h.cmd = nil
}

// code makes the point and its one-time code.
func (h *hub) code() string {
	h.t.Helper()
	var out struct {
		Code string `json:"code"`
	}
	h.ask(h.admin, http.MethodPost, "/api/points", object{"point": object{"code": point, "name": "流坑村"}, "kiosk": kiosk}, nil)
	h.ask(h.admin, http.MethodPost, "/api/points/"+kiosk+"/enrolment", nil, &out)
	return out.Code
}

// life is what the hub knows of the kiosk's health.
func (h *hub) life() view.PointLife {
	h.t.Helper()
	var l view.PointLife
	h.ask(h.admin, http.MethodGet, "/api/health/points/"+kiosk, nil, &l)
	return l
}

func (h *hub) ask(who *people.Hub, method, path string, in, out any) {
	h.t.Helper()
	if err := who.Do(context.Background(), method, path, in, out); err != nil {
		h.t.Fatal(err)
	}
}

// settle answers a call and writes down that somebody went there: nobody
// speaks in this trial.
func (h *hub) settle(id string) {
	h.t.Helper()
	path := "/api/calls/" + id
	h.ask(h.desk, http.MethodPost, path+"/answer", nil, nil)
	h.screen.await("the kiosk grants the talk", id, func(c view.Call) bool { return c.Phase == view.Talking })
	h.ask(h.desk, http.MethodPost, path+"/attended", object{"who": "李（虚构）", "note": "试验"}, nil)
	h.screen.await("somebody was there", id, func(c view.Call) bool { return c.AttendedBy != "" })
	h.ask(h.desk, http.MethodPost, path+"/hang-up", nil, nil)
	h.screen.await("the talk is over", id, func(c view.Call) bool { return c.Phase == view.WrapUp })
	h.ask(h.desk, http.MethodPost, path+"/close", object{"disposition": "advice", "note": "试验"}, nil)
	h.screen.await("the call is closed", id, func(c view.Call) bool { return c.Phase == view.Closed })
}
