package terminal

import (
	"slices"
)

// The faults a terminal tells the hubs of in HEALTH, and writes into its log.
// Those of a key are followed by ":red" or ":green".
const (
	FaultJournal   = "journal_failed"    // records cannot be stored; presses are sent all the same
	FaultSlow      = "journal_slow"      // the disk did not answer within Patience
	FaultDamaged   = "journal_damaged"   // stored records could not be read at the start
	FaultKeyStuck  = "key_stuck"         // a key has been down longer than any hand holds it
	FaultKeyFault  = "key_unreadable"    // a key cannot be read
	FaultMedia     = "media_not_allowed" // the voice server is not among the page's allowed origins
	FaultRefusedBy = "refused_by"        // a hub refuses this kiosk; followed by ":" and its site
)

// faults is the set of present faults. Only the loop uses it.
type faults struct {
	on      map[string]bool
	changed bool
}

// set raises or lowers a fault and reports whether that is news.
func (f *faults) set(code string, on bool) bool {
	if f.on[code] == on {
		return false
	}
	if on {
		f.on[code] = true
	} else {
		delete(f.on, code)
	}
	f.changed = true
	return true
}

// list gives at most the 32 faults that a HEALTH frame may carry.
func (f *faults) list() []string {
	out := make([]string, 0, len(f.on))
	for code := range f.on {
		out = append(out, code)
	}
	slices.Sort(out)
	return out[:min(len(out), 32)]
}

// fault raises or lowers a fault and says so in the log.
func (l *loop) fault(code string, on bool, why string) {
	if !l.faults.set(code, on) {
		return
	}
	if on {
		l.log.Error("fault", "fault", code, "why", why)
	} else {
		l.log.Info("fault is over", "fault", code)
	}
}
