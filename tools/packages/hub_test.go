package packages

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

// The township of the test; its people are invented.
const (
	township = "361025105"
	point    = "361025105207"
	kiosk    = point + "-1"
	password = "mima-package-2026" // works in this test only
)

// object is a settings file: YAML, and JSON is YAML.
type object = map[string]any

// office is a hub on this machine with people signed in.
type office struct {
	t     *testing.T
	url   string
	admin *people.Hub
	desk  *people.Hub
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

// openOffice builds and starts a hub and signs in an administrator and an
// operator.
func openOffice(t *testing.T, r *root) *office {
	t.Helper()
	dir := filepath.Dir(r.dir) // PostgreSQL's user can enter it
	program := filepath.Join(dir, "hub")
	build := exec.Command("go", "build", "-o", program, "./cmd/hub")
	build.Dir, build.Env = tree(t), append(os.Environ(), "CGO_ENABLED=0")
	output(t, build)
	listen := freePort(t)
	o := &office{t: t, url: "http://" + listen}
	person := func(id, post, role string) object {
		return object{"id": id, "account": id, "password": password, "name": "王（虚构）", "post": post, "role": role, "unit": township}
	}
	write := func(name string, v object) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	seed := write("seed.yaml", object{"people": []object{person("admin", "管理员", "administrator"), person("desk", "接线员", "operator")}})
	config := write("hub.yaml", object{"unit": view.Unit{Code: township, Name: "牛田镇"}, "listen": listen, "public_url": o.url,
		"data": filepath.Join(dir, "hub-data"), "seed": seed, "media": object{"mode": "embedded", "node_ip": "127.0.0.1", "udp_port": 0}})
	log, err := os.Create(filepath.Join(dir, "hub.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--config", config)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		_ = log.Close()
	})
	r.until("the hub is ready", func() error {
		res, err := http.Get(o.url + "/readyz") //nolint:noctx // on this machine
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s", res.Status)
		}
		return nil
	})
	o.admin, o.desk = o.signIn("admin"), o.signIn("desk")
	return o
}

func (o *office) signIn(account string) *people.Hub {
	o.t.Helper()
	h := people.NewHub(o.url)
	if err := h.SignIn(context.Background(), account, password); err != nil {
		o.t.Fatal(err)
	}
	return h
}

// code makes a point and its one-time code.
func (o *office) code() string {
	o.t.Helper()
	var out struct {
		Code string `json:"code"`
	}
	for path, body := range map[string]object{"/api/points": {"point": object{"code": point, "name": "流坑村"}, "kiosk": kiosk}} {
		if err := o.admin.Do(context.Background(), http.MethodPost, path, body, nil); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.admin.Do(context.Background(), http.MethodPost, "/api/points/"+kiosk+"/enrolment", nil, &out); err != nil {
		o.t.Fatal(err)
	}
	return out.Code
}

// calls lists what the operator sees.
func (o *office) calls() []view.Call {
	o.t.Helper()
	var out struct {
		Calls []view.Call `json:"calls"`
	}
	if err := o.desk.Do(context.Background(), http.MethodGet, "/api/calls", nil, &out); err != nil {
		o.t.Fatal(err)
	}
	return out.Calls
}
