package postgres

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// programs chooses the server programs by what is in pg/, making pg/ first if it does not exist. A pg/ without a
// PG_VERSION is refused, also when it is empty: it may be the mount point of a disk that failed to mount, and a
// fresh cluster there would hide the real one.
func (h *home) programs(ctx context.Context) (programs, error) {
	find := machine(h.cfg.BinDir)
	_, err := os.Stat(h.data)
	if errors.Is(err, os.ErrNotExist) {
		if _, err = os.Lstat(h.data); err == nil {
			return programs{}, refuse(NotACluster, nil, "%s 是一个断开的链接;请检查存放数据的磁盘是否挂载", h.data)
		}
		p, err := find.newest()
		if err != nil {
			return p, err
		}
		return p, h.initialise(ctx, p)
	}
	if err != nil {
		return programs{}, refuse(FolderFailed, err, "数据文件夹 %s 无法读取", h.data)
	}
	text, err := os.ReadFile(filepath.Join(h.data, "PG_VERSION"))
	if err != nil {
		return programs{}, refuse(NotACluster, err,
			"%s 里没有 PG_VERSION,不像是数据库;请检查磁盘是否挂载、备份是否完整。确实要从头开始时请自行移走这个文件夹", h.data)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return programs{}, refuse(NotACluster, err, "%s/PG_VERSION 的内容 %q 看不懂;请从备份恢复", h.data, text)
	}
	return find.exactly(major)
}

// initialise makes the cluster in pg.new and renames it when it is complete and on disk.
func (h *home) initialise(ctx context.Context, p programs) error {
	if err := endLeftovers(ctx, h.log, h.fresh); err != nil {
		return err
	}
	if err := os.RemoveAll(h.fresh); err != nil { // Never held a commit: it is renamed before the first start.
		return refuse(FolderFailed, err, "上次没有建成的数据库 %s 无法清除", h.fresh)
	}
	err := os.Mkdir(h.fresh, 0o700)
	if err == nil {
		err = h.server.give(h.fresh)
	}
	if err != nil {
		return refuse(FolderFailed, err, "数据库文件夹 %s 无法建立", h.fresh)
	}
	if err = h.initdb(ctx, p); err != nil {
		return err
	}
	if err = os.Rename(h.fresh, h.data); err == nil {
		err = syncFolder(h.dir)
	}
	if err != nil {
		return refuse(FolderFailed, err, "数据库文件夹 %s 无法就位", h.data)
	}
	h.log.Info("database cluster made", "dir", h.data, "major", p.major)
	return nil
}

func (h *home) initdb(ctx context.Context, p programs) error {
	args := []string{"-D", h.fresh, "-U", admin, "-A", "peer", "-E", "UTF8", "--locale=C.UTF-8", "-k"}
	if h.cfg.Throwaway {
		args = append(args, "--no-sync")
	}
	var said strings.Builder
	cmd := exec.Command(p.path("initdb"), args...)
	cmd.Dir, cmd.Env = h.fresh, environment(p)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = h.server.attributes(syscall.SIGKILL)
	proc, err := spawn(cmd)
	if err != nil {
		return h.explainSpawn(p, err)
	}
	select {
	case <-proc.done:
	case <-ctx.Done():
		proc.signal(syscall.SIGKILL)
		<-proc.done
		return refuse(InitFailed, ctx.Err(), "建立数据库被中断;下次启动会重新建立")
	}
	if proc.err != nil {
		return refuse(InitFailed, proc.err, "建立数据库失败:%s", lastLines(said.String(), 6))
	}
	return nil
}

// environment is all that PostgreSQL sees of ours: PGDATA, PGPORT and the like would change what it does.
func environment(p programs) []string {
	return []string{"PATH=" + p.dir + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
}

// explainSpawn turns the kernel's "permission denied" into the folder that denied it.
func (h *home) explainSpawn(p programs, err error) error {
	if errors.Is(err, syscall.EACCES) {
		for _, path := range []string{h.dir, p.dir} {
			if dir := h.server.blocked(path); dir != "" {
				return refuse(FolderUnreachable, err,
					"数据库由系统用户 %s 运行,它进不了文件夹 %s;请执行 chmod o+x %s,或把数据放到 /var/lib/huying", h.server.name, dir, dir)
			}
		}
	}
	return refuse(StartFailed, err, "数据库程序 %s 无法以系统用户 %s 启动", p.dir, h.server.name)
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
