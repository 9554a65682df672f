package anchor

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// throwaway starts a PostgreSQL of its own on a unix socket in the temporary
// folder, with every sync on, and ends it with the test. PostgreSQL refuses to
// run as root, so root lends it the user postgres.
func throwaway(t *testing.T, settings ...string) (url string) {
	t.Helper()
	initdb := findInitdb(t)
	dir, err := os.MkdirTemp("", "bench-anchor-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as := lend(t, dir)
	data := filepath.Join(dir, "pg")
	as(initdb, "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-k")
	ctl := filepath.Join(filepath.Dir(initdb), "pg_ctl")
	options := fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c max_connections=100", dir)
	for _, s := range settings {
		options += " " + s
	}
	as(ctl, "start", "-w", "-D", data, "-l", filepath.Join(dir, "log"), "-o", options)
	t.Cleanup(func() { as(ctl, "stop", "-w", "-m", "immediate", "-D", data) })
	return "host=" + dir + " user=postgres dbname=postgres"
}

func findInitdb(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return found[len(found)-1]
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		t.Skip("PostgreSQL is missing: apt-get install postgresql")
	}
	return path
}

// lend returns a function that runs a program as a user who may run PostgreSQL
// and owns dir.
func lend(t *testing.T, dir string) func(name string, args ...string) {
	t.Helper()
	var attr syscall.SysProcAttr
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("this is root and there is no user postgres: ", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, &attr
		// A file, not a pipe: the server inherits it and would hold a pipe open.
		log, err := os.CreateTemp(t.TempDir(), "out")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("%s: %v: %s", name, err, said)
		}
	}
}
