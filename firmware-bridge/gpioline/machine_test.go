package gpioline

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"huying/tools/gpiokernel/trial"
)

// TestMain makes the tests, or, as the init of the emulated machine that
// package huying/tools/gpiokernel boots, the trials on its kernel; and there,
// started by a trial, the program that reads keys until it is killed.
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
	if err := trial.Mount("configfs", "/sys/kernel/config"); err != nil { // there once its module is loaded
		return err
	}
	board := newSimChip("huying-board", "RED", "GREEN")
	for _, r := range trials {
		if only == "" || only == r.name {
			fmt.Print(try(board, r, presses).Line())
		}
	}
	return nil
}
