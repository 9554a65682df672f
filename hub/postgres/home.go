package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// home is a data folder that this process holds the lock of. It outlives any single run of the server.
type home struct {
	cfg    Config
	log    *slog.Logger
	dir    string // the folder, without symbolic links
	data   string // dir/pg
	fresh  string // dir/pg.new
	run    string // folder of the socket
	hub    account
	server account
	lock   *os.File
}

// open takes the folder: makes it, locks it and decides who runs the server. The caller closes the home.
func open(ctx context.Context, c Config) (*home, error) {
	c, err := c.normalize()
	if err != nil {
		return nil, err
	}
	h := &home{cfg: c, log: c.Log}
	if h.hub, err = hubAccount(); err != nil {
		return nil, err
	}
	if err = makeFolders(c.Dir); err != nil {
		return nil, refuse(FolderFailed, err, "数据文件夹 %s 无法建立", c.Dir)
	}
	if h.dir, err = filepath.EvalSymlinks(c.Dir); err != nil {
		return nil, refuse(FolderFailed, err, "数据文件夹 %s 无法读取", c.Dir)
	}
	h.data, h.fresh = filepath.Join(h.dir, "pg"), filepath.Join(h.dir, "pg.new")
	if h.lock, err = takeLock(ctx, filepath.Join(h.dir, "lock")); err != nil {
		return nil, err
	}
	if h.server, err = serverAccount(h.hub, h.data); err == nil {
		err = h.runFolder()
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// close gives the folder back. The kernel does the same when the process dies.
func (h *home) close() { h.lock.Close() }

// url is how to connect as the given role; it stays the same over restarts of the server.
func (h *home) url(as, database string) string {
	q := url.Values{"host": {h.run}, "port": {port}}
	query := strings.ReplaceAll(q.Encode(), "+", "%20") // pgx and libpq do not take a plus for a blank.
	u := url.URL{Scheme: "postgres", User: url.User(as), Path: "/" + database, RawQuery: query}
	return u.String()
}

// makeFolders is MkdirAll that lets others pass through what it makes even under a strict umask: the server may run
// as another user than the hub. What must be private (pg/, run/) has its own mode.
func makeFolders(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return &os.PathError{Op: "mkdir", Path: dir, Err: syscall.ENOTDIR}
		}
		return nil
	}
	if err := makeFolders(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// takeLock waits up to a second: the lock of a hub that was just killed lives as long as a child it was forking.
func takeLock(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, refuse(FolderFailed, err, "锁文件 %s 无法打开;请检查文件夹的所有者", path)
	}
	for deadline := time.Now().Add(time.Second); ; {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			break
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			holder, _ := io.ReadAll(io.LimitReader(f, 20))
			f.Close()
			return nil, refuse(FolderInUse, err, "数据文件夹 %s 正被另一个 hub(进程 %s)使用;一个文件夹只能给一个 hub",
				filepath.Dir(path), strings.TrimSpace(string(holder)))
		}
		pause(ctx, 20*time.Millisecond)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, refuse(FolderFailed, err, "锁文件 %s 无法写入;请检查磁盘", path)
	}
	return f, nil
}

// socketLimit is the longest path of a unix socket on Linux: sun_path has 108 bytes, the last one is 0.
const socketLimit = 107

// runFolder makes the socket's folder, private to the server's user. A data folder with a long path, or with a comma
// (in a URL it separates hosts), gets a short one elsewhere whose name is derived from the data folder, so that the
// URL is the same after every start.
func (h *home) runFolder() error {
	h.run = filepath.Join(h.dir, "run")
	if len(socketPath(h.run)) > socketLimit || strings.Contains(h.run, ",") {
		name := fmt.Sprintf("huying-%d-%x", h.server.uid, sha256.Sum256([]byte(h.dir)))[:40]
		h.run = filepath.Join("/tmp", name)
		if info, err := os.Stat("/run"); h.hub.uid == 0 && err == nil && info.IsDir() {
			h.run = filepath.Join("/run", name) // Only root writes there, so nobody can take the name first.
		}
	}
	if err := os.Mkdir(h.run, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return refuse(FolderFailed, err, "数据库的通信文件夹 %s 无法建立", h.run)
	}
	info, err := os.Lstat(h.run)
	if err != nil || !info.IsDir() {
		return refuse(FolderFailed, err, "数据库的通信文件夹 %s 不是文件夹;请移走它", h.run)
	}
	private := filepath.Dir(h.run) == h.dir && h.hub.uid == 0 // Root may take its own folder from a former user.
	if owner := ownerOf(info); owner != h.server.uid && owner != h.hub.uid && !private {
		return refuse(FolderOwner, nil, "数据库的通信文件夹 %s 属于系统用户 %s;请移走它", h.run, nameOf(owner))
	}
	if err = os.Chmod(h.run, 0o700); err == nil && h.server.drop {
		err = os.Lchown(h.run, h.server.uid, h.server.gid)
	}
	if err != nil {
		return refuse(FolderFailed, err, "数据库的通信文件夹 %s 无法设置权限", h.run)
	}
	return nil
}

func socketPath(run string) string { return filepath.Join(run, ".s.PGSQL."+port) }

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
