package packages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// deb is the package of an architecture, built now.
func deb(t *testing.T, arch string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(tree(t), "bin", "packages", "huying-terminal_*_"+arch+".deb"))
	if err != nil || len(found) == 0 {
		t.Fatalf("there is no package for %s: make packages builds them (%v)", arch, err)
	}
	return found[len(found)-1]
}

// Both packages hold programs of their architecture that need no library.
func TestPackagesHoldStaticPrograms(t *testing.T) {
	able(t)
	for arch, machine := range map[string]string{"amd64": "Advanced Micro Devices X86-64", "arm64": "AArch64"} {
		dir := t.TempDir()
		output(t, exec.Command("dpkg-deb", "--extract", deb(t, arch), dir))
		for _, program := range []string{"terminal", "terminal-voice"} {
			said := output(t, exec.Command("readelf", "--file-header", "--program-headers", filepath.Join(dir, "usr/lib/huying", program)))
			if !strings.Contains(said, machine) || strings.Contains(said, "INTERP") {
				t.Errorf("%s of %s is not a static program for it:\n%s", program, arch, said)
			}
		}
	}
}

// An electrician's day: install, enrol, press; the power goes and comes;
// remove, purge.
func TestThePackageOnACleanDebian(t *testing.T) {
	able(t)
	r := clean(t)
	office := openOffice(t, r)
	output(t, exec.Command("cp", deb(t, runtime.GOARCH), r.path("/tmp/huying-terminal.deb")))
	r.run("dpkg", "--install", "/tmp/huying-terminal.deb")
	r.installed()

	page := freePort(t)
	r.write("/etc/huying/terminal.yaml", fmt.Sprintf("panel_listen: %s\ndemo_keys: true\nphones: [{label: 大厅, number: \"0794-0000001\"}]\n", page))
	// So the first start of the service leaves its folder: before enrolment.
	r.run("install", "-d", "-m", "700", "-o", "huying-terminal", "-g", "huying-terminal", "/var/lib/huying-terminal")
	r.run("huying-terminal", "enrol", "--hub", office.url, "--code", office.code())

	m := r.boot()
	m.until("the terminal has its line", func() error { return m.shows(page, `"home":true`) })
	press(t, page)
	m.until("the press rings", func() error {
		if c := office.calls(); len(c) != 1 || c[0].Kiosk != kiosk || c[0].Phase != "ringing" || !c[0].Stored {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
	if out := m.do("journalctl", "-u", "huying-terminal", "-o", "cat"); !strings.Contains(out, `"msg":"press"`) {
		t.Errorf("the log has no press:\n%s", out)
	}
	m.do("systemctl", "kill", "--signal=KILL", "huying-terminal")
	m.until("systemd starts it anew, and it knows its call", func() error { return m.shows(page, `"state":"received"`) })
	if c := office.calls(); len(c) != 1 || c[0].Presses != 1 {
		t.Errorf("after the kill there are %+v", c)
	}
	if state, err := m.inside("huying-terminal", "state", "--page", "http://"+page+"/"); err != nil || strings.TrimSpace(state) != "received" {
		t.Errorf("an upgrade would see %q (%v)", state, err)
	}
	m.hardened()

	m.do("dpkg", "--remove", "huying-terminal")
	if out, err := m.inside("systemctl", "is-active", "huying-terminal"); err == nil {
		t.Errorf("removed, and still %s", out)
	}
	if out := m.do("ls", "/var/lib/huying-terminal"); !strings.Contains(out, "journal") {
		t.Errorf("the journal went with the program: %s", out)
	}
	m.do("dpkg", "--purge", "huying-terminal")
	if out, err := m.inside("ls", "/var/lib/huying-terminal"); err == nil {
		t.Errorf("purged, and still there: %s", out)
	}
}

// installed checks users, modes and units before anything runs.
func (r *root) installed() {
	r.t.Helper()
	for path, want := range map[string]string{
		"/etc/huying/terminal.yaml":                       "640 root huying-terminal",
		"/usr/lib/huying/terminal":                        "755 root root",
		"/lib/udev/rules.d/60-huying-terminal.rules":      "644 root root",
		"/etc/chromium/policies/managed/huying.json":      "644 root root",
		"/usr/share/doc/huying-terminal/install.zh-CN.md": "644 root root",
	} {
		if got := r.owner(path); got != want {
			r.t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	for _, group := range []string{"gpio", "dialout", "input", "audio"} {
		if out := r.run("getent", "group", group); out == "" {
			r.t.Errorf("there is no group %s", group)
		}
	}
	if !json.Valid([]byte(r.read("/etc/chromium/policies/managed/huying.json"))) {
		r.t.Error("the browser's policy is not JSON")
	}
	// cage is suggested, not needed: its unit is checked as far as it goes.
	r.run("systemd-analyze", "verify", "--man=no", "/lib/systemd/system/huying-terminal.service")
	r.run("udevadm", "--version")
	if out := r.run("huying-terminal", "version"); !strings.Contains(out, "huying terminal") {
		r.t.Errorf("it says %q", out)
	}
	if out := r.run("huying-terminal", "prompts", "list"); !strings.Contains(out, "红键") {
		r.t.Errorf("it has no prompts: %q", out)
	}
}

// exposure is what systemd-analyze may count at most, of 10; a service without
// any hardening has 9.6.
const exposure = "25" // 2.5

// hardened checks that the terminal runs as its user and that systemd thinks
// well of its unit.
func (m *machine) hardened() {
	m.t.Helper()
	pid := strings.TrimSpace(m.do("systemctl", "show", "--property=MainPID", "--value", "huying-terminal"))
	if out := m.do("stat", "-c", "%U", "/proc/"+pid); strings.TrimSpace(out) != "huying-terminal" {
		m.t.Errorf("it runs as %q", out)
	}
	if out, err := m.inside("systemd-analyze", "security", "--threshold="+exposure, "--no-pager", "huying-terminal.service"); err != nil {
		m.t.Errorf("systemd finds it exposed: %s", out[max(0, len(out)-400):])
	}
}

// shows looks whether the page's present view has a word in it.
func (m *machine) shows(page, want string) error {
	out, err := m.inside("timeout", "3", "bash", "-c",
		fmt.Sprintf(`exec 3<>/dev/tcp/%s && printf 'GET /api/panel HTTP/1.0\r\nHost: %s\r\n\r\n' >&3 && grep -m1 '^data:' <&3`,
			strings.Replace(page, ":", "/", 1), page))
	if err != nil || !strings.Contains(out, want) {
		return fmt.Errorf("it shows %.200q (%v)", out, err)
	}
	return nil
}

// press is a finger on the page's red key.
func press(t *testing.T, page string) {
	t.Helper()
	for _, down := range []bool{true, false} {
		body, _ := json.Marshal(object{"key": "urgent", "down": down})
		req, err := http.NewRequest(http.MethodPost, "http://"+page+"/api/key", bytes.NewReader(body)) //nolint:noctx // on this machine
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", "http://"+page)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			t.Fatalf("the key: %s", res.Status)
		}
	}
}
