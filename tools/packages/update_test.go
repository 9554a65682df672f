package packages

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
	"huying/terminal/update"
)

// full adds trials: a release that does not start, one that comes up and does
// not reach its hub, and a power cut while dpkg works.
var full = flag.Bool("full", false, "all trials of updates")

// trialTime is what a new program has here to prove itself; a kiosk gives it
// five minutes.
const trialTime = "15s"

// updater is a kiosk in a machine, its hub, and releases for it.
type updater struct {
	*machine
	office *office
	page   string
	*printer
	finger *finger
}

// TestAnUpdateFromTheDesk moves a kiosk from release to release through its
// real hub, while somebody presses its key.
func TestAnUpdateFromTheDesk(t *testing.T) {
	able(t)
	r := clean(t)
	base := deb(t, runtime.GOARCH)
	u := &updater{office: openOffice(t, r), page: freePort(t), printer: newPrinter(t, base)}
	output(t, exec.Command("cp", base, r.path("/tmp/huying-terminal.deb")))
	r.run("dpkg", "--install", "/tmp/huying-terminal.deb")
	r.write("/etc/huying/terminal.yaml", fmt.Sprintf("panel_listen: %s\ndemo_keys: true\nrating: false\nupdate_settle: 2s\nupdate_rate: 1000000\n", u.page))
	r.write("/etc/huying/release.pub", string(u.public))
	r.run("mkdir", "/etc/systemd/system/huying-update.service.d")
	r.write("/etc/systemd/system/huying-update.service.d/test.conf", "[Service]\nEnvironment=HUYING_UPDATE_PATIENCE="+trialTime+"\n")
	r.run("install", "-d", "-m", "700", "-o", "huying-terminal", "-g", "huying-terminal", "/var/lib/huying-terminal")
	r.run("huying-terminal", "enrol", "--hub", u.office.url, "--code", u.office.code())
	u.machine = r.boot()
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := exec.Command("journalctl", "--directory", r.path("/var/log/journal"), "--no-pager", "-o", "short-monotonic", "-n", "400").CombinedOutput()
			t.Log(string(out))
		}
	})
	u.until("the terminal has its line", func() error { return u.shows(u.page, `"home":true`) })

	u.waitsForACall()
	u.finger = newFinger(t, u.page, u.office)
	u.dies()
	if *full {
		u.doesNotStart()
		u.findsNoLine()
		u.powerCut()
	}
	u.finger.rest()
	u.refusals()
	f := u.finger
	if f.ended != nil || f.made != f.rung || f.made < 1 {
		t.Errorf("%d presses, %d rang (%v)", f.made, f.rung, f.ended)
	}
	t.Logf("trials: %d presses in %d updates, 6 requests refused by root", f.made, map[bool]int{false: 2, true: 5}[*full])
	t.Logf("worst: a press noticed after %d ms", f.deaf.Milliseconds())
}

// phase waits until the hub's page shows a phase of the kiosk.
func (u *updater) phase(want string) updated {
	u.machine.t.Helper()
	var k updated
	u.until("the hub shows "+want, func() error {
		if k = u.office.updated(); k.Phase != want || !k.Online {
			return fmt.Errorf("%+v", k)
		}
		return nil
	})
	return k
}

// is checks what is installed, and what runs says of itself.
func (u *updater) is(version string) {
	u.machine.t.Helper()
	out := u.do("dpkg-query", "--show", "--showformat=${db:Status-Abbrev} ${Version}", "huying-terminal")
	if strings.Join(strings.Fields(out), " ") != "ii "+version {
		u.machine.t.Errorf("installed is %q, want %s", out, version)
	}
	u.until("the hub hears "+version, func() error {
		if k := u.office.updated(); k.Version != version {
			return fmt.Errorf("%+v", k)
		}
		return nil
	})
}

// waitsForACall offers a release in the middle of a call.
func (u *updater) waitsForACall() {
	t := u.machine.t
	t.Helper()
	began := u.started()
	if err := errors.Join(key(u.page, true), key(u.page, false)); err != nil {
		t.Fatal(err)
	}
	u.until("the press rings", func() error {
		if len(u.office.calls()) != 1 {
			return fmt.Errorf("%+v", u.office.calls())
		}
		return nil
	})
	u.office.publish(u.release("9.77.01"))
	u.until("the kiosk knows of the release and does not fetch it", func() error {
		out := u.do("journalctl", "-u", "huying-terminal", "-o", "cat")
		if !strings.Contains(out, `"decision":"accepted"`) {
			return fmt.Errorf("not yet")
		}
		return nil
	})
	// Three looks around later, still nothing: the call holds it up.
	until := time.Now().Add(6 * time.Second)
	u.until("time passes", func() error {
		if _, err := u.inside("test", "-e", "/var/lib/huying-terminal/update/package"); err == nil {
			t.Error("fetched during a call")
		}
		if time.Now().Before(until) {
			return fmt.Errorf("not yet")
		}
		return nil
	})
	if u.started() != began {
		t.Error("restarted during a call")
	}
	u.until("the call is over", func() error { _, err := u.office.endCall(); return err })
	u.phase("installed")
	u.is("9.77.01")
	if out := u.do("grep", "rating", "/etc/huying/terminal.yaml"); !strings.Contains(out, "false") {
		t.Errorf("the settings are now %q", out)
	}
}

