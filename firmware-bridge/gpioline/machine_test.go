package gpioline

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
	if err := errors.Join(mountAll(), loadModules()); err != nil {
		return err
	}
	board := newSimChip("huying-board", "RED", "GREEN")
	for _, r := range trials {
		if only != "" && only != r.name {
			continue
		}
		fmt.Print(try(board, r, presses).Line())
	}
	return nil
}

func mountAll() error {
	for _, m := range []struct{ kind, on string }{
		{"devtmpfs", "/dev"}, {"proc", "/proc"}, {"sysfs", "/sys"},
	} {
		if err := os.MkdirAll(m.on, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m.kind, m.on, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.kind, err)
		}
	}
	return nil
}

func loadModules() error {
	modules, _ := filepath.Glob("/module*.ko") // sorted
	for _, path := range modules {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("load %s: %w", path, err)
		}
	}
	if err := unix.Mount("configfs", "/sys/kernel/config", "configfs", 0, ""); err != nil {
		return fmt.Errorf("mount configfs: %w", err)
	}
	return nil
}
