package screen

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"huying/terminal/identity"
)

// site is the township of the test; its village is real, its people are not.
const site = "361025105"

// object is a settings file: YAML, and JSON is YAML.
type object = map[string]any

// able says loudly what this machine lacks.
func able(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("the screen is not started in short tests")
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root can lay the browser's policy over this machine's own and become another user")
	}
	for _, program := range []string{"cage", "sway", "grim", "Xwayland", "chromium", "unshare", "setpriv"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed (deploy/setup.sh test installs it)", program)
		}
	}
}

// tree is the folder of the product's sources.
func tree(t *testing.T) string {
	t.Helper()
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	must(t, err)
	return filepath.Dir(strings.TrimSpace(string(mod)))
}

// folders is where the tests' folders are: not in /tmp, of which the session has
// one of its own, and short, for a socket's path has 107 octets at most.
const folders = "/var/tmp"

// built is where program builds, once for all tests, where any user can enter.
var built struct {
	sync.Mutex
	dir string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// program is the terminal, built from the sources.
func program(t *testing.T) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	path := filepath.Join(built.dir, "huying-terminal")
	if built.dir != "" {
		return path
	}
	dir, err := os.MkdirTemp(folders, "huying-screen-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	path = filepath.Join(dir, "huying-terminal")
	build := exec.Command("go", "build", "-o", path, "./cmd/terminal")
	build.Dir, build.Env = tree(t), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	built.dir = dir
	return path
}

// wall is a kiosk with a monitor.
type wall struct {
	*nobody
	terminal string // the program
	page     string // 127.0.0.1:port
	hub      string
	agent    *process
	monitor  *process
	session  *process
	runtime  string
	profile  string
	width    int
	height   int
	lacks    string // path that the session does not have
	args     []string
	last     *picture // that was looked at
}

// hang builds the terminal and gives a kiosk of which nothing runs yet.
func hang(t *testing.T, width, height int) *wall {
	t.Helper()
	able(t)
	t.Parallel() // most of the time is spent waiting
	if _, err := os.Stat(filepath.Join(tree(t), "web/dist/kiosk.html")); err != nil {
		t.Fatal("the pages are not built: make build")
	}
	u := someone(t)
	w := &wall{nobody: u, terminal: program(t), page: "127.0.0.1:0", hub: township(t),
		runtime: u.folder("run"), profile: u.folder("screen"), width: width, height: height}
	t.Cleanup(func() {
		if t.Failed() && w.last != nil {
			w.keep(w.last, "failed_"+t.Name())
		}
	})
	data := u.folder("data")
	_, err := identity.LoadOrCreate(data)
	must(t, err)
	files, _ := filepath.Glob(filepath.Join(data, "*"))
	for _, f := range files {
		must(t, os.Chown(f, u.id, u.id))
	}
	return w
}

// agentUp starts the terminal itself; at its later starts its page has the
// same address.
func (w *wall) agentUp(demo bool) {
	w.t.Helper()
	settings, err := json.Marshal(object{"kiosk": "361025105207-1", "point": "流坑村", "township": "牛田镇",
		"home":     object{"site": site, "url": w.hub, "name": "牛田镇便民服务大厅"},
		"data_dir": filepath.Join(w.dir, "data"), "panel_listen": w.page, "screen": true, "demo_keys": demo,
		"phones": []object{{"label": "牛田镇大厅", "number": "0794-0000001"}}})
	must(w.t, err)
	config := filepath.Join(w.dir, "terminal.yaml")
	must(w.t, os.WriteFile(config, settings, 0o644))
	w.agent = w.start(false, []string{"PATH=/usr/bin:/bin"}, w.terminal, "--config", config, "run")
	w.until("the terminal runs", func() error {
		select {
		case <-w.agent.over:
			w.t.Fatalf("the terminal ended: %s", w.agent.said())
		default:
		}
		if said := w.agent.words("terminal started", "panel"); len(said) > 0 {
			w.page = said[0]
			return nil
		}
		return fmt.Errorf("it says %s", w.agent.said())
	})
}

// environment is what a session has, here and from the unit.
func (w *wall) environment(more ...string) []string {
	return append([]string{"PATH=/usr/bin:/bin", "HOME=" + w.profile, "XDG_RUNTIME_DIR=" + w.runtime, "LANG=C.UTF-8",
		"WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1", "LIBSEAT_BACKEND=noop"}, more...)
}

// glass is the socket of the monitor.
const glass = "wayland-1"

// light switches the monitor on.
func (w *wall) light() {
	w.t.Helper()
	config := filepath.Join(w.dir, "monitor.conf")
	must(w.t, os.WriteFile(config, fmt.Appendf(nil, "output HEADLESS-1 mode --custom %dx%d@60Hz\nxwayland disable\n"+
		"default_border none\nfocus_follows_mouse no\nfor_window [app_id=\".*\"] fullscreen enable\n", w.width, w.height), 0o644))
	w.monitor = w.start(false, w.environment("WLR_BACKENDS=headless"), "/usr/bin/sway", "-c", config)
	w.until("the monitor is lit", func() error { _, err := w.look(); return err })
}

// policy is the package's, for the page's address of this test.
func (w *wall) policy() string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(tree(w.t), "deploy/packages/terminal/chromium.json"))
	must(w.t, err)
	_, port, _ := strings.Cut(w.page, ":")
	path := filepath.Join(w.dir, "policy.json")
	must(w.t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "127.0.0.1:8370", "127.0.0.1:"+port)), 0o644))
	return path
}

