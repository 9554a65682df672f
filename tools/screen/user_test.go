package screen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds each wait for a real process; only a test that fails uses it up.
const patience = 90 * time.Second

// firstUser begins the user numbers of the test, one for each test process: they
// belong to nobody else, so whatever runs under one is ours.
const firstUser = 1_000_000

// nobody is a user without rights, without a name, and with a folder.
type nobody struct {
	t   *testing.T
	id  int
	dir string
}

var users struct {
	sync.Mutex
	n int
}

func someone(t *testing.T) *nobody {
	t.Helper()
	users.Lock()
	users.n++
	id := firstUser + os.Getpid()%100_000*100 + users.n%100
	users.Unlock()
	dir, err := os.MkdirTemp(folders, "huying-screen-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	u := &nobody{t, id, dir}
	t.Cleanup(func() {
		u.endAll()
		must(t, os.RemoveAll(dir))
	})
	return u
}

// folder makes a folder of the user's own.
func (u *nobody) folder(name string) string {
	u.t.Helper()
	path := filepath.Join(u.dir, name)
	must(u.t, os.MkdirAll(path, 0o700))
	must(u.t, os.Chown(path, u.id, u.id))
	return path
}

// process is a running program and what it said.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	over chan struct{}
	mu   sync.Mutex
	log  bytes.Buffer
}

// start starts a program under the user, or, as root, something that becomes
// the user by itself. It dies with the test.
func (u *nobody) start(asRoot bool, env []string, args ...string) *process {
	u.t.Helper()
	p := &process{t: u.t, name: filepath.Base(args[0]), cmd: exec.Command(args[0], args[1:]...), over: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = env, "/", p, p
	p.cmd.WaitDelay = time.Second // what it leaves behind may hold on to its log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if !asRoot {
		p.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(u.id), Gid: uint32(u.id), NoSetGroups: false}
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the parent-death signal follows the thread that forked
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
		close(p.over)
	}()
	must(u.t, <-started)
	u.t.Cleanup(func() {
		p.end(syscall.SIGKILL)
		if u.t.Failed() {
			u.t.Logf("%s said:\n%s", p.name, p.said())
		}
	})
	return p
}

// Write takes what the program says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var kept []string
	for line := range strings.Lines(p.log.String()) {
		if !strings.Contains(line, "dbus") { // there is no bus here, and Chromium says so all the time
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[max(0, len(kept)-40):], "")
}

// words gives a field of each of the log's lines with this message.
func (p *process) words(msg, field string) (out []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := bufio.NewScanner(bytes.NewReader(p.log.Bytes()))
	for lines.Scan() {
		var line map[string]any
		if json.Unmarshal(lines.Bytes(), &line) == nil && line["msg"] == msg {
			out = append(out, fmt.Sprint(line[field]))
		}
	}
	return out
}

func (p *process) end(with syscall.Signal) {
	_ = p.cmd.Process.Signal(with)
	<-p.over
}

// own lists the user's processes whose command line has all of the words.
func (u *nobody) own(words ...string) (pids []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(u.id) {
			continue
		}
		line, _ := os.ReadFile(dir + "/cmdline")
		text := strings.ReplaceAll(string(line), "\x00", " ")
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// endAll ends whatever runs under the user.
func (u *nobody) endAll() {
	u.until("its processes are gone", func() error {
		left := u.own()
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if len(left) > 0 {
			return fmt.Errorf("%d are left", len(left))
		}
		return nil
	})
}

// run runs a short program under the user and gives its output.
func (u *nobody) run(env []string, args ...string) ([]byte, error) {
	cmd := exec.Command("timeout", append([]string{"20"}, args...)...)
	cmd.Env, cmd.Dir = env, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(u.id), Gid: uint32(u.id)}}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", args[0], err, said.Bytes())
	}
	return out, err
}

// until polls a real thing that has no other way to tell.
func (u *nobody) until(what string, good func() error) {
	u.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = good(); err == nil {
			return
		}
	}
	u.t.Fatalf("%s: not within %v: %v", what, patience, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// status is what the kernel says of a process; empty if it has gone.
func (u *nobody) status(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return string(text)
}
