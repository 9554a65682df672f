package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestNothingCommittedIsLost kills a hub that commits rows, its database, or both, and counts what is there after
// the next start: every row that the hub said was committed.
func TestNothingCommittedIsLost(t *testing.T) {
	t.Parallel()
	for name, kill := range map[string]func(v *village){
		"hub":      func(v *village) { v.cmd.Process.Kill() },
		"postgres": func(v *village) { syscall.Kill(v.pgPID, syscall.SIGKILL) },
		"both": func(v *village) {
			syscall.Kill(v.pgPID, syscall.SIGKILL)
			v.cmd.Process.Kill()
		},
		"hub, database stopped": func(v *village) {
			syscall.Kill(v.pgPID, syscall.SIGSTOP)
			v.cmd.Process.Kill()
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, said := folder(t), int64(0)
			for range 3 {
				v := startVillage(t, dir, "")
				v.read(50)
				kill(v)
				v.read(-1)
				v.cmd.Wait()
				if v.last < said+50 {
					t.Fatalf("rows went from %d to %d", said, v.last)
				}
				said = v.last
			}
			cl := start(t, Config{Dir: dir, Log: config(t, dir).Log})
			there, err := strconv.ParseInt(query(t, cl.URL(), "SELECT count(*)::text FROM press"), 10, 64)
			check(t, err)
			if there < said {
				t.Fatalf("%d rows were committed, %d are there", said, there)
			}
		})
	}
}

// TestMemoryThatIsStillHeld: a server that was killed leaves shared memory, which somebody holds for a moment longer.
func TestMemoryThatIsStillHeld(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	v := startVillage(t, dir, "")
	text, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	check(t, err)
	var key, id int
	_, err = fmt.Sscan(strings.Split(string(text), "\n")[6], &key, &id)
	check(t, err)
	held, err := unix.SysvShmAttach(id, 0, 0)
	check(t, err)
	syscall.Kill(v.pgPID, syscall.SIGKILL)
	v.cmd.Process.Kill()
	v.cmd.Wait()
	go func() {
		for { // until the server has complained once
			said, err := os.ReadFile(filepath.Join(dir, "log"))
			if err != nil || strings.Contains(string(said), "still in use") {
				_ = unix.SysvShmDetach(held)
				return
			}
			pause(context.Background(), time.Millisecond)
		}
	}()
	start(t, Config{Dir: dir, Log: config(t, dir).Log})
}

// TestDatabaseDiesWithItsHub: the kernel's parent-death signal ends the server although nobody starts a new one.
func TestDatabaseDiesWithItsHub(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	t.Cleanup(func() { endLeftovers(context.Background(), slog.Default(), filepath.Join(dir, "pg")) })
	v := startVillage(t, dir, "")
	gone, err := os.FindProcess(v.pgPID) // Holds a pidfd; the server is not this process's child.
	check(t, err)
	v.cmd.Process.Kill()
	v.cmd.Wait()
	deadline := time.Now().Add(5 * time.Second)
	for gone.Signal(syscall.Signal(0)) == nil && len(workingIn(filepath.Join(dir, "pg"))) > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the server outlived its hub")
		}
	}
}

func TestStopInOrder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	v := startVillage(t, dir, "")
	v.read(3)
	v.stop()
	if left := workingIn(filepath.Join(dir, "pg")); len(left) > 0 {
		t.Fatalf("processes %v are left", left)
	}
}

// TestOrdinaryUser starts as nobody, then as root, then as nobody again: the data stay nobody's throughout.
func TestOrdinaryUser(t *testing.T) {
	needRoot(t)
	t.Parallel()
	nobody, dir := account1(t, "nobody"), folder(t)
	check(t, os.Mkdir(dir, 0o755))
	check(t, os.Chown(dir, nobody.uid, nobody.gid))
	for _, as := range []string{"nobody", "", "nobody"} {
		v := startVillage(t, dir, as)
		v.read(10)
		info, err := os.Stat(fmt.Sprintf("/proc/%d", v.pgPID))
		check(t, err)
		if ownerOf(info) != nobody.uid {
			t.Fatalf("the server runs as uid %d", ownerOf(info))
		}
		v.stop()
		if v.last < 10 {
			t.Fatalf("only %d rows", v.last)
		}
	}
}

// TestRootRunsItAsPostgres: no file of the cluster and no process of it is root's.
func TestRootRunsItAsPostgres(t *testing.T) {
	needRoot(t)
	t.Parallel()
	cl := start(t, config(t, folder(t)))
	for _, path := range []string{fmt.Sprintf("/proc/%d", cl.PID()), cl.home.data, cl.home.run} {
		info, err := os.Stat(path)
		check(t, err)
		if got := nameOf(ownerOf(info)); got != "postgres" {
			t.Errorf("%s belongs to %s", path, got)
		}
	}
}

