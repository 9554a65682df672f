package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// quitGrace is how long leftovers may take to quit by themselves before they are killed. Nothing is lost either way.
const quitGrace = 2 * time.Second

// endLeftovers ends every PostgreSQL process that works in the given data folder, such as a server whose hub was
// killed or the backends of a server that was killed. They are stopped, not adopted: only a direct child can be
// waited for, and only then is it certain that nobody else writes to the data. The caller holds the folder's lock
// and has no server of its own running.
func endLeftovers(ctx context.Context, log *slog.Logger, data string) error {
	begun, asked := time.Now(), map[int]bool{}
	for {
		pids := workingIn(data)
		if len(pids) == 0 {
			return nil
		}
		late := time.Since(begun) > quitGrace
		for _, pid := range pids {
			switch {
			case late:
				sendIfIn(pid, data, syscall.SIGKILL)
			case !asked[pid]:
				log.Warn("ending a leftover database process", "pid", pid, "dir", data)
				sendIfIn(pid, data, syscall.SIGQUIT)
				sendIfIn(pid, data, syscall.SIGCONT) // A stopped process sees no signal but this one.
				asked[pid] = true
			}
		}
		if ctx.Err() != nil || time.Since(begun) > 5*quitGrace {
			return refuse(LeftoverAlive, ctx.Err(), "上次的数据库进程 %v 还没有结束,无法启动;磁盘可能没有响应,请检查后重试", pids)
		}
		pause(ctx, 5*time.Millisecond)
	}
}

// workingIn lists the PostgreSQL processes whose working folder is data: the server and all its children change
// there. Folders are compared by identity, so links and mounts do not hide a process. Zombies have no working folder.
func workingIn(data string) (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && worksIn(pid, data) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func worksIn(pid int, data string) bool {
	proc := fmt.Sprintf("/proc/%d/", pid)
	exe, err := os.Readlink(proc + "exe")
	if err != nil { // Another user's, and not to be read: then it cannot be ours either. Or a kernel thread.
		return false
	}
	// After a package upgrade the kernel marks the program of a running server as deleted.
	name := filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
	if name != "postgres" && name != "initdb" {
		return false
	}
	here, err := os.Stat(proc + "cwd")
	if err != nil {
		return false
	}
	there, err := os.Stat(data)
	return err == nil && os.SameFile(here, there)
}

// sendIfIn looks again once the process is held by a pidfd (os.FindProcess), so that a pid that changed hands in
// between is never hit.
func sendIfIn(pid int, data string, sig syscall.Signal) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return
	}
	defer p.Release()
	if worksIn(pid, data) {
		_ = p.Signal(sig) // Fails only when it has just ended, which is what is wanted.
	}
}

// clearStale removes the lock files of a server that is gone. PostgreSQL itself refuses to start when the pid in
// them is alive, and after a power cut that pid often belongs to another program, or to a zombie. Here the folder's
// lock is held and all servers in it have ended, so the files mean nothing any more, whatever they say.
func (h *home) clearStale() error {
	for _, path := range []string{filepath.Join(h.data, "postmaster.pid"), socketPath(h.run) + ".lock", socketPath(h.run)} {
		text, err := os.ReadFile(path) // Fails for the socket, which has no text.
		if err == nil {
			h.log.Warn("removing a stale lock file", "path", path, "reason", staleReason(string(text)))
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return refuse(FolderFailed, err, "上次留下的锁文件 %s 无法删除", path)
		}
	}
	return nil
}

// staleReason names why the first line of a lock file does not stand for a running server of ours.
func staleReason(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	pid, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(line), "-")) // Negative: a stand-alone backend.
	if err != nil {
		return "unreadable"
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "process gone"
	}
	if _, after, ok := strings.Cut(string(stat), ") "); ok && strings.HasPrefix(after, "Z") {
		return "zombie"
	}
	return "another program"
}
