package gpiokernel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"huying/tools/gpiokernel/trial"
)

// The packages whose test binaries are the init of a machine.
const (
	guest      = "huying/firmware-bridge/gpioline"
	inputGuest = "huying/firmware-bridge/evdev"
)

// What a run must come to.
const (
	// AtLeast is how many trials there are, those with mutants included.
	AtLeast = 21
	// InputAtLeast is the same for input devices.
	InputAtLeast = 12
	// usual is how many presses a trial makes if nobody says otherwise.
	usual = 50
)

// Presses reads how many presses each trial is to make; empty is the usual 50.
func Presses(text string) (int, error) {
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("gpiokernel: PRESSES=%q is no number of presses", text)
	}
	return n, nil
}

// patience is how long a machine may run: it needs 10 s and 70 ms for each
// press of every trial on a processor of its own, which it seldom has.
func patience(presses int) time.Duration {
	return 2*time.Minute + time.Duration(presses)*time.Second
}

// Run boots one machine, lets it make its trials with that many presses each
// and returns their results. Every trial is there or it is an error. cache is
// the folder for what Prepare keeps, only chooses trials by name, all if empty.
func Run(ctx context.Context, cache string, presses int, only string) ([]trial.Result, error) {
	k, err := Prepare(ctx, cache)
	if err != nil {
		return nil, err
	}
	return k.run(ctx, guest, k.Modules, presses, only)
}

// RunInput is Run for keys that are input devices, made by the kernel's uinput.
func RunInput(ctx context.Context, cache string, presses int, only string) ([]trial.Result, error) {
	k, err := Prepare(ctx, cache)
	if err != nil {
		return nil, err
	}
	return k.run(ctx, inputGuest, k.Input, presses, only)
}

func (k Kernel) run(ctx context.Context, guest string, modules []string, presses int, only string) ([]trial.Result, error) {
	work, err := os.MkdirTemp("", "huying-gpiokernel-")
	if err != nil {
		return nil, fmt.Errorf("gpiokernel: %w", err)
	}
	defer os.RemoveAll(work)
	initramfs := filepath.Join(work, "initramfs")
	if err := makeInitramfs(ctx, work, initramfs, guest, modules); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience(presses))
	defer cancel()
	console, bootErr := boot(ctx, k.Image, initramfs, fmt.Sprintf("presses=%d only=%s", presses, only))
	results, ended, err := trial.Parse(console)
	if !ended {
		err = errors.Join(bootErr, err, errors.New("gpiokernel: the machine did not come to its end"))
	}
	if err != nil {
		err = fmt.Errorf("%w; the end of its console:\n%s", err, tail(console, 60))
	}
	return results, err
}

func makeInitramfs(ctx context.Context, work, path, guest string, modules []string) error {
	binary := filepath.Join(work, "init")
	if _, err := run(ctx, "", "env", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64",
		"go", "test", "-c", "-ldflags=-s -w", "-o", binary, guest); err != nil {
		return err
	}
	var files []File
	for i, file := range append([]string{binary}, modules...) {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("gpiokernel: %w", err)
		}
		name := "init"
		if i > 0 {
			name = fmt.Sprintf("module%d.ko", i) // loaded in the order of their names
		}
		files = append(files, File{Name: name, Data: data})
	}
	if err := os.WriteFile(path, Initramfs(files), 0o600); err != nil {
		return fmt.Errorf("gpiokernel: %w", err)
	}
	return nil
}

// boot runs a machine until it switches itself off and returns what its
// serial console said.
func boot(ctx context.Context, kernel, initramfs, args string) (string, error) {
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64",
		"-accel", "tcg", "-icount", "shift=0,sleep=off", // virtual time, see the package's comment
		"-nodefaults", "-no-user-config", "-display", "none", "-m", "256", "-no-reboot", "-serial", "stdio",
		"-kernel", kernel, "-initrd", initramfs,
		// panic=-1: restart at once, which -no-reboot makes an end.
		"-append", "console=ttyS0 loglevel=3 oops=panic panic=-1 mitigations=off nokaslr rdinit=/init -- "+args)
	// A guest must never outlive its host; the kernel ties it to this thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 5 * time.Second
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("gpiokernel: qemu: %w: %s", errors.Join(err, ctx.Err()), complaint.String())
	}
	return out.String(), nil
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