// started is when systemd last started the terminal.
func (u *updater) started() string {
	return u.do("systemctl", "show", "--property=ExecMainStartTimestampMonotonic", "--value", "huying-terminal")
}

// dies offers a release whose program starts for everything but its work.
func (u *updater) dies() {
	t := u.machine.t
	t.Helper()
	u.office.publish(u.release("9.77.02", works("9.77.02", "exit 1")))
	if k := u.phase("rolled_back"); !strings.Contains(k.Error, "反复退出") {
		t.Errorf("the hub shows %+v", k)
	}
	u.is("9.77.01")
}

// doesNotStart offers a release whose program does not start at all: nothing is
// installed, nothing is restarted.
func (u *updater) doesNotStart() {
	t := u.machine.t
	t.Helper()
	began := u.started()
	u.office.publish(u.release("9.77.03", runs("exit 1")))
	if k := u.phase("refused"); !strings.Contains(k.Error, "试着启动") {
		t.Errorf("the hub shows %+v", k)
	}
	u.is("9.77.01")
	if u.started() != began {
		t.Error("the terminal was restarted")
	}
}

// findsNoLine offers a release that works but for the line, which was up.
func (u *updater) findsNoLine() {
	t := u.machine.t
	t.Helper()
	u.office.publish(u.release("9.77.04", works("9.77.04", `HUYING_TERMINAL_HOME_URL=ws://127.0.0.1:9 exec $real "$@"`)))
	if k := u.phase("rolled_back"); !strings.Contains(k.Error, "连不上") {
		t.Errorf("the hub shows %+v", k)
	}
	u.is("9.77.01")
}

// powerCut ends the machine while dpkg configures the new release.
func (u *updater) powerCut() {
	u.machine.t.Helper()
	u.write("/var/lib/hold", "")
	u.office.publish(u.release("9.77.05", configures("touch /var/lib/held; while [ -e /var/lib/hold ]; do sleep 1; done")))
	u.until("dpkg is at work", func() error { _, err := u.inside("test", "-e", "/var/lib/held"); return err })
	u.kill()
	u.root.run("rm", "/var/lib/hold")
	if out := u.root.run("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", "huying-terminal"); strings.TrimSpace(out) == "ii" {
		u.machine.t.Errorf("dpkg was not interrupted: %q", out)
	}
	u.machine = u.root.boot()
	u.phase("installed")
	u.is("9.77.05")
}

// refusals lays requests before root that the kiosk's program, broken into,
// might make.
func (u *updater) refusals() {
	u.machine.t.Helper()
	u.do("systemctl", "stop", "huying-terminal") // it would tidy up
	good := u.release("9.77.20")
	forged := good
	forged.Sig = append([]byte{good.Sig[0] ^ 1}, good.Sig[1:]...)
	older := u.release("0.00.01")
	other := u.release("9.77.21", named("huying-other"))
	mislabelled := good
	stranger := *u.printer
	_, stranger.private, _ = ed25519.GenerateKey(nil)
	foreign := stranger.release("9.77.22")
	for i, c := range []struct {
		what string
		m    made
		deb  string
		says string
	}{
		{"a signature that is altered", forged, good.deb, "发布密钥"},
		{"another's signature", foreign, foreign.deb, "发布密钥"},
		{"an older release", older, older.deb, "不能降级"},
		{"another package", other, other.deb, "huying-other"},
		{"a package that was swapped", mislabelled, older.deb, "不一致"},
		{"a link to what only root may read", good, "", "没有安装包"},
	} {
		id := fmt.Sprintf("%s-%d", c.what[:1], i)
		u.request(id, c.m.Manifest, c.deb)
		var o update.Outcome
		u.until("root answers to "+c.what, func() error {
			_ = json.Unmarshal([]byte(u.read("/var/lib/huying-update/outcome.json")), &o)
			if o.ID != id || o.Phase == wire.Installing {
				return fmt.Errorf("%+v", o)
			}
			return nil
		})
		if o.Phase != wire.Refused || !strings.Contains(o.Error, c.says) {
			u.machine.t.Errorf("%s: %+v", c.what, o)
		}
	}
	if out := u.do("dpkg-query", "--show", "--showformat=${Version}", "huying-terminal"); !strings.HasPrefix(out, "9.77.0") {
		u.machine.t.Errorf("installed is %s", out)
	}
}

// request lays a package and a request where the terminal would.
func (u *updater) request(id string, m release.Manifest, deb string) {
	t := u.machine.t
	t.Helper()
	dir := "/var/lib/huying-terminal/update"
	u.do("mkdir", "-p", dir)
	to := u.path(filepath.Join(dir, update.PackageFile))
	if deb == "" {
		u.do("ln", "-sf", "/etc/shadow", filepath.Join(dir, update.PackageFile))
	} else {
		output(t, exec.Command("cp", "--remove-destination", deb, to))
	}
	data, err := json.Marshal(update.Request{ID: id, Release: m})
	if err != nil {
		t.Fatal(err)
	}
	u.write(filepath.Join(dir, "request.new"), string(data))
	u.do("mv", filepath.Join(dir, "request.new"), filepath.Join(dir, update.RequestFile))
}