// TestUnreachableFolder names the folder that is closed to the user postgres.
func TestUnreachableFolder(t *testing.T) {
	needRoot(t)
	t.Parallel()
	closed := folder(t)
	check(t, os.Mkdir(closed, 0o700))
	refused(t, config(t, filepath.Join(closed, "db")), FolderUnreachable, closed, "postgres", "chmod")
}

// TestLeftoverServerIsEnded: a server that no hub holds, such as one started by hand, is stopped and replaced.
func TestLeftoverServerIsEnded(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	one := start(t, c)
	home := one.home
	check(t, one.Stop(t.Context()))
	progs, err := machine("").newest()
	check(t, err)
	old := exec.Command(progs.path("postgres"), "-D", home.data, "-h", "", "-k", home.run)
	old.SysProcAttr = home.server.attributes(syscall.SIGKILL)
	p, err := spawn(old)
	check(t, err)
	check(t, home.awaitReady(t.Context(), p, 0))
	two := start(t, c)
	select {
	case <-p.done:
	default:
		t.Error("the leftover still runs")
	}
	if got := query(t, two.URL(), "SELECT 'mine'"); got != "mine" {
		t.Fatal(got)
	}
}

// TestStaleLocks leaves lock files of a killed server whose pid has become a zombie or another program of the same
// user, or that a power cut left unreadable. PostgreSQL by itself refuses all three.
func TestStaleLocks(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	one := start(t, c)
	server, data, socket := one.home.server, one.home.data, socketPath(one.home.run)
	check(t, one.Stop(t.Context()))
	sleeper, zombie := exec.Command("sleep", "600"), exec.Command("true")
	for _, cmd := range []*exec.Cmd{sleeper, zombie} {
		cmd.SysProcAttr = server.attributes(syscall.SIGKILL)
		check(t, cmd.Start())
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	}
	for staleReason(fmt.Sprint(zombie.Process.Pid)) != "zombie" { // It ends within a millisecond or two.
	}
	for want, text := range map[string]string{
		"another program": fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n\n", sleeper.Process.Pid, data),
		"zombie":          fmt.Sprintf("%d\n%s\n1700000000\n5432\n\n\n", zombie.Process.Pid, data),
		"unreadable":      "",
	} {
		t.Run(want, func(t *testing.T) {
			if got := staleReason(text); got != want {
				t.Errorf("reason %q", got)
			}
			for _, path := range []string{filepath.Join(data, "postmaster.pid"), socket + ".lock"} {
				check(t, os.WriteFile(path, []byte(text), 0o600))
				check(t, server.give(path))
			}
			cl := start(t, c)
			check(t, cl.Stop(t.Context()))
		})
	}
	if got := staleReason("4194305\n"); got != "process gone" { // Above the largest pid of Linux.
		t.Errorf("reason %q", got)
	}
	if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the other program was hit: %v", err)
	}
}

// TestWrongMajorIsRefused leaves every file as it was.
func TestWrongMajorIsRefused(t *testing.T) {
	t.Parallel()
	c := config(t, folder(t))
	one := start(t, c)
	data := one.home.data
	check(t, one.Stop(t.Context()))
	version := filepath.Join(data, "PG_VERSION")
	good, err := os.ReadFile(version)
	check(t, err)
	for text, want := range map[string]Code{"99\n": VersionMissing, "": NotACluster, "x\n": NotACluster} {
		check(t, os.WriteFile(version, []byte(text), 0o600))
		before := listing(t, data)
		words := []string{data}
		if want == VersionMissing {
			words = []string{"PostgreSQL 99", "postgresql-99", strings.TrimSpace(string(good)) + "("}
		}
		refused(t, c, want, words...)
		if after := listing(t, data); after != before {
			t.Errorf("files changed:\n%s\n%s", before, after)
		}
	}
	check(t, os.Remove(version))
	refused(t, c, NotACluster, data)
	check(t, os.WriteFile(version, good, 0o600))
	check(t, one.home.server.give(version))
	start(t, c)
}

// TestEmptyMountPointIsRefused: an empty pg/ may be the mount point of a disk that is missing.
func TestEmptyMountPointIsRefused(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	check(t, os.MkdirAll(filepath.Join(dir, "pg"), 0o700))
	refused(t, config(t, dir), NotACluster, "挂载")
	check(t, os.Remove(filepath.Join(dir, "pg")))
	check(t, os.Symlink("/nonexistent/disk", filepath.Join(dir, "pg")))
	refused(t, config(t, dir), NotACluster, "挂载")
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("find", dir, "-printf", "%P %s %T@ %u %m\n").Output()
	check(t, err)
	return string(out)
}
