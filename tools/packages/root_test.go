package packages

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"huying/tools/cleanroot"
)

// patience bounds each wait for a real process.
const patience = 90 * time.Second

// tree is the folder of the product's sources.
func tree(t *testing.T) string {
	t.Helper()
	mod := output(t, exec.Command("go", "env", "GOMOD"))
	return filepath.Dir(strings.TrimSpace(mod))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, said.Bytes())
	}
	return string(out)
}

// able says loudly what this machine lacks.
func able(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a clean Debian is not made in short tests")
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: a clean Debian root can be made and entered by root alone")
	}
	for _, program := range []string{"debootstrap", "systemd-nspawn"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed (deploy/setup.sh test installs it)", program)
		}
	}
}

// root is a clean Debian in a folder.
type root struct {
	t   *testing.T
	dir string
}

// clean copies the kept root, which debootstrap makes at the first time.
func clean(t *testing.T) *root {
	t.Helper()
	kept, err := cleanroot.Kept(filepath.Join(tree(t), "var", "package-root"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "huying-root-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	r := &root{t, filepath.Join(dir, "root")}
	output(t, exec.Command("cp", "-a", "--reflink=auto", kept, r.dir))
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *root) path(p string) string { return filepath.Join(r.dir, p) }

func (r *root) read(p string) string {
	r.t.Helper()
	data, err := os.ReadFile(r.path(p))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

func (r *root) write(p, text string) {
	r.t.Helper()
	if err := os.WriteFile(r.path(p), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// run runs a command in the root, which is not booted.
func (r *root) run(args ...string) string {
	r.t.Helper()
	return output(r.t, exec.Command("chroot", append([]string{r.dir}, args...)...))
}

// owner gives mode, user and group of a file by the root's own names.
func (r *root) owner(p string) string {
	r.t.Helper()
	return strings.TrimSpace(r.run("stat", "-c", "%a %U %G", p))
}

// machine is a root whose systemd runs.
type machine struct {
	*root
	cmd   *exec.Cmd
	ended chan struct{}
	log   *bytes.Buffer
	pid   string // of its first process, as seen from here
}

// boot starts systemd in the root, on this machine's network.
func (r *root) boot() *machine {
	r.t.Helper()
	m := &machine{root: r, ended: make(chan struct{}), log: &bytes.Buffer{}}
	m.cmd = exec.Command("systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--directory="+r.dir, "--boot")
	m.cmd.Stdout, m.cmd.Stderr = m.log, m.log
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := m.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() { _ = m.cmd.Wait(); close(m.ended) }()
	r.t.Cleanup(m.kill)
	r.until("systemd is up", func() error {
		pid, err := child(m.cmd.Process.Pid)
		if err != nil {
			return err
		}
		m.pid = pid
		out, err := m.inside("systemctl", "is-system-running")
		if state := strings.TrimSpace(out); state != "running" && state != "degraded" {
			return fmt.Errorf("it is %q (%v)", state, err)
		}
		return nil
	})
	return m
}

// child is the first process of the container.
func child(of int) (string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", of, of))
	if err != nil {
		return "", err
	}
	pids := strings.Fields(string(data))
	if len(pids) == 0 {
		return "", fmt.Errorf("process %d has no child yet", of)
	}
	return pids[0], nil
}

// inside runs a command in the machine.
func (m *machine) inside(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--target", m.pid, "--all", "--"}, args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (m *machine) do(args ...string) string {
	m.t.Helper()
	out, err := m.inside(args...)
	if err != nil {
		m.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

// kill ends the machine and waits. It may be called again: the numbers of its
// processes may be others' by then.
func (m *machine) kill() {
	select {
	case <-m.ended:
		return
	default:
	}
	if pid, err := strconv.Atoi(m.pid); err == nil {
		_ = syscall.Kill(pid, syscall.SIGKILL) // the first process takes all others with it
	}
	_ = syscall.Kill(-m.cmd.Process.Pid, syscall.SIGKILL)
	<-m.ended
}

// until polls a real thing that has no other way to tell.
func (r *root) until(what string, good func() error) {
	r.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = good(); err == nil {
			return
		}
	}
	r.t.Fatalf("%s: not within %v: %v", what, patience, err)
}
