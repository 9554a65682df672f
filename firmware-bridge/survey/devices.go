package survey

import (
	"cmp"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Device is an input device that has keys.
type Device struct {
	Path  string // /dev/input/event3
	Links []string
	Name  string // what it calls itself
	Keys  int    // how many it has
	Err   error  // as of Port
}

// Stable is the name to write into settings: the best link, or the path where
// udev made none.
func (d Device) Stable() string { return stable(d.Links, d.Path) }

// Stable is the name to write into settings.
func (p Port) Stable() string { return stable(p.Links, p.Path) }

func stable(links []string, path string) string {
	if len(links) > 0 {
		return links[0]
	}
	return path
}

// Devices lists the input devices that have keys.
func Devices(root Root) []Device {
	found, err := filepath.Glob(filepath.Join(root.Sys, "class/input/event*"))
	if err != nil {
		return nil
	}
	names := links(filepath.Join(root.Dev, "input/by-id"), filepath.Join(root.Dev, "input/by-path"))
	var out []Device
	for _, at := range found {
		d := Device{Path: filepath.Join(root.Dev, "input", filepath.Base(at)), Name: word(at, "device/name")}
		if d.Keys = countBits(word(at, "device/capabilities/key")); d.Keys == 0 {
			continue // a sensor, a jack
		}
		d.Links = names[d.Path]
		if d.Err = access(d.Path); os.IsNotExist(d.Err) {
			continue // on its way out
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Device) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// countBits counts those of a bitmap as sysfs shows it: words in hexadecimal.
func countBits(s string) int {
	n := 0
	for _, w := range strings.Fields(s) {
		v, err := strconv.ParseUint(w, 16, 64)
		if err != nil {
			return 0
		}
		n += bits.OnesCount64(v)
	}
	return n
}
