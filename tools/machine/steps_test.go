package machine_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"huying/hub/view"
)

// The USB button, as QEMU's keyboard calls itself, and the key that is used.
const (
	button = "button"
	usbKey = "spc"
)

// start switches the machine on and plugs in what is wired to it.
func (k *trial) start() {
	k.t.Helper()
	k.on()
	k.boots++
	k.slowBoot = max(k.slowBoot, k.booted)
	k.plugBoard()
	if err := k.Button(button); err != nil {
		k.t.Fatal(err)
	}
}

// online waits until the hub has the kiosk on its line without a fault.
func (k *trial) online() {
	k.t.Helper()
	until(k.t, "the kiosk is on the line and well", func() error {
		if up, err := k.metric(`line_up{site="` + township + `"}`); err != nil || up != "1" {
			return fmt.Errorf("line up %q (%v)", up, err)
		}
		if n, err := k.metric("faults"); err != nil || n != "0" {
			return fmt.Errorf("%s faults (%v): %+v", n, err, k.hub.life().Faults)
		}
		return nil
	})
}

// metric reads one of the terminal's figures; empty if it is not there.
func (k *trial) metric(name string) (string, error) {
	out, err := k.try(`exec 3<>/dev/tcp/127.0.0.1/9100; printf 'GET /metrics HTTP/1.0\r\nHost: 127.0.0.1:9100\r\n\r\n' >&3; cat <&3`)
	for line := range strings.Lines(out) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "huying_terminal_"+name+" "); ok {
			return value, err
		}
	}
	return "", err
}

// install goes the electrician's way: package, probe, settings, enrolment.
func (k *trial) install() {
	k.hub.start()
	k.start()
	k.before = k.files()
	info, err := os.Stat(k.parts.Package)
	if err != nil {
		k.t.Fatal(err)
	}
	k.sh(fmt.Sprintf("head -c %d /dev/vdb > /tmp/huying-terminal.deb; dpkg --install /tmp/huying-terminal.deb; rm /tmp/huying-terminal.deb", info.Size()))
	k.sh("systemctl stop huying-terminal") // only one program reads a key
	k.sh("huying-terminal probe > /run/probe 2>&1 & echo $! > /run/probe.pid")
	until(k.t, "probe asks for the keys", func() error {
		_, err := k.try("grep 请按一下红键 /run/probe")
		return err
	})
	for _, line := range []string{"KEY_RED", "KEY_GREEN"} {
		k.press(line, 1)
	}
	gpio := ""
	until(k.t, "probe knows the keys", func() error {
		gpio, err = k.try("grep '^gpio:' /run/probe")
		return err
	})
	k.sh("kill -INT $(cat /run/probe.pid); while [ -d /proc/$(cat /run/probe.pid) ]; do sleep 0.1; done")
	listed := k.sh("cat /run/probe")
	device := ""
	for word := range strings.FieldsSeq(listed) {
		if strings.HasPrefix(word, "/dev/input/by-id/") {
			device = word
		}
	}
	if !strings.Contains(listed, chip) || !strings.Contains(listed, "LAMP_GREEN") || device == "" {
		k.t.Fatalf("probe does not name what there is:\n%s", listed)
	}
	k.write("/etc/huying/terminal.yaml", gpio+fmt.Sprintf(`
evdev: [{ device: %s, green: KEY_SPACE }]
lamps: { red: LAMP_RED, green: LAMP_GREEN, line: LAMP_LINE, buzzer: BUZZER }
rating: false
metrics_listen: 127.0.0.1:9100
phones: [{ label: 大厅, number: "0794-0000001" }]
`, device))
	if out := k.sh("huying-terminal enrol --hub http://" + inside + " --code " + k.hub.code()); !strings.Contains(out, kiosk) {
		k.t.Errorf("enrolment says %q", out)
	}
	k.sh("systemctl start huying-terminal")
	k.online()
}

// cgroup is where systemd keeps the terminal's processes, and their devices.
const cgroup = "/sys/fs/cgroup/system.slice/huying-terminal.service/cgroup.procs"

// as is a script run by the unit's user with its groups, within its devices.
func as(script string) string {
	return "bash -c 'echo $$ > " + cgroup + "; exec setpriv --reuid huying-terminal --regid huying-terminal " +
		"--groups gpio,dialout,input,audio bash -c \"" + script + "\"' 2>&1 || true"
}

