// Package power reads from the kernel's power_supply class what feeds the
// kiosk: mains, and a battery if there is one. The files are described in the
// kernel's Documentation/ABI/testing/sysfs-class-power.
package power

import (
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Folder is where the kernel shows its power supplies.
const Folder = "/sys/class/power_supply"

// State is what feeds the machine now.
type State struct {
	Mains   bool
	Percent int           // of the fullest battery, 0 to 100; -1: there is none
	Left    time.Duration // until it is empty; 0: not known
}

// System reads the running machine.
func System() (State, bool) { return Read(os.DirFS(Folder)) }

// Read reads a power_supply folder. It reports false where the kernel knows of
// no supply at all, as on most small boards: nothing is known then, and
// nothing is to be said.
func Read(folder fs.FS) (State, bool) {
	names, err := fs.ReadDir(folder, ".")
	if err != nil || len(names) == 0 {
		return State{}, false
	}
	r := reader{State: State{Percent: -1}}
	for _, n := range names {
		r.supply(folder, n.Name())
	}
	if !r.online && !r.battery {
		return State{}, false
	}
	if !r.online { // a battery alone: it tells itself whether it is drained
		r.Mains = !r.draining
	}
	return r.State, true
}

type reader struct {
	State
	online   bool // a supply says whether it is plugged in
	battery  bool
	draining bool
}

// supply takes in one supply. One that cannot be read, because it is pulled
// out at this moment, is passed over.
func (r *reader) supply(folder fs.FS, name string) {
	read := func(file string) string {
		data, err := fs.ReadFile(folder, name+"/"+file)
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(data))
	}
	if read("scope") == "Device" {
		return // the battery of a mouse
	}
	switch kind := read("type"); {
	case kind == "Battery" || kind == "UPS":
		if read("present") == "0" {
			return
		}
		percent, err := strconv.Atoi(read("capacity"))
		if err != nil || percent < 0 || percent > 100 {
			return
		}
		r.battery = true
		r.draining = r.draining || read("status") == "Discharging"
		if percent > r.Percent {
			seconds, _ := strconv.ParseInt(read("time_to_empty_now"), 10, 32)
			r.Percent, r.Left = percent, time.Duration(max(seconds, 0))*time.Second
		}
	case slices.Contains([]string{"Mains", "USB", "USB_C", "USB_PD", "Wireless"}, kind):
		if state := read("online"); state != "" {
			r.online = true
			r.Mains = r.Mains || state != "0"
		}
	}
}