// session lays the policy over this machine's, in a name space of its own, and
// becomes the user: policy, lacking path, user, command.
const session = `set -e
mount -t tmpfs -o mode=755 none /etc/chromium
mkdir -p /etc/chromium/policies/managed
cp "$1" /etc/chromium/policies/managed/huying.json
mount -t tmpfs -o mode=1777 none /tmp # as the unit's PrivateTmp
if [ -n "$2" ]; then mount -t tmpfs none "$2"; fi
id=$3
shift 3
exec setpriv --reuid "$id" --regid "$id" --clear-groups --no-new-privs "$@"`

// open starts the session that the unit starts.
func (w *wall) open() {
	w.t.Helper()
	env := append(w.environment("WLR_BACKENDS=wayland", "WAYLAND_DISPLAY="+glass), w.cursors()...)
	args := append([]string{"/usr/bin/unshare", "--mount", "--propagation", "private", "sh", "-c", session, "session",
		w.policy(), w.lacks, fmt.Sprint(w.id), "/usr/bin/cage", "-r", "-r", "--", w.terminal, "screen",
		"--page", "http://" + w.page + "/", "--profile", w.profile, "--", "--ozone-platform=wayland"}, w.args...)
	w.session = w.start(true, env, args...)
}

// close ends the session as systemd does: all of it.
func (w *wall) close() {
	w.t.Helper()
	w.session.end(syscall.SIGTERM)
	w.until("the session is gone", func() error {
		left := append(w.own("chromium"), w.own("screen", "--page")...)
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if len(left) > 0 {
			return fmt.Errorf("%v are left", left)
		}
		return nil
	})
}

// browser is the pid of Chromium's first process.
func (w *wall) browser() int {
	w.t.Helper()
	var pid int
	w.until("there is a browser", func() error {
		said := w.session.words("browser started", "pid")
		if len(said) == 0 {
			return fmt.Errorf("none was started: %s", w.session.said())
		}
		var n float64
		_, err := fmt.Sscan(said[len(said)-1], &n)
		pid = int(n)
		return err
	})
	return pid
}

// kinds lists Chromium's processes of a kind.
func (w *wall) kinds(kind string) []int { return w.own("chromium", "--type="+kind) }

// took says how long something took, for the report.
func took(t *testing.T, what string, since time.Time) {
	t.Helper()
	t.Logf("took: %s: %v", what, time.Since(since).Round(10*time.Millisecond))
}
