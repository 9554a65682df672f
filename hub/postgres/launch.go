package postgres

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// launch brings the server up. A process of the last one may be gone for everybody and still hold its shared memory
// for a moment, for instance while somebody reads about it in /proc; then the server refuses to start, and is asked
// again.
func (h *home) launch(ctx context.Context) (*process, error) {
	for begun := time.Now(); ; pause(ctx, 50*time.Millisecond) {
		p, err := h.launchOnce(ctx)
		if err == nil || !strings.Contains(err.Error(), "shared memory block") || ctx.Err() != nil || time.Since(begun) > 5*quitGrace {
			return p, err
		}
		h.log.Warn("the last server's memory is still in use", "dir", h.data)
	}
}

// launchOnce brings the server up once: nobody else works on the data, no stale lock is in the way, and when it returns
// without an error the hub's role can use the hub's database. The end of ctx abandons the attempt.
func (h *home) launchOnce(ctx context.Context) (*process, error) {
	if err := endLeftovers(ctx, h.log, h.data); err != nil {
		return nil, err
	}
	progs, err := h.programs(ctx)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(h.data); err == nil && ownerOf(info) != h.server.uid {
		if err := h.server.give(h.data); err != nil {
			return nil, refuse(FolderOwner, err, "数据文件夹 %s 无法交给系统用户 %s", h.data, h.server.name)
		}
	}
	if err := h.clearStale(); err != nil {
		return nil, err
	}
	if err := h.writeAccess(); err != nil {
		return nil, refuse(FolderFailed, err, "数据文件夹 %s 无法写入;请检查磁盘空间和权限", h.dir)
	}
	log, err := h.openServerLog()
	if err != nil {
		return nil, refuse(FolderFailed, err, "数据库日志 %s 无法写入", h.serverLog())
	}
	defer log.Close()
	cmd := exec.Command(progs.path("postgres"), h.arguments()...)
	cmd.Dir, cmd.Env = h.data, environment(progs)
	cmd.Stdout, cmd.Stderr = log, log
	// On the hub's death: immediate shutdown. The hub that comes next must not wait for a checkpoint.
	cmd.SysProcAttr = h.server.attributes(syscall.SIGQUIT)
	begun, from := time.Now(), h.serverLogSize()
	p, err := spawn(cmd)
	if err != nil {
		return nil, h.explainSpawn(progs, err)
	}
	if err = h.awaitReady(ctx, p, from); err == nil {
		err = h.furnish(ctx)
	}
	if err != nil {
		stopped, cancel := context.WithCancel(context.Background())
		cancel() // Nobody uses it yet: no need for a checkpoint.
		p.stop(stopped)
		return nil, err
	}
	h.log.Info("database up", "pid", p.pid(), "major", progs.major, "user", h.server.name, "socket", h.run, "after", time.Since(begun))
	return p, nil
}

