package evdev

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"huying/tools/gpiokernel/trial"
)

// TestMain makes the tests, or, as the init of the emulated machine that
// package huying/tools/gpiokernel boots, the trials on its kernel.
func TestMain(m *testing.M) {
	child()
	trial.Guest(tryAll)
	os.Exit(m.Run())
}

func tryAll(presses int, only string) error {
	if err := errors.Join(trial.Mount("devtmpfs", "/dev"), trial.Mount("proc", "/proc"), trial.Mount("sysfs", "/sys")); err != nil {
		return err
	}
	if err := trial.LoadModules(); err != nil {
		return err
	}
	for _, t := range trials {
		if only == "" || only == t.name {
			fmt.Print(try("/dev", t, presses).Line())
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
