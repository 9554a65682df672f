package terminal

import (
	"maps"
	"slices"
	"strings"
	"time"

	"huying/internal/wire"
)

// The faults a terminal tells the hubs of in HEALTH, and writes into its log.
// Those of a key are followed by ":red" or ":green".
const (
	FaultJournal   = "journal_failed"    // records cannot be stored; presses are sent all the same
	FaultSlow      = "journal_slow"      // the disk did not answer within Patience
	FaultDamaged   = "journal_damaged"   // stored records could not be read at the start
	FaultKeyStuck  = "key_stuck"         // a key has been down longer than any hand holds it
	FaultKeyFault  = "key_unreadable"    // a key cannot be read
	FaultKeyLost   = "key_events_lost"   // events of a key were lost within the last minutes
	FaultLamp      = "lamp_failed"       // a lamp or the buzzer cannot be driven; followed by ":" and its name
	FaultMedia     = "media_not_allowed" // the voice server is not among the page's allowed origins
	FaultSound     = "sound_card"        // the terminal's own voice; followed by ":" and microphone, loudspeaker or program
	FaultPage      = "page_silent"       // the page on the screen is dead; keys and lamps go on
	FaultTest      = "test_failed"       // a self-test; followed by its name; only on the page, hubs see the test itself
	FaultClone     = "clone"             // another living kiosk has this one's identity; both ring
	FaultClock     = "clock_wrong"       // the kiosk's own clock differs from its hub's
	FaultRefusedBy = "refused_by"        // a hub refuses this kiosk; followed by ":" and its site
)

// faults is the set of present faults. Only the loop uses it.
type faults struct {
	on      map[string]present
	changed bool
}

// set raises or lowers a fault and reports whether that is news.
func (f *faults) set(code string, on bool, why string) bool {
	if _, was := f.on[code]; was == on {
		return false
	}
	if on {
		f.on[code] = present{time.Now(), why}
	} else {
		delete(f.on, code)
	}
	f.changed = true
	return true
}

// list gives at most the faults that a HEALTH frame may carry.
func (f *faults) list(now time.Time) []wire.Fault {
	out := make([]wire.Fault, 0, len(f.on))
	for _, code := range slices.Sorted(maps.Keys(f.on)) {
		p := f.on[code]
		name, part, _ := strings.Cut(code, ":")
		out = append(out, wire.Fault{Code: name, Part: part, ForMS: now.Sub(p.since).Milliseconds(), Detail: strings.ToValidUTF8(p.why[:min(len(p.why), 200)], "")})
	}
	return out[:min(len(out), wire.MaxFaults)]
}

// present is a fault that stands: since when, and why.
type present struct {
	since time.Time
	why   string
}

// fault raises or lowers a fault and says so in the log.
func (l *loop) fault(code string, on bool, why string) {
	if !l.faults.set(code, on, why) {
		return
	}
	if on {
		l.log.Error("fault", "fault", code, "why", why)
	} else {
		l.log.Info("fault is over", "fault", code)
	}
}
