package trial

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Guest makes this test binary the init of the emulated machine, if that is
// where it runs: it makes the trials and switches the machine off, and does not
// return. Anywhere else it does nothing. try gets how many presses each trial
// is to have, and the one to make; empty: all.
func Guest(try func(presses int, only string) error) {
	if os.Getpid() != 1 || os.Args[0] != "/init" { // the first process of some container is no init
		return
	}
	presses, only, err := asked(os.Args[1:])
	if err == nil {
		err = try(presses, only)
	}
	if err != nil {
		fmt.Println("init:", err)
	} else {
		fmt.Print(End())
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	panic("still here")
}

func asked(args []string) (presses int, only string, err error) {
	for _, a := range args {
		if v, ok := strings.CutPrefix(a, "presses="); ok {
			presses, _ = strconv.Atoi(v)
		}
		if v, ok := strings.CutPrefix(a, "only="); ok {
			only = v
		}
	}
	if presses < 1 {
		err = fmt.Errorf("presses=? in %q", args)
	}
	return presses, only, err
}

// Mount mounts a file system of the kernel on a folder, which it makes.
func Mount(kind, on string) error {
	if err := errors.Join(os.MkdirAll(on, 0o755), unix.Mount(kind, on, kind, 0, "")); err != nil {
		return fmt.Errorf("mount %s: %w", kind, err)
	}
	return nil
}

// LoadModules loads what lies in the root of the machine, in order of name.
func LoadModules() error {
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