func (h *home) arguments() []string {
	settings := map[string]string{
		"cluster_name":                  "huying",
		"timezone":                      "UTC",
		"jit":                           "off", // Short statements only; compiling one costs more than running it.
		"log_checkpoints":               "off",
		"log_line_prefix":               "%m [%p] %q%u@%d ",
		"log_statement":                 "none",
		"max_wal_size":                  "256MB", // Bounds the recovery after a power cut, and the disk of a small machine.
		"log_timezone":                  "UTC",
		"log_min_messages":              "warning",
		"log_lock_waits":                "on",
		"log_startup_progress_interval": "10s",

		// Names and telephone numbers stand in statements, parameters and details; the log is no place for them.
		"log_min_error_statement":           "panic",
		"log_error_verbosity":               "terse",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
	}
	maps.Copy(settings, h.cfg.Settings)
	maps.Copy(settings, map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": `"` + strings.ReplaceAll(h.run, `"`, `""`) + `"`, // A list; quoted, a comma is part of the name.
		"unix_socket_permissions": "0700",
		"hba_file":                h.accessFile("hba.conf"),
		"ident_file":              h.accessFile("ident.conf"),
		"logging_collector":       "off",
		"log_destination":         "stderr",
		"fsync":                   h.cfg.durability(),
		"full_page_writes":        h.cfg.durability(),
		"synchronous_commit":      "on", // Cheap without fsync, and the store asserts it in tests too.
	})
	args := []string{"-D", h.data}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

func (h *home) accessFile(name string) string { return filepath.Join(h.dir, name) }

// writeAccess says who may connect. Peer authentication: the kernel tells PostgreSQL the OS user at the other end of
// the socket. The hub's own OS user (root, if it is root) may be the hub's role and the superuser; the user that the
// server runs as may too, because it owns the files anyway. The files stand outside pg/, so a hub that is root
// writes only where nobody else can put a link.
func (h *home) writeAccess() error {
	hba := "# Written by the hub at each start.\nlocal all all peer map=hub\n"
	var ident strings.Builder
	ident.WriteString("# Written by the hub at each start.\n")
	names := slices.Compact(slices.Sorted(slices.Values([]string{h.hub.name, h.server.name})))
	for _, name := range names {
		for _, as := range []string{role, admin} {
			fmt.Fprintf(&ident, "hub \"%s\" %s\n", name, as)
		}
	}
	for name, text := range map[string]string{"hba.conf": hba, "ident.conf": ident.String()} {
		path := h.accessFile(name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
		if err := os.Chmod(path, 0o644); err != nil { // Whatever the umask: the server's user must read it.
			return err
		}
	}
	return nil
}

// awaitReady watches the status line that the server keeps in postmaster.pid, as pg_ctl does. Recovery after a
// crash may take long; only ctx bounds it.
func (h *home) awaitReady(ctx context.Context, p *process, from int64) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for h.status(p) != "ready" {
		select {
		case <-p.done:
			return refuse(StartFailed, p.err, "数据库没有启动成功,它最后说:\n%s", h.serverSaid(from))
		case <-ctx.Done():
			return refuse(StartFailed, ctx.Err(), "数据库没有及时启动,它最后说:\n%s", h.serverSaid(from))
		case <-tick.C:
		}
	}
	return nil
}

// status is what the server says about itself: "starting", "ready", "stopping", or "" when unknown. It is the eighth
// line of postmaster.pid (src/include/utils/pidfile.h), the first being the pid.
func (h *home) status(p *process) string {
	text, err := os.ReadFile(filepath.Join(h.data, "postmaster.pid"))
	if err != nil {
		return ""
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 8 || strings.TrimSpace(lines[0]) != fmt.Sprint(p.pid()) {
		return ""
	}
	return strings.TrimSpace(lines[7])
}

// furnish proves that the hub can work: role and database exist (they are made if not) and commits are durable.
func (h *home) furnish(ctx context.Context) error {
	const durable = "SHOW synchronous_commit"
	got, err := ask(ctx, h.run, role, h.cfg.Database, durable)
	if state := sqlState(err); state == noSuchDatabase || state == notAuthorised {
		if err = h.create(ctx); err == nil {
			got, err = ask(ctx, h.run, role, h.cfg.Database, durable)
		}
	}
	if err != nil {
		return refuse(StartFailed, err, "数据库启动了,但连接不上")
	}
	if got != "on" {
		return refuse(NotDurable, nil, "数据库设置 synchronous_commit 是 %s,应当是 on:有人为角色 %s 或数据库 %s 改过它;请用 ALTER ... RESET 改回",
			got, role, h.cfg.Database)
	}
	return nil
}

// create makes role and database; either may exist already, when the last first start was cut short.
func (h *home) create(ctx context.Context) error {
	if _, err := ask(ctx, h.run, admin, admin, "CREATE ROLE "+role+" LOGIN"); err != nil && sqlState(err) != "42710" {
		return err
	}
	_, err := ask(ctx, h.run, admin, admin, "CREATE DATABASE "+h.cfg.Database+" OWNER "+role)
	if sqlState(err) == "42P04" {
		return nil
	}
	return err
}
