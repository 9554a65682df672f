package handover

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// firstFd is the first descriptor that is passed on (sd_listen_fds(3)).
const firstFd = 3

// patience bounds how long the keeper may need for a message. systemd needs
// less than a millisecond; keys must not wait for one that hangs.
const patience = 2 * time.Second

// Keeper is who keeps descriptors while the program is not there: systemd, or
// a trial in its place. A nil Keeper keeps nothing.
type Keeper struct {
	socket string

	mu    sync.Mutex
	found map[string][]int
}

// Find takes over what was left for the process pid, as the environment says,
// and returns its keeper: nil if there is none. It is to be called once, before
// anything else opens files; descriptors that are passed on do not go further
// to programs that this one starts.
func Find(pid int, getenv func(string) string) *Keeper {
	socket := getenv("NOTIFY_SOCKET")
	if socket == "" {
		return nil
	}
	k := NewKeeper(socket, map[string][]int{})
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || getenv("LISTEN_PID") != strconv.Itoa(pid) {
		return k
	}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	for i := range n {
		fd := firstFd + i
		unix.CloseOnExec(fd)
		if i < len(names) {
			k.found[names[i]] = append(k.found[names[i]], fd)
		}
	}
	return k
}

// NewKeeper returns the keeper that listens on a socket and left descriptors
// under names.
func NewKeeper(socket string, found map[string][]int) *Keeper {
	return &Keeper{socket: socket, found: found}
}

// take gives what was found under a name, once.
func (k *Keeper) take(name string) []int {
	k.mu.Lock()
	defer k.mu.Unlock()
	fds := k.found[name]
	delete(k.found, name)
	return fds
}

// Discard gives up whatever was found under names that begin so and was not
// asked for by Desk: the settings have changed. It returns when lines that were
// kept are free.
func (k *Keeper) Discard(prefix string) error {
	if k == nil {
		return nil
	}
	var names []string
	k.mu.Lock()
	for name := range k.found {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	k.mu.Unlock()
	var err error
	for _, name := range names {
		closeAll(k.take(name))
		err = errors.Join(err, k.drop(name))
	}
	return err
}

// keep leaves descriptors with the keeper, in addition to those of that name.
func (k *Keeper) keep(name string, fds ...int) error {
	return k.send("FDSTORE=1\nFDNAME="+name, fds...)
}

// drop lets the keeper close what it has under a name, and waits until it did.
func (k *Keeper) drop(name string) error {
	if err := k.send("FDSTOREREMOVE=1\nFDNAME=" + name); err != nil {
		return err
	}
	return k.barrier()
}

// barrier waits until the keeper has followed every message before it: it
// closes the end of a pipe then.
func (k *Keeper) barrier() error {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return fmt.Errorf("handover: pipe: %w", err)
	}
	defer unix.Close(ends[0])
	err := k.send("BARRIER=1", ends[1])
	_ = unix.Close(ends[1]) // the keeper has its own now
	if err != nil {
		return err
	}
	for until := time.Now().Add(patience); ; {
		left := time.Until(until)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(ends[0])}}, int(max(0, left)/time.Millisecond))
		switch {
		case n > 0:
			return nil
		case err != nil && !errors.Is(err, unix.EINTR):
			return fmt.Errorf("handover: poll: %w", err)
		case left <= 0:
			return fmt.Errorf("handover: barrier: %w", os.ErrDeadlineExceeded)
		}
	}
}

func (k *Keeper) send(text string, fds ...int) error {
	s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("handover: socket: %w", err)
	}
	defer unix.Close(s)
	limit := unix.NsecToTimeval(int64(patience))
	if err := unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &limit); err != nil {
		return fmt.Errorf("handover: socket: %w", err)
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	if err := unix.Sendmsg(s, []byte(text), rights, &unix.SockaddrUnix{Name: k.socket}, unix.MSG_NOSIGNAL); err != nil {
		return fmt.Errorf("handover: tell the keeper: %w", err)
	}
	return nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd) // not ours to write to
	}
}
