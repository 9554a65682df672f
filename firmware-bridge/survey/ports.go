package survey

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Port is a serial port.
type Port struct {
	Path    string   // /dev/ttyACM0
	Links   []string // names that stay the same, best first
	Product string   // what the USB device calls itself; empty on the board's own ports
	Err     error    // why it cannot be used, a *DeniedError if it is for the lack of a group
}

// Ports lists the serial ports that are there.
func Ports(root Root) []Port {
	entries, err := os.ReadDir(filepath.Join(root.Sys, "class/tty"))
	if err != nil {
		return nil
	}
	names := links(filepath.Join(root.Dev, "serial/by-id"), filepath.Join(root.Dev, "serial/by-path"))
	var out []Port
	for _, e := range entries {
		at := filepath.Join(root.Sys, "class/tty", e.Name())
		if !serial(at) {
			continue
		}
		p := Port{Path: filepath.Join(root.Dev, e.Name()), Product: product(at)}
		p.Links = names[p.Path]
		p.Err = access(p.Path)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Port) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// serial tells ports from consoles, pseudo-terminals and the ttyS that a
// kernel makes whether or not there is a chip.
func serial(at string) bool {
	if _, err := os.Stat(filepath.Join(at, "device")); err != nil {
		return false
	}
	return word(at, "type") != "0" // PORT_UNKNOWN of linux/serial_core.h; USB ports have no such file
}

// product looks for the USB device that a port belongs to, a few levels up.
func product(at string) string {
	dir, err := filepath.EvalSymlinks(filepath.Join(at, "device"))
	for range 4 {
		if err != nil {
			return ""
		}
		if p := word(dir, "product"); p != "" {
			return strings.TrimSpace(word(dir, "manufacturer") + " " + p)
		}
		dir = filepath.Dir(dir)
	}
	return ""
}
