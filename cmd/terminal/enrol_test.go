package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// playEnrolment makes the test's own program the one that enrols: who has
// become another user cannot go back.
const playEnrolment = "HUYING_TEST_ENROLMENT_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(playEnrolment); dir != "" {
		if err := errors.Join(actAsOwner(dir), os.WriteFile(filepath.Join(dir, "identity.key"), nil, 0o600)); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// TestAnElectricianEnrolsAsRoot, and the service, which is another user, must
// be able to read the key.
func TestAnElectricianEnrolsAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can enrol for somebody else; run this test as root")
	}
	const service = 64999 // nobody's
	top := t.TempDir()
	dir := filepath.Join(top, "data")
	err := errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, service, service))
	for at := top; at != "/" && err == nil; at = filepath.Dir(at) { // everybody may pass
		if info, e := os.Stat(at); e == nil && info.Mode().Perm()&0o001 == 0 {
			err = os.Chmod(at, info.Mode().Perm()|0o011)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), playEnrolment+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(filepath.Join(dir, "identity.key"))
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != service || s.Gid != service {
		t.Errorf("the key belongs to %d:%d", s.Uid, s.Gid)
	}
}
