package life

import (
	"slices"
	"time"

	"huying/internal/wire"
)

// The faults that a hub finds by itself; those that a kiosk reports have the
// codes of package terminal.
const (
	CodeOffline          = "offline"            // nothing is heard of the kiosk
	CodeOutage           = "outage"             // of half a township's kiosks
	CodeLedger           = "ledger"             // kiosk and hub have not the same presses (F101)
	CodeClone            = "clone"              // two live boots of one identity
	CodeSiteSilent       = "site_silent"        // nothing is heard of a hub below
	CodeSelfTestOverdue  = "self_test_overdue"  // no self-test from end to end arrived in time
	CodeHumanTestOverdue = "human_test_overdue" // no practice press and no real call in time (F15)
	CodeTestFailed       = "test_failed"        // of the self-test that Part names
	CodeMainsLost        = "mains_lost"         // the kiosk runs on its battery
	CodePowerCut         = "power_cut"          // half a township's kiosks do
	CodeBatteryLow       = "battery_low"
	CodeConfigRefused    = "config_refused" // the kiosk cannot work with its settings
	CodeUpdateFailed     = "update_failed"  // of the release that Part names: refused, rolled back, or silent since
)

// lowBattery is the share, in percent, under which a kiosk without mains is
// about to fall silent.
const lowBattery = 20

// Red reports whether a fault is an alarm: presses may be lost now.
func Red(code string) bool {
	switch code {
	case CodeOffline, CodeOutage, CodeLedger, CodeClone, CodeSiteSilent:
		return true
	}
	return false
}

// townWide names the faults that may be a township's, and what they are then.
var townWide = map[string]string{CodeOffline: CodeOutage, CodeMainsLost: CodePowerCut}

// fault is one that stands now.
type fault struct {
	key
	detail  string
	presses []string // those that a ledger's difference names
	since   time.Time
	told    bool // by the kiosk itself
}

// key names a fault: whose, what and of which part.
type key struct{ subject, code, part string }

// faults lists what is wrong with a kiosk now. Of a kiosk that is not heard
// the last that it said still holds.
func (k *Kiosk) faults(now time.Time, t Times) []fault {
	if k.Retired {
		return nil
	}
	var out []fault
	add := func(code, part, detail string, since time.Time) {
		x := key{k.ID, code, part}
		if !slices.ContainsFunc(out, func(f fault) bool { return f.key == x }) {
			out = append(out, fault{key: x, detail: detail, since: since})
		}
	}
	if !k.Online && !k.Since.IsZero() {
		add(CodeOffline, "", "", k.Since)
	}
	if names := k.Ledger.open(); len(names) > 0 {
		add(CodeLedger, "", "", k.Ledger.CheckedAt)
		out[len(out)-1].presses = names
	}
	for _, r := range k.Raised {
		add(r.Code, r.Part, r.Detail, r.At)
	}
	if own := len(out); k.Health != nil {
		k.said(add)
		for i := own; i < len(out); i++ {
			out[i].told = true
		}
	}
	// Who cannot be heard cannot be tested, and who has just come back needs
	// some time for it.
	if k.Online && (k.Since.Equal(k.Watched) || now.Sub(k.Since) >= t.Settle) {
		for _, code := range k.Overdue(now, t) {
			add(code, "", "", now)
		}
	}
	return out
}

// said adds what the latest HEALTH says is wrong.
func (k *Kiosk) said(add func(code, part, detail string, since time.Time)) {
	h := k.Health
	for _, f := range h.Faults {
		add(f.Code, f.Part, f.Detail, ago(k.HealthAt, f.ForMS))
	}
	for _, x := range k.Tests {
		if x.Result == wire.Failed {
			add(CodeTestFailed, x.Name, x.Detail, x.At)
		}
	}
	if p := h.Power; p != nil && !p.Mains {
		add(CodeMainsLost, "", "", k.HealthAt)
		if p.Percent >= 0 && p.Percent < lowBattery {
			add(CodeBatteryLow, "", "", k.HealthAt)
		}
	}
	if c := h.Config; c != nil && c.Error != "" {
		add(CodeConfigRefused, "", c.Error, k.HealthAt)
	}
}

// State says how a kiosk is, in one word.
type State string

// The states, from the worst.
const (
	Unheard State = "unheard" // never yet
	Retired State = "retired" // its key is not believed any more
	Offline State = "offline"
	Faulty  State = "fault"
	Overdue State = "overdue" // works as far as is known, but not proven lately
	Well    State = "ok"
)

// Summary is what a page shows of a kiosk beside its calls.
type Summary struct {
	State   State
	Since   time.Time // online or offline since
	Proven  Proof
	Failed  []string // codes of present faults, with ":" and the part where there is one
	Overdue []string // codes of overdue tests
}

func (s Summary) equal(o Summary) bool {
	return s.State == o.State && s.Since.Equal(o.Since) && s.Proven == o.Proven &&
		slices.Equal(s.Failed, o.Failed) && slices.Equal(s.Overdue, o.Overdue)
}

func (k *Kiosk) summarise(now time.Time, t Times, faults []fault) Summary {
	s := Summary{State: Well, Since: k.Since, Proven: k.Proven(), Overdue: k.Overdue(now, t)}
	for _, f := range faults {
		if f.code == CodeOffline || f.code == CodeSelfTestOverdue || f.code == CodeHumanTestOverdue {
			continue
		}
		name := f.code
		if f.part != "" {
			name += ":" + f.part
		}
		s.Failed = append(s.Failed, name)
	}
	switch {
	case k.Retired:
		s.State, s.Overdue = Retired, nil
	case !k.Online:
		s.State = Offline
	case len(s.Failed) > 0:
		s.State = Faulty
	case len(s.Overdue) > 0:
		s.State = Overdue
	}
	return s
}
