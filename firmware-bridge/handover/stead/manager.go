// Package stead stands in for systemd and for the terminal in trials of a
// handover: Manager keeps descriptors and starts a program with them, Read is
// a program that reads keys and stores their presses. Only tests import it.
package stead

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover"
)

// Folder is the variable by which a program that Start started knows that it
// is one, and where to store presses.
const Folder = "HUYING_STEAD"

// Manager does what systemd does for a service with a file descriptor store.
type Manager struct {
	// Forgetful keeps nothing and says so.
	Forgetful bool
	// Env is given to the program besides.
	Env []string

	folder string
	socket *net.UnixConn
	ended  chan struct{}

	mu   sync.Mutex // guards what follows
	kept []kept
	done *sync.Cond
	cmd  *exec.Cmd
}

type kept struct {
	name string
	file *os.File
}

// New starts a manager whose programs store presses in a folder.
func New(folder string) (*Manager, error) {
	path := filepath.Join(folder, "notify")
	_ = os.Remove(path)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("stead: %w", err)
	}
	m := &Manager{folder: folder, socket: socket, ended: make(chan struct{})}
	m.done = sync.NewCond(&m.mu)
	go m.listen()
	return m, nil
}

func (m *Manager) listen() {
	defer close(m.ended)
	text, rights := make([]byte, 4096), make([]byte, 4096)
	for {
		n, o, _, _, err := m.socket.ReadMsgUnix(text, rights)
		if err != nil {
			return
		}
		m.hear(string(text[:n]), files(rights[:o]))
	}
}

func files(rights []byte) (all []*os.File) {
	messages, _ := unix.ParseSocketControlMessage(rights)
	for _, c := range messages {
		fds, _ := unix.ParseUnixRights(&c)
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			all = append(all, os.NewFile(uintptr(fd), "kept"))
		}
	}
	return all
}

func (m *Manager) hear(text string, came []*os.File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	said := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		k, v, _ := strings.Cut(line, "=")
		said[k] = v
	}
	name := said["FDNAME"]
	switch {
	case said["FDSTORE"] == "1":
		for _, f := range came {
			m.kept = append(m.kept, kept{name, f})
		}
		came = nil
	case said["FDSTOREREMOVE"] == "1":
		m.kept = slices.DeleteFunc(m.kept, func(k kept) bool {
			if k.name == name {
				_ = k.file.Close()
			}
			return k.name == name
		})
	}
	for _, f := range came { // of a barrier: closing it is the answer
		_ = f.Close()
	}
	m.done.Broadcast()
}

// Await waits until so many descriptors are kept.
func (m *Manager) Await(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.kept) != n {
		m.done.Wait()
	}
}

// Names lists what is kept.
func (m *Manager) Names() (all []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kept {
		all = append(all, k.name)
	}
	return all
}

// Start starts a program with what is kept.
func (m *Manager) Start(program string, args ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cmd = exec.Command(program, args...)
	m.cmd.Stdout, m.cmd.Stderr = os.Stdout, os.Stderr
	m.cmd.Env = append(slices.Clone(m.Env), Folder+"="+m.folder)
	if !m.Forgetful {
		var names []string
		for _, k := range m.kept {
			names = append(names, k.name)
			m.cmd.ExtraFiles = append(m.cmd.ExtraFiles, k.file)
		}
		m.cmd.Env = append(m.cmd.Env, "NOTIFY_SOCKET="+filepath.Join(m.folder, "notify"),
			fmt.Sprintf("LISTEN_FDS=%d", len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	}
	if err := m.cmd.Start(); err != nil {
		return fmt.Errorf("stead: %w", err)
	}
	return nil
}

// Kill kills the program, which has no time for anything, and says so if it
// had ended before.
func (m *Manager) Kill() error {
	m.mu.Lock()
	cmd := m.cmd
	m.mu.Unlock()
	if err := cmd.Process.Kill(); err != nil {
		return fmt.Errorf("stead: %w", err)
	}
	err := cmd.Wait()
	if s, ok := cmd.ProcessState.Sys().(interface{ Signaled() bool }); ok && s.Signaled() {
		return nil
	}
	return fmt.Errorf("stead: the program ended by itself: %s: %w", cmd.ProcessState, err)
}

// Close lets go of everything. The program must have been killed.
func (m *Manager) Close() error {
	err := m.socket.Close()
	<-m.ended
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kept {
		err = errors.Join(err, k.file.Close())
	}
	m.kept = nil
	return err
}

// Inherit gives this process copies of what is kept, as if it was started
// anew, and its keeper.
func (m *Manager) Inherit() *handover.Keeper {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string][]int{}
	for _, k := range m.kept {
		fd, err := unix.FcntlInt(k.file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			panic(err) // too many are open
		}
		found[k.name] = append(found[k.name], fd)
	}
	return handover.NewKeeper(filepath.Join(m.folder, "notify"), found)
}

// Lose closes one of what is kept, as systemd does with what hangs up.
func (m *Manager) Lose(i int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.kept[i].file.Close()
	m.kept = slices.Delete(m.kept, i, i+1)
}
