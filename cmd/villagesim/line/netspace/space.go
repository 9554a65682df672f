// Package netspace makes network namespaces: each is a machine of its own as
// far as the network is concerned, with a loopback and one TUN device whose
// packets this process carries. It needs root and /dev/net/tun, and no program
// but nft, which cuts a space off.
package netspace

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// device is the name of the TUN device in each space.
const device = "line0"

// prefix is how many bits all spaces of one network have in common.
const prefix = 24

// Space is one network namespace.
type Space struct {
	Addr netip.Addr // of its TUN device
	ns   *os.File
	tun  *os.File
}

// Why says what keeps this machine from making spaces; nil if nothing does.
func Why() error {
	s, err := New(netip.MustParseAddr("10.77.255.1"))
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("nft"); err != nil {
		err = fmt.Errorf("netspace: %w: install nftables", err)
		return errors.Join(err, s.Close())
	}
	return errors.Join(s.Cut(), s.Mend(), s.Close())
}

// New makes a space whose device has the IPv4 address addr; its first 24 bits
// are those of all others that it can reach.
func New(addr netip.Addr) (*Space, error) {
	s := &Space{Addr: addr}
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("unshare (root is needed): %w", err)
		}
		ns, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			return err
		}
		s.ns = ns
		return s.furnish()
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("netspace: %s: %w", addr, err), s.Close())
	}
	return s, nil
}

// onThread runs f on a thread of its own, which ends with it: a thread that
// was moved to another space must not serve anybody else.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked
		done <- f()
	}()
	return <-done
}

func (s *Space) furnish() error {
	if err := s.openTUN(); err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	mask := netip.PrefixFrom(s.Addr, prefix).Masked()
	for _, step := range []struct {
		name    string
		request uint
		fill    func(*unix.Ifreq) error
	}{
		{"lo", unix.SIOCSIFFLAGS, up},
		{device, unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(s.Addr.AsSlice()) }},
		{device, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr(netmask(mask.Bits())) }},
		{device, unix.SIOCSIFFLAGS, up},
	} {
		r, err := unix.NewIfreq(step.name)
		if err == nil {
			err = step.fill(r)
		}
		if err == nil {
			err = unix.IoctlIfreq(fd, step.request, r)
		}
		if err != nil {
			return fmt.Errorf("device %s: %w", step.name, err)
		}
	}
	return nil
}

func up(r *unix.Ifreq) error {
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return nil
}

func netmask(bits int) []byte {
	m := ^uint32(0) << (32 - bits)
	return []byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}
}

// openTUN attaches to the device before the file is given to Go's poller,
// which cannot wait on one that is not attached.
func (s *Space) openTUN() error {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("/dev/net/tun: %w", err)
	}
	r, err := unix.NewIfreq(device)
	if err == nil {
		r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, r)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("TUNSETIFF: %w", err), unix.Close(fd))
	}
	s.tun = os.NewFile(uintptr(fd), device)
	return nil
}

// Cable is where the space's packets come out and go in, one IP packet in each
// Read and Write.
func (s *Space) Cable() io.ReadWriter { return s.tun }

// Do runs f inside the space, on a thread that ends with f. Sockets made and
// processes started by f itself, not by goroutines that it starts, belong to
// the space for ever.
func (s *Space) Do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(int(s.ns.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("netspace: %s: %w", s.Addr, err)
		}
		return f()
	})
}

// Cut drops every packet in both directions, without a word to anybody; the
// loopback goes on. Mend ends it.
func (s *Space) Cut() error {
	return s.nft(fmt.Sprintf(`table ip line {
	chain in { type filter hook input priority 0; iifname %q drop; }
	chain out { type filter hook output priority 0; oifname %q drop; }
}`, device, device))
}

// Mend joins the space to the others again; it may be called when it is.
func (s *Space) Mend() error { return s.nft("") }

// nft puts rules in place of those there were, at one moment.
func (s *Space) nft(rules string) error {
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader("table ip line\ndelete table ip line\n" + rules)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := s.Do(cmd.Start); err != nil {
		return fmt.Errorf("netspace: nft: %w", err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("netspace: nft: %w: %s", err, said.String())
	}
	return nil
}

// Close gives the space back; the kernel removes it with its last process.
func (s *Space) Close() error {
	var errs []error
	for _, f := range []*os.File{s.tun, s.ns} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
