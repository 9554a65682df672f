package screen

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dropIn is all that differs from the wall: no console and no monitor, cage's
// own headless one instead.
const dropIn = `[Unit]
ConditionPathExists=
Wants=
Wants=dbus.socket systemd-logind.service systemd-user-sessions.service
[Service]
ExecStartPre=
ExecStart=
ExecStart=/usr/bin/cage -r -r -- /usr/bin/huying-terminal screen --page http://%s/ -- --ozone-platform=wayland
TTYPath=
TTYReset=no
TTYVHangup=no
TTYVTDisallocate=no
StandardInput=null
UtmpIdentifier=
Environment=WLR_BACKENDS=headless WLR_RENDERER=pixman LIBSEAT_BACKEND=noop
`

// machine is this machine's own files under a systemd of their own, which
// starts the screen's unit and what that needs, and nothing else. What it
// writes is in memory.
type machine struct {
	*wall
	nspawn *process
	init   string
}

// boot starts the unit as it is in the package.
func (w *wall) boot() *machine {
	w.t.Helper()
	for _, program := range []string{"systemd-nspawn", "/lib/systemd/systemd", "dbus-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			w.t.Skipf("SKIPPED: %s is not installed (deploy/setup.sh test installs it)", program)
		}
	}
	memory, root := filepath.Join(w.dir, "memory"), filepath.Join(w.dir, "root")
	for _, dir := range []string{memory, root} {
		must(w.t, os.MkdirAll(dir, 0o755))
	}
	w.mount(memory, "-t", "tmpfs", "none")
	for _, dir := range []string{"up", "work"} {
		must(w.t, os.Mkdir(filepath.Join(memory, dir), 0o755))
	}
	w.mount(root, "-t", "overlay", "none", "-o", fmt.Sprintf("lowerdir=/,upperdir=%s/up,workdir=%s/work", memory, memory))
	given := filepath.Join(tree(w.t), "deploy/packages/terminal")
	drop := filepath.Join(w.dir, "drop-in")
	must(w.t, os.WriteFile(drop, fmt.Appendf(nil, dropIn, w.page), 0o644))
	args := []string{"/usr/bin/systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--directory=" + root,
		"--machine=huying-screen", "--boot"}
	for from, to := range map[string]string{
		filepath.Join(given, "huying-screen.service"): "/lib/systemd/system/huying-screen.service",
		filepath.Join(given, "cursors"):               "/usr/share/huying/cursors",
		w.terminal:                                    "/usr/bin/huying-terminal",
		w.policy():                                    "/etc/chromium/policies/managed/huying.json",
		drop:                                          "/etc/systemd/system/huying-screen.service.d/wall.conf",
	} {
		args = append(args, "--bind-ro="+from+":"+to)
	}
	// The user and groups are made before, as they are when the package is installed.
	users := filepath.Join(root, "usr/lib/sysusers.d/huying-terminal.conf")
	text, err := os.ReadFile(filepath.Join(given, "huying-terminal.sysusers"))
	must(w.t, err)
	must(w.t, os.WriteFile(users, text, 0o644))
	if out, err := exec.Command("systemd-sysusers", "--root="+root).CombinedOutput(); err != nil {
		w.t.Fatalf("users: %v\n%s", err, out)
	}
	m := &machine{wall: w}
	m.nspawn = w.start(true, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, append(args, "systemd.unit=huying-screen.service")...)
	w.t.Cleanup(func() {
		if w.t.Failed() {
			out, _ := m.inside("journalctl", "-b", "-o", "short", "--no-pager", "-t", "huying-screen", "-t", "systemd", "-n", "60")
			w.t.Log(out)
		}
		m.kill()
	})
	w.until("systemd runs", func() error {
		pid := m.nspawn.cmd.Process.Pid
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if err != nil || len(strings.Fields(string(data))) == 0 {
			return fmt.Errorf("it has no process: %v %s", err, m.nspawn.said())
		}
		m.init = strings.Fields(string(data))[0]
		_, err = m.inside("systemctl", "is-system-running")
		if out, _ := m.inside("systemctl", "is-active", "huying-screen"); strings.TrimSpace(out) != "active" {
			return fmt.Errorf("the screen is %q (%v)", out, err)
		}
		return nil
	})
	return m
}

func (w *wall) mount(at string, args ...string) {
	w.t.Helper()
	if out, err := exec.Command("mount", append(args, at)...).CombinedOutput(); err != nil {
		w.t.Skipf("SKIPPED: this machine's files cannot be laid under another system's: %s", out)
	}
	w.t.Cleanup(func() { _ = exec.Command("umount", "--lazy", at).Run() })
}

// kill ends the machine; its first process takes all others with it.
func (m *machine) kill() {
	var pid int
	if _, err := fmt.Sscan(m.init, &pid); err == nil {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	m.nspawn.end(syscall.SIGKILL)
}

// inside runs a command in the machine and gives what it says.
func (m *machine) inside(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nsenter", append([]string{"--target", m.init, "--all", "--"}, args...)...).Output()
	return string(out), err
}

// look reads cage's own monitor, which knows that it is turned.
func (m *machine) look() (*picture, error) {
	out, err := m.inside("sh", "-c", `exec runuser -u huying-screen -- env XDG_RUNTIME_DIR=/run/user/$(id -u huying-screen) `+
		`WAYLAND_DISPLAY=wayland-0 timeout 20 grim -c -l 1 -`)
	if err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader([]byte(out)))
	if err != nil {
		return nil, err
	}
	return straight(img), nil
}

// sees waits for the idle page.
func (m *machine) sees(what string) *picture {
	m.t.Helper()
	m.until(what, func() (err error) {
		if m.last, err = m.look(); err != nil {
			return err
		}
		return m.idle(m.last)
	})
	return m.last
}

// session lists the processes of the screen's user with a word in their name.
func (m *machine) session(word string) []string {
	out, _ := m.inside("pgrep", "-u", "huying-screen", "-f", word)
	return strings.Fields(out)
}

// TestTheUnitUnderSystemd: with its user, its session and all that it forbids
// itself; and again after the compositor was killed.
func TestTheUnitUnderSystemd(t *testing.T) {
	w := hang(t, 1280, 720) // cage's headless monitor
	w.agentUp(false)
	m := w.boot()
	began := time.Now()
	m.keep(m.sees("the page comes"), t.Name())
	took(t, "from systemd to the page", began)
	if odd := m.session("no-sandbox"); len(odd) > 0 {
		t.Error("Chromium runs without its sandbox")
	}

	old := m.session("^/usr/bin/huying-terminal screen --page")
	if _, err := m.inside("pkill", "-KILL", "-x", "cage"); err != nil {
		t.Fatal("there is no cage to be killed: ", err)
	}
	began = time.Now()
	m.until("another session, and nothing of the old one", func() error {
		now := m.session("^/usr/bin/huying-terminal screen --page")
		if len(now) != 1 || strings.Join(now, " ") == strings.Join(old, " ") {
			return fmt.Errorf("there are %v, there were %v", now, old)
		}
		return nil
	})
	m.sees("the page is back")
	took(t, "back after the compositor was killed", began)
}
