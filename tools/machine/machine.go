package machine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"huying/tools/machine/errand"
)

// Parts are what a machine is built of, as paths of files, and the one address
// outside that it reaches.
type Parts struct {
	Kernel    string
	Initramfs string
	Guest     string // the program that is the wire to the hub
	Disk      string // socket of the network block device that it begins from
	Package   string // read-only second disk: a file to be installed
	Folder    string // for its sockets and its console; short, they are unix sockets
	Inside    string // address at which the machine finds the hub, in 10.0.2.0/24
	Hub       string // where that is on this machine, host:port
}

// Machine is one that was switched on.
type Machine struct {
	cmd     *exec.Cmd
	ended   chan struct{}
	console string // file
	agent   net.Conn
	in      *json.Decoder
	monitor net.Conn
	said    *json.Decoder
}

// quiet leaves out what a kiosk would not miss and an emulated processor would
// spend seconds on, and lets networkd, which Debian ships, give the address.
var quiet = strings.Join([]string{
	"console=ttyS0", "loglevel=3", "panic=-1", "mitigations=off", "nokaslr", "rdinit=/init", "random.trust_cpu=on",
	"systemd.show_status=false", "systemd.wants=guest.service", "systemd.wants=systemd-networkd.service",
	"systemd.mask=serial-getty@ttyS0.service", "systemd.mask=getty@tty1.service", "systemd.mask=apt-daily.timer",
	"systemd.mask=apt-daily-upgrade.timer", "systemd.mask=e2scrub_reap.service", "systemd.mask=e2scrub_all.timer",
	"systemd.mask=fstrim.timer", "systemd.mask=dpkg-db-backup.timer", "systemd.mask=systemd-timesyncd.service",
	"systemd.mask=systemd-networkd-wait-online.service", "systemd.mask=systemd-binfmt.service",
}, " ")

// Boot switches a machine on and waits until systemd has started all there is.
func Boot(ctx context.Context, p Parts) (*Machine, error) {
	m, err := Start(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := m.settle(ctx); err != nil {
		err = fmt.Errorf("%w\nthe end of its console:\n%s", err, m.Console())
		m.Cut()
		return nil, err
	}
	return m, nil
}

// Start switches a machine on. Its first errand waits until there is somebody
// to run it, which is early in the boot.
func Start(ctx context.Context, p Parts) (*Machine, error) {
	m := &Machine{ended: make(chan struct{}), console: filepath.Join(p.Folder, "console")}
	agent, monitor := filepath.Join(p.Folder, "agent"), filepath.Join(p.Folder, "monitor")
	_ = os.Remove(agent)
	_ = os.Remove(monitor)
	m.cmd = exec.Command("qemu-system-x86_64", "-accel", "tcg", "-M", "pc,i8042=off", "-smp", "1", "-m", "512",
		"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
		"-kernel", p.Kernel, "-initrd", p.Initramfs, "-append", quiet,
		"-serial", "file:"+m.console,
		"-qmp", "unix:"+monitor+",server=on,wait=off",
		// writeback: a flush of the machine's is one of the disk's, and only that.
		"-drive", "if=none,id=disk,driver=raw,cache=writeback,file.driver=nbd,file.server.type=unix,file.server.path="+p.Disk, "-device", "virtio-blk-pci,drive=disk",
		"-drive", "if=none,id=package,format=raw,readonly=on,file="+p.Package, "-device", "virtio-blk-pci,drive=package",
		"-device", "virtio-serial-pci", "-chardev", "socket,id=agent,server=on,wait=off,path="+agent,
		"-device", "virtserialport,chardev=agent,name="+errand.Port,
		"-device", "qemu-xhci,id=usb", "-chardev", "null,id=nobody",
		"-netdev", "user,id=net,restrict=on,ipv6=off,guestfwd=tcp:"+p.Inside+"-cmd:"+p.Guest+" wire "+p.Hub,
		"-device", "virtio-net-pci,netdev=net,romfile=")
	var complaint bytes.Buffer
	m.cmd.Stderr = &complaint
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The kernel ties the machine's life to this thread's.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := m.cmd.Start()
		started <- err
		if err == nil {
			_ = m.cmd.Wait()
		}
		close(m.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("machine: %w", err)
	}
	err := errors.Join(m.connect(ctx, agent, &m.agent, &m.in), m.connect(ctx, monitor, &m.monitor, &m.said))
	if err == nil {
		err = m.greet()
	}
	if err != nil {
		m.Cut()
		err = fmt.Errorf("%w\n%s", err, complaint.String())
		return nil, err
	}
	return m, nil
}

// connect dials a socket that QEMU is about to make.
func (m *Machine) connect(ctx context.Context, path string, conn *net.Conn, in **json.Decoder) error {
	for {
		c, err := net.Dial("unix", path)
		if err == nil {
			*conn, *in = c, json.NewDecoder(c)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("machine: %w", errors.Join(err, ctx.Err()))
		case <-m.ended:
			return fmt.Errorf("machine: it did not start: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// settle waits for the end of the boot.
func (m *Machine) settle(ctx context.Context) error {
	r, err := m.Do(ctx, errand.Errand{Args: []string{"systemctl", "is-system-running", "--wait"}})
	if err != nil {
		return err
	}
	if s := strings.TrimSpace(r.Out); s != "running" && s != "degraded" {
		return fmt.Errorf("machine: after the boot it is %q", s)
	}
	return nil
}

// Do has one errand run and waits for its result; only one at a time.
func (m *Machine) Do(ctx context.Context, e errand.Errand) (errand.Result, error) {
	var r errand.Result
	stop := context.AfterFunc(ctx, func() { _ = m.agent.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err := json.NewEncoder(m.agent).Encode(e)
	if err == nil {
		err = m.in.Decode(&r)
	}
	if err != nil {
		return r, fmt.Errorf("machine: %v: %w", e.Args, errors.Join(err, ctx.Err()))
	}
	return r, nil
}

// Cut takes the power away, at once, and waits until it is gone.
func (m *Machine) Cut() {
	_ = m.cmd.Process.Kill()
	<-m.ended
	for _, c := range []io.Closer{m.agent, m.monitor} {
		if conn, ok := c.(net.Conn); ok && conn != nil {
			_ = conn.Close()
		}
	}
}

// Console is the end of what the machine wrote to its serial console.
func (m *Machine) Console() string {
	text, err := os.ReadFile(m.console)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
