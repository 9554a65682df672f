package machine_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huying/tools/cleanroot"
	"huying/tools/gpiokernel"
	"huying/tools/machine"
	"huying/tools/machine/drive"
)

var (
	figures = flag.String("figures", "", "file for what was measured, for the proof")
	full    = flag.Bool("full", false, "cut the power at every moment, not at one")
)

// trial is one kiosk from its installation to its removal.
type trial struct {
	t *testing.T
	*box
	hub    *hub
	before string // the disk's files before anything of ours was on it

	presses, ledger    int // made by hand, in the hub's count at the end
	boots, cuts        int
	slowBoot, slowRing time.Duration
}

// TestAKioskOnAWholeMachine goes through a kiosk's life. Each step stands on
// the one before: after a failure nothing more is learnt.
func TestAKioskOnAWholeMachine(t *testing.T) {
	able(t)
	k := prepare(t)
	for _, step := range []struct {
		name string
		do   func(*trial)
	}{
		{"an electrician installs it", (*trial).install},
		{"it reaches its keys and nothing else", (*trial).confined},
		{"the red key rings", (*trial).red},
		{"a green button on USB rings and its lamp is lit", (*trial).green},
		{"the board is unplugged and comes back", (*trial).unplug},
		{"the terminal is killed and restarted", (*trial).killed},
		{"the power is cut after a press that no hub has heard", (*trial).powerCuts},
		{"the kiosk's count is the hub's", (*trial).counted},
		{"it goes and leaves nothing", (*trial).purge},
	} {
		at := time.Now()
		if !t.Run(step.name, func(t *testing.T) { k.in(t); step.do(k) }) {
			t.Fatalf("what comes after %q was not tried", step.name)
		}
		t.Logf("%s: %v", step.name, time.Since(at).Round(100*time.Millisecond))
	}
	d := k.drive.Tally()
	said := fmt.Sprintf("%d presses, %d boots, %d power cuts that lost %d sectors of %d; %d flushes; slowest boot %v, slowest press to ring %v",
		k.presses, k.boots, k.cuts, d.Lost, d.Lost+d.Kept, d.Flushes, k.slowBoot.Round(100*time.Millisecond), k.slowRing.Round(time.Millisecond))
	t.Log(said)
	if *figures != "" {
		text := fmt.Sprintln(k.presses, k.ledger, k.boots, k.cuts, k.slowBoot.Milliseconds(), k.slowRing.Milliseconds())
		if err := os.WriteFile(*figures, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// in makes the failures of a step its own.
func (k *trial) in(t *testing.T) {
	k.t, k.box.t, k.hub.t = t, t, t
	if k.hub.screen != nil {
		k.hub.screen.t = t
	}
}

// able says loudly what this machine lacks.
func able(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("NOT PROVED on a whole machine: -short leaves it out")
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: a disk with a clean Debian can be made by root alone")
	}
	for _, program := range []string{"qemu-system-x86_64", "mkfs.ext4", "depmod", "debootstrap"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed (deploy/setup.sh test installs it)", program)
		}
	}
}

// tree is the folder of the product's sources.
func tree(t *testing.T) string {
	t.Helper()
	return filepath.Dir(strings.TrimSpace(output(t, exec.Command("go", "env", "GOMOD"))))
}

// prepare gathers the machine's parts and a hub; nothing runs yet.
func prepare(t *testing.T) *trial {
	t.Helper()
	ctx, top := context.Background(), tree(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.MkdirTemp("", "huying-machine-")
	must(err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(os.Chmod(dir, 0o755)) // PostgreSQL's user passes
	kernel, err := gpiokernel.Prepare(ctx, filepath.Join(top, "var", "gpiokernel"))
	must(err)
	clean, err := cleanroot.Kept(filepath.Join(top, "var", "package-root"))
	must(err)
	disk, err := machine.Disk(ctx, filepath.Join(top, "var", "machine"), clean, kernel)
	must(err)
	initramfs, guest, err := machine.Initramfs(ctx, dir, kernel)
	must(err)
	k := &trial{t: t, hub: newHub(t, dir)}
	own := filepath.Join(dir, "disk")
	k.box = &box{t: t, drive: spin(t, disk, own), parts: machine.Parts{Kernel: kernel.Image, Initramfs: initramfs, Guest: guest, Disk: own,
		Package: deb(t, top), Folder: dir, Inside: inside, Hub: k.hub.listen}}
	t.Cleanup(k.off)
	return k
}

// spin lets a disk run whose content is that of an image.
func spin(t *testing.T, image, socket string) *drive.Drive {
	t.Helper()
	d, err := drive.Open(image)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(l.Close(), <-served, d.Close()); err != nil {
			t.Error(err)
		}
	})
	return d
}

// deb is the package that make packages has built.
func deb(t *testing.T, top string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(top, "bin", "packages", "huying-terminal_*_amd64.deb"))
	if err != nil || len(found) == 0 {
		t.Fatalf("there is no package: make packages builds it (%v)", err)
	}
	return found[len(found)-1]
}
