package evdev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"huying/tools/gpiokernel/trial"
)

// TestMain makes the tests, or, as the init of the emulated machine that
// package huying/tools/gpiokernel boots, the trials on its kernel.
func TestMain(m *testing.M) {
	if os.Getpid() == 1 && os.Args[0] == "/init" { // not the first process of some container
		beInit()
	}
	os.Exit(m.Run())
}

// beInit makes the trials and switches the machine off. It does not return.
func beInit() {
	if err := tryAll(os.Args[1:]); err != nil {
		fmt.Println("init:", err)
	} else {
		fmt.Print(trial.End())
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	panic("still here")
}

func tryAll(args []string) error {
	presses, only := 0, ""
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, "presses="); ok {
			presses, _ = strconv.Atoi(v)
		}
		if v, ok := strings.CutPrefix(a, "only="); ok {
			only = v
		}
	}
	if presses < 1 {
		return fmt.Errorf("presses=? in %q", args)
	}
	if err := prepare(); err != nil {
		return err
	}
	for _, t := range trials {
		if only == "" || only == t.name {
			fmt.Print(try("/dev", t, presses).Line())
		}
	}
	return nil
}

// prepare mounts what the kernel shows and loads evdev and uinput.
func prepare() error {
	for _, m := range []struct{ kind, on string }{{"devtmpfs", "/dev"}, {"sysfs", "/sys"}} {
		if err := errors.Join(os.MkdirAll(m.on, 0o755), unix.Mount(m.kind, m.on, m.kind, 0, "")); err != nil {
			return fmt.Errorf("mount %s: %w", m.kind, err)
		}
	}
	modules, _ := filepath.Glob("/module*.ko") // sorted
	for _, path := range modules {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if err := errors.Join(unix.FinitModule(int(f.Fd()), "", 0), f.Close()); err != nil {
			return fmt.Errorf("load %s: %w", path, err)
		}
	}
	return nil
}

// TestOnThisKernel makes a few of the trials on the machine itself, in its own
// time, where it lets us make keyboards.
func TestOnThisKernel(t *testing.T) {
	if err := unix.Access("/dev/uinput", unix.W_OK); err != nil {
		t.Skipf("NOT TRIED on this machine's kernel: /dev/uinput: %v; the emulated machine of tools/gpiokernel makes these trials", err)
	}
	for _, c := range trials {
		if c.mutant != "" || c.name != "usb taps" && c.name != "usb grab" && c.name != "usb unplug" {
			continue
		}
		if r := try(t.TempDir(), c, 10); !r.Exact() {
			t.Error(r)
		}
	}
}
