package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"huying/cmd/bench/anchor"
)

// place is where a run keeps everything: two temporary folders and the
// programs it needs.
type place struct {
	dir   string // on a real disk
	ram   string // in memory
	hub   string
	peers string
}

func newPlace(ctx context.Context, o options) (*place, error) {
	if tmpfs(o.dir) {
		return nil, fmt.Errorf("-dir %s is in memory (tmpfs), where a sync is free: name a folder on a real disk", o.dir)
	}
	if !tmpfs(o.ram) {
		return nil, fmt.Errorf("-ram %s is not in memory: 450 kiosks would wait for one disk; name a tmpfs", o.ram)
	}
	p := &place{}
	var err error
	if p.dir, err = os.MkdirTemp(o.dir, "huying-bench-"); err != nil {
		return nil, err
	}
	if p.ram, err = os.MkdirTemp(o.ram, "huying-bench-"); err != nil {
		p.remove()
		return nil, err
	}
	// PostgreSQL runs as a user of its own and must pass through.
	if err := os.Chmod(p.dir, 0o755); err != nil { //nolint:gosec // a temporary folder without secrets
		p.remove()
		return nil, err
	}
	if err := p.build(ctx, o); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

func (p *place) build(ctx context.Context, o options) error {
	p.peers = filepath.Join(p.dir, "peers")
	if err := anchor.BuildPeers(ctx, o.peers, p.peers); err != nil {
		return err
	}
	if o.hub != "" {
		var err error
		p.hub, err = filepath.Abs(o.hub)
		return err
	}
	p.hub = filepath.Join(p.dir, "hub")
	return p.program(ctx, "./cmd/hub", p.hub)
}

// program builds one of ours, as it is shipped.
func (p *place) program(ctx context.Context, source, into string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", into, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s (run this from the top of the tree): %w: %s", source, err, bytes.TrimSpace(out))
	}
	return nil
}

func (p *place) remove() {
	for _, dir := range []string{p.dir, p.ram} {
		if dir != "" {
			_ = os.RemoveAll(dir)
		}
	}
}

func tmpfs(dir string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(dir, &fs) == nil && int64(fs.Type) == unix.TMPFS_MAGIC
}

// freePort gives want if nothing answers there, or a free port when want is 0.
func freePort(want int) (int, error) {
	if want == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).Port, nil
	}
	c, err := net.DialTimeout("tcp", loopback(want), time.Second)
	if err == nil {
		c.Close()
		return 0, fmt.Errorf("%s: something already answers there: stop it, or leave the port at 0", loopback(want))
	}
	return want, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// raiseFiles lifts the limit of open files: each kiosk has a socket and a
// journal.
func raiseFiles() {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) == nil {
		l.Cur = l.Max
		_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &l)
	}
}
