package terminal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
	"huying/internal/wire"
	"huying/terminal"
	"huying/terminal/link/linktest"
)

// tiny mounts a disk of 64 KiB at a folder.
func tiny(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("SKIPPED, NO REAL DISK WAS FULL: cannot mount one (root is needed): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fill writes until the disk takes nothing.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(bytes.Repeat([]byte{1}, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// TestRealFullDisk: the disk of a running kiosk fills up. Every press is sent
// all the same, and the hub is told of the fault.
func TestRealFullDisk(t *testing.T) {
	k := build(t)
	keys := hand{make(chan input.Event)}
	k.cfg.Inputs = []input.Input{keys}
	tiny(t, filepath.Join(k.cfg.DataDir, "journal"))
	k.start()
	hub, _ := k.home.Accept()
	hub.Until(wire.THealth)
	fill(t, filepath.Join(k.cfg.DataDir, "journal"))
	const presses = 40 // the disk's last page holds some of them
	faulty := false
	take := func() (press uint32) {
		switch f := hub.Next().(type) {
		case wire.Press:
			hub.Send(wire.PressAck{Press: f.Press, Call: f.Call})
			return f.Press.Seq
		case wire.Health:
			faulty = faulty || slices.ContainsFunc(f.Faults, func(f wire.Fault) bool { return f.Code == terminal.FaultJournal })
		}
		return 0
	}
	for seq := uint32(1); seq <= presses; seq++ {
		keys.events <- input.Event{Key: input.Red, Kind: input.Press}
		for take() != seq {
		}
	}
	for began := time.Now(); !faulty && time.Since(began) < linktest.Patience; {
		take()
	}
	if !faulty {
		t.Errorf("%d presses were sent, and the full disk was never told of", presses)
	}
}
