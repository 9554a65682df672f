package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/postgres"
	"huying/hub/store"
)

// The township of the measurement and who sits at its desk. All invented.
const (
	township    = "361025105"
	account     = "bench"
	accountWord = "mima-bench-1"
	kioskCount  = 450 // points of the county, design, section 1: 176 stations and 260 groups, rounded up
)

// hubProcess is a real hub in a process of its own, with its own PostgreSQL.
type hubProcess struct {
	cmd     *exec.Cmd
	done    chan struct{}
	said    bytes.Buffer
	addr    string
	metrics string
	kiosks  []enrolled
}

// enrolled is a kiosk that the hub knows, with its key.
type enrolled struct {
	id  string
	key ed25519.PrivateKey
}

// startHub enrols the kiosks and the operator in the hub's own database, as a
// county does before its first day, and then starts the hub on it.
func startHub(ctx context.Context, p *place, o options) (*hubProcess, error) {
	h := &hubProcess{done: make(chan struct{})}
	data := filepath.Join(p.dir, "hub-data")
	if err := h.furnish(ctx, data); err != nil {
		return nil, fmt.Errorf("prepare the hub's database: %w", err)
	}
	for _, a := range []struct {
		addr *string
		want int
	}{{&h.addr, o.port}, {&h.metrics, o.metrics}} {
		port, err := freePort(a.want)
		if err != nil {
			return nil, err
		}
		*a.addr = loopback(port)
	}
	config := filepath.Join(p.dir, "hub.yaml")
	text := fmt.Sprintf("unit: {code: %q, name: 牛田镇}\nlisten: %s\ndata: %s\nmetrics: %s\nmedia: {node_ip: 127.0.0.1}\n",
		township, h.addr, data, h.metrics)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return h, h.start(ctx, p.hub, config)
}

func (h *hubProcess) furnish(ctx context.Context, data string) error {
	pg, err := postgres.Supervise(ctx, postgres.Config{Dir: filepath.Join(data, "postgres"), Log: quiet})
	if err != nil {
		return err
	}
	defer func() { _ = pg.Stop(context.Background()) }()
	s, err := store.Open(ctx, pg.URL(), store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	hasher, err := auth.NewHasher(auth.Strong)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(ctx, accountWord)
	if err != nil {
		return err
	}
	err = s.PutPerson(ctx, directory.Person{ID: "bench", Account: account, Name: "测（虚构）", Post: "接线员",
		Role: auth.Operator, Unit: township, PasswordHash: hash})
	for i := 0; i < kioskCount && err == nil; i++ {
		var k enrolled
		var public ed25519.PublicKey
		if public, k.key, err = ed25519.GenerateKey(nil); err != nil {
			break
		}
		code := fmt.Sprintf("%s%03d", township, 200+i)
		k.id = code + "-1"
		h.kiosks = append(h.kiosks, k)
		err = s.PutKiosk(ctx, directory.Kiosk{ID: k.id, PublicKey: public, EnrolledAt: time.Now(),
			Point:    directory.Unit{Code: code, Name: fmt.Sprintf("第%d村", i+1)},
			Township: directory.Unit{Code: township, Name: "牛田镇"}})
	}
	return err
}

func (h *hubProcess) start(ctx context.Context, program, config string) error {
	h.cmd = exec.Command(program, "-c", config)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	log, err := h.cmd.StderrPipe()
	if err != nil {
		return err
	}
	ready, started := make(chan struct{}), make(chan error)
	go h.run(started)
	if err := <-started; err != nil {
		return err
	}
	go h.follow(log, ready)
	select {
	case <-ready:
		return nil
	case <-h.done:
		return fmt.Errorf("the hub ended: %s", bytes.TrimSpace(h.said.Bytes()))
	case <-ctx.Done():
		h.stop()
		return ctx.Err()
	case <-time.After(time.Minute):
		h.stop()
		return errors.New("the hub did not come up within a minute")
	}
}

func (h *hubProcess) run(started chan<- error) {
	// The parent-death signal follows the thread that forked.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(h.done)
	err := h.cmd.Start()
	started <- err
	if err == nil {
		_, _ = h.cmd.Process.Wait()
	}
}

// follow takes the hub's log, as journald does, and keeps its first lines.
func (h *hubProcess) follow(log io.Reader, ready chan<- struct{}) {
	lines := bufio.NewReaderSize(log, 1<<16)
	up := false
	for {
		line, err := lines.ReadSlice('\n')
		if !up && h.said.Len() < 1<<16 {
			h.said.Write(line)
		}
		if !up && bytes.Contains(line, []byte("hub runs")) {
			up = true
			close(ready)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (h *hubProcess) stop() {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-h.done:
	case <-time.After(20 * time.Second):
		_ = h.cmd.Process.Kill()
		<-h.done
	}
}

// commits asks the hub how many transactions its writer has made.
func (h *hubProcess) commits(ctx context.Context) (float64, error) {
	body, err := h.get(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(body)) {
		if n, ok := strings.CutPrefix(line, "huying_commit_seconds_count "); ok {
			return strconv.ParseFloat(strings.TrimSpace(n), 64)
		}
	}
	return 0, errors.New("the hub's metrics have no huying_commit_seconds_count")
}

// profile keeps a processor profile of the hub while something else runs.
func (h *hubProcess) profile(ctx context.Context, file string, length time.Duration) error {
	body, err := h.get(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", int(length.Seconds())))
	if err != nil {
		return err
	}
	return os.WriteFile(file, body, 0o600)
}

func (h *hubProcess) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.metrics+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, res.Status)
	}
	return io.ReadAll(res.Body)
}