// confined looks at what udev gave and what systemd left. A sound card and a
// serial port come after the terminal has started, as they may on a real one.
func (k *trial) confined() {
	if err := k.Serial("board"); err != nil {
		k.t.Fatal(err)
	}
	k.sh("modprobe snd-dummy; for i in {1..60}; do [ -e /dev/ttyUSB0 ] && break; sleep 0.5; done; udevadm settle")
	pid := k.sh("systemctl show -P MainPID huying-terminal")
	for _, c := range []struct{ script, want string }{
		{"stat -c '%a %U %G' /dev/gpiochip0", "660 root gpio"},
		{"stat -L -c '%a %U %G' /dev/input/by-id/*-event-kbd", "660 root input"},
		{"stat -L -c '%a %U %G' /dev/serial/by-id/*", "660 root dialout"},
		{"udevadm info -q property --property=ID_MM_DEVICE_IGNORE --value /dev/ttyUSB0", "1"},
		{"stat -c '%a %U %G' /dev/snd/pcmC0D0p", "660 root audio"},
		{"stat -c %U /proc/" + pid, "huying-terminal"},
		{"awk '/CapEff|CapBnd/ {print $2}' /proc/" + pid + "/status | sort -u", "0000000000000000"},
		{"stat -c '%a %U' /var/lib/huying-terminal/identity.key", "600 huying-terminal"},
		{as("exec 3< /dev/gpiochip0 && echo open"), "open"},
		// stty does not wait for a carrier, as a shell would.
		{as("stty -F /dev/ttyUSB0 > /dev/null && echo open"), "open"},
		{as("exec 3< /dev/input/event0 && echo open"), "open"},
		{as("exec 3> /dev/snd/pcmC0D0p && echo open"), "open"},
		// Even root finds the disk closed there.
		{"{ bash -c 'echo $$ > " + cgroup + "; head -c 1 /dev/vda' 2>&1 || true; } | grep -o 'Operation not permitted'", "Operation not permitted"},
	} {
		if got := k.sh(c.script); got != c.want {
			k.t.Errorf("%s: %q, want %q", c.script, got, c.want)
		}
	}
	// Two keys and four lamps of the board, and the button.
	held := k.sh("for f in /proc/" + pid + "/fd/*; do readlink $f || true; done")
	if lines, usb := strings.Count(held, "gpio-line"), strings.Count(held, "/dev/input/event"); lines != 6 || usb < 1 {
		k.t.Errorf("it holds %d lines and %d input devices:\n%s", lines, usb, held)
	}
	if err := k.Unplug("board"); err != nil {
		k.t.Error(err)
	}
}

// rings presses and waits for a call with exactly so many presses.
func (k *trial) rings(what, key string, presses int, press func()) view.Call {
	k.t.Helper()
	k.presses += presses
	began := time.Now()
	press()
	c, rang := k.hub.screen.rings(what, key, 1)
	k.slowRing = max(k.slowRing, rang.Sub(began))
	k.t.Logf("%s: rings %v after the errand was given", what, rang.Sub(began).Round(time.Millisecond))
	return k.exactly(c.ID, presses)
}

// exactly waits until a call has so many presses and is the only one.
func (k *trial) exactly(id string, presses int) view.Call {
	k.t.Helper()
	c := k.hub.screen.await(fmt.Sprintf("%d presses", presses), id, func(c view.Call) bool { return c.Presses >= presses && c.Stored })
	if open := k.hub.screen.open(); c.Presses != presses || len(open) != 1 {
		k.t.Fatalf("%d presses, want %d; open are %v", c.Presses, presses, open)
	}
	return c
}

// settle ends a call at the desk and waits until the kiosk knows: until then a
// press is one more of the same call.
func (k *trial) settle(id string) {
	k.t.Helper()
	k.hub.settle(id)
	until(k.t, "the kiosk knows that the call is over", func() error {
		if state := k.sh("huying-terminal state"); state != "idle" {
			return fmt.Errorf("it is %s", state)
		}
		return nil
	})
}

const manyPresses = 20

func (k *trial) red() {
	c := k.rings("the red key", "urgent", 1, func() { k.press("KEY_RED", 1) })
	if !strings.HasPrefix(c.ID, kiosk+".") || !strings.HasSuffix(c.ID, ".1") {
		k.t.Errorf("the first press ever is of call %s", c.ID)
	}
	k.presses += manyPresses
	k.press("KEY_RED", manyPresses)
	k.exactly(c.ID, 1+manyPresses)
	k.settle(c.ID)
}

