package survey

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// machine is a folder that looks like /dev and /sys.
type machine struct {
	t *testing.T
	Root
}

func newMachine(t *testing.T) machine {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return machine{t, Root{Dev: filepath.Join(top, "dev"), Sys: filepath.Join(top, "sys")}}
}

func (m machine) file(path, text string) {
	m.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) link(path, to string) {
	m.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.Symlink(to, path)); err != nil {
		m.t.Fatal(err)
	}
}

func TestPorts(t *testing.T) {
	m := newMachine(t)
	usb := m.Sys + "/devices/usb1/1-2"
	m.file(usb+"/product", "Arduino Uno\n")
	m.file(usb+"/manufacturer", "Arduino\n")
	m.file(usb+"/1-2:1.0/x", "")
	m.file(m.Sys+"/class/tty/ttyACM0/dev", "166:0\n")
	m.link(m.Sys+"/class/tty/ttyACM0/device", usb+"/1-2:1.0")
	m.file(m.Sys+"/devices/platform/uart/x", "")
	m.file(m.Sys+"/class/tty/ttyS0/type", "4\n")
	m.link(m.Sys+"/class/tty/ttyS0/device", m.Sys+"/devices/platform/uart")
	m.file(m.Sys+"/class/tty/ttyS1/type", "0\n") // the kernel made it, there is no chip
	m.link(m.Sys+"/class/tty/ttyS1/device", m.Sys+"/devices/platform/uart")
	m.file(m.Sys+"/class/tty/tty0/dev", "4:0\n") // a console
	for _, n := range []string{"ttyACM0", "ttyS0", "ttyS1", "tty0"} {
		m.file(m.Dev+"/"+n, "")
	}
	m.link(m.Dev+"/serial/by-path/pci-1", "../../ttyACM0")
	m.link(m.Dev+"/serial/by-id/usb-arduino", "../../ttyACM0")
	want := []Port{
		{Path: m.Dev + "/ttyACM0", Product: "Arduino Arduino Uno", Links: []string{m.Dev + "/serial/by-id/usb-arduino", m.Dev + "/serial/by-path/pci-1"}},
		{Path: m.Dev + "/ttyS0"},
	}
	if got := Ports(m.Root); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := want[0].Stable() + " " + want[1].Stable(); got != want[0].Links[0]+" "+want[1].Path {
		t.Errorf("to be written: %s", got)
	}
}

func TestDevices(t *testing.T) {
	m := newMachine(t)
	for n, d := range map[string][2]string{
		"event0":  {"Pedal", "10000000 0 0 4000"},
		"event1":  {"Lid", "0"},           // has switches, no keys
		"event2":  {"Gone", "ffff"},       // on its way out
		"event10": {"Keyboard", "1 fffe"}, // has no link
	} {
		m.file(m.Sys+"/class/input/"+n+"/device/name", d[0]+"\n")
		m.file(m.Sys+"/class/input/"+n+"/device/capabilities/key", d[1]+"\n")
		if n != "event2" {
			m.file(m.Dev+"/input/"+n, "")
		}
	}
	m.link(m.Dev+"/input/by-id/usb-pedal-event-kbd", "../event0")
	want := []Device{
		{Path: m.Dev + "/input/event0", Name: "Pedal", Keys: 2, Links: []string{m.Dev + "/input/by-id/usb-pedal-event-kbd"}},
		{Path: m.Dev + "/input/event10", Name: "Keyboard", Keys: 16},
	}
	if got := Devices(m.Root); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAMachineWithNothing(t *testing.T) {
	m := newMachine(t)
	if c, p, d := Chips(m.Root), Ports(m.Root), Devices(m.Root); len(c)+len(p)+len(d) != 0 {
		t.Errorf("%v %v %v", c, p, d)
	}
}

func TestAChipThatIsNone(t *testing.T) {
	m := newMachine(t)
	m.file(m.Dev+"/gpiochip0", "")
	if c := Chips(m.Root); len(c) != 1 || c[0].Err == nil || !strings.HasSuffix(c[0].Path, "gpiochip0") {
		t.Errorf("%+v", c)
	}
}

// Whoever lacks a group is told which; root owns what has none.
func TestWhatIsMissingIsNamed(t *testing.T) {
	m := newMachine(t)
	for _, c := range []struct {
		gid   int
		mode  os.FileMode
		group string
	}{{20, 0o660, "dialout"}, {20, 0o600, ""}, {0, 0o660, ""}, {54321, 0o660, "54321"}} {
		path := fmt.Sprintf("%s/d%d-%o", m.Dev, c.gid, c.mode)
		m.file(path, "")
		if err := errors.Join(os.Chown(path, -1, c.gid), os.Chmod(path, c.mode)); err != nil {
			t.Skipf("SKIPPED: only root can give files to groups: %v", err)
		}
		err := denied(path, &os.PathError{Op: "open", Path: path, Err: os.ErrPermission})
		var d *DeniedError
		if !errors.As(err, &d) || d.Group != c.group || d.Path != path {
			t.Errorf("%s: %v, want group %q", path, err, c.group)
		}
	}
	if err := denied("/x", os.ErrNotExist); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