// button is a finger on the USB button.
func (k *trial) button() {
	k.t.Helper()
	if err := k.Tap(usbKey, 100); err != nil {
		k.t.Fatal(err)
	}
	k.sh("sleep 0.2")
}

func (k *trial) green() {
	c := k.rings("the green button", "enquiry", 1, k.button)
	until(k.t, "the lamp of the green key is lit", func() error {
		for range 5 { // and stays so
			if !k.lit("LAMP_GREEN") || k.lit("LAMP_RED") {
				return fmt.Errorf("green %t, red %t", k.lit("LAMP_GREEN"), k.lit("LAMP_RED"))
			}
		}
		return nil
	})
	if !k.lit("LAMP_LINE") {
		k.t.Error("the lamp of the line is dark")
	}
	k.settle(c.ID)
}

func (k *trial) unplug() {
	k.live(false)
	until(k.t, "the hub knows that the red key cannot be read", func() error {
		for _, f := range k.hub.life().Faults {
			if f.Code == "key_unreadable" && f.Part == "red" {
				return nil
			}
		}
		return fmt.Errorf("%+v", k.hub.life().Faults)
	})
	k.live(true)
	k.online()
	until(k.t, "the hub knows that all is well", func() error {
		if f := k.hub.life().Faults; len(f) > 0 {
			return fmt.Errorf("%+v", f)
		}
		return nil
	})
	c := k.rings("the key that came back", "urgent", 1, func() { k.press("KEY_RED", 1) })
	k.settle(c.ID)
}

// gap is how often a key is pressed while nobody reads it.
const gap = 5

// killed: a terminal that dies or is restarted counts the presses that are
// made while it is away, which is as long as a file says.
func (k *trial) killed() {
	k.sh(`mkdir -p /run/systemd/system/huying-terminal.service.d
cat > /run/systemd/system/huying-terminal.service.d/away.conf <<END
[Service]
TimeoutStartSec=infinity
ExecStartPre=/bin/sh -c 'while [ -e /run/away ]; do sleep 0.1; done'
END
systemctl daemon-reload`)
	c := k.rings("before it dies", "urgent", 1, func() { k.press("KEY_RED", 1) })
	for i, how := range []string{"systemctl kill --signal=KILL huying-terminal", "systemctl restart --no-block huying-terminal"} {
		k.away(how, func() { k.press("KEY_RED", gap) })
		k.exactly(c.ID, 1+(i+1)*gap)
	}
	k.settle(c.ID)
	k.away("systemctl kill --signal=KILL huying-terminal", func() {
		for range gap {
			k.button()
		}
	})
	c, _ = k.hub.screen.rings("the green button while it is away", "enquiry", 1)
	k.exactly(c.ID, gap)
	k.settle(c.ID)
	k.sh("rm -r /run/systemd/system/huying-terminal.service.d; systemctl daemon-reload")
}

// away has the terminal go, presses while it is gone, and waits for its return.
func (k *trial) away(how string, press func()) {
	k.t.Helper()
	k.sh("touch /run/away; " + how)
	until(k.t, "the terminal is away", func() error {
		if s := k.sh("systemctl show -P SubState huying-terminal"); s != "start-pre" {
			return fmt.Errorf("it is %s", s)
		}
		return nil
	})
	press()
	k.presses += gap
	k.sh("rm /run/away")
	k.online()
}

// files lists what is on the disk, without what Debian's own programs write.
func (k *trial) files() string {
	k.t.Helper()
	return k.sh(`find / -xdev \( -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /tmp -o -path /var/tmp \) -prune -o -print | sort`)
}

func (k *trial) purge() {
	k.sh("dpkg --remove huying-terminal")
	if out, err := k.try("systemctl is-active huying-terminal"); err == nil {
		k.t.Errorf("removed, and still %s", out)
	}
	if out := k.sh("ls /var/lib/huying-terminal"); !strings.Contains(out, "journal") {
		k.t.Errorf("the journal went with the program: %s", out)
	}
	k.sh("dpkg --purge huying-terminal")
	known := map[string]bool{}
	for f := range strings.Lines(k.before) {
		known[strings.TrimSpace(f)] = true
	}
	for f := range strings.Lines(k.files()) {
		if f = strings.TrimSpace(f); !known[f] {
			k.t.Errorf("purged, and still there: %s", f)
		}
	}
}
