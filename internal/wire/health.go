package wire

import "encoding/json"

// What is not about calls travels in the second lane.
const (
	THealth Type = "HEALTH"
	TConfig Type = "CONFIG"
	TUpdate Type = "UPDATE"
)

// Health is the kiosk's condition, whole; the latest wins. A kiosk sends it
// after HELLO, at each change and with its heartbeat.
type Health struct {
	Ledger  Ledger       `json:"ledger"`
	Faults  []Fault      `json:"faults,omitempty"`
	Tests   []Test       `json:"tests,omitempty"`
	Power   *Power       `json:"power,omitempty"` // absent where the machine cannot tell
	Config  *ConfigState `json:"config,omitempty"`
	Version string       `json:"version,omitempty"`
	Arch    string       `json:"arch,omitempty"` // of the program: amd64, arm64; with Version it names the package
	Update  *UpdateState `json:"update,omitempty"`
}

// Ledger is the kiosk's count of its presses: it has made those with the
// numbers 1 to Made since the start numbered Since, and home must have all of
// them but the Waiting ones. Presses of every purpose count.
type Ledger struct {
	Since   uint32   `json:"since"` // boot_no of the first start that counted from 1
	Made    uint32   `json:"made"`
	Waiting []uint32 `json:"waiting,omitempty"` // lowest numbers that home has not acknowledged, ascending, at most MaxWaiting
	Unacked int      `json:"unacked"`           // how many wait in all
}

// Bounds of a HEALTH frame; 16 KiB hold them all.
const (
	MaxWaiting = 64
	MaxFaults  = 32
	MaxTests   = 16
)

// Fault is a fault that is present now.
type Fault struct {
	Code   string `json:"code"`           // such as key_stuck; the list is in package terminal
	Part   string `json:"part,omitempty"` // red, green, a site's code, …
	ForMS  int64  `json:"for_ms"`         // milliseconds since it began, or since the kiosk's start
	Detail string `json:"detail,omitempty"`
}

// Test is the latest result of one self-test.
type Test struct {
	Name   string `json:"name"` // key_path, sound, disk, link, media, …; the list is in package terminal
	Result Result `json:"result"`
	AgeMS  int64  `json:"age_ms"` // milliseconds since it ended
	Detail string `json:"detail,omitempty"`
}

// Result is how a self-test ended.
type Result string

// The results of a self-test.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Skipped Result = "skipped" // cannot be done on this kiosk; Detail says why
)

// Power is what the kernel says of mains and battery.
type Power struct {
	Mains   bool  `json:"mains"`
	Percent int   `json:"percent"`           // 0 to 100; -1: there is no battery
	LeftMS  int64 `json:"left_ms,omitempty"` // milliseconds left on the battery; 0: not known
}

// ConfigState says which remote settings a kiosk runs with.
type ConfigState struct {
	Rev   uint32 `json:"rev"`             // in force; 0: none were ever applied
	Tried uint32 `json:"tried,omitempty"` // refused or rolled back
	Error string `json:"error,omitempty"` // why
}

// Config is a revision of the settings that a hub gives its kiosk. The kiosk
// applies it when no call is open, tells the outcome in HEALTH and goes back
// to the revision before if it cannot work with it.
type Config struct {
	Rev      uint32          `json:"rev"`
	Settings json.RawMessage `json:"settings"`
}

// Type names the frame.
func (Health) Type() Type { return THealth }

// Type names the frame.
func (Config) Type() Type { return TConfig }

// maxWord and maxDetail bound codes and explanations, in bytes.
const (
	maxWord   = 64
	maxDetail = 240
)

// Validate bounds the report.
func (f Health) Validate() error {
	if f.Ledger.Unacked < len(f.Ledger.Waiting) || len(f.Ledger.Waiting) > MaxWaiting {
		return bad("ledger.waiting", "must be at most 64 and no more than unacked")
	}
	if len(f.Faults) > MaxFaults || len(f.Tests) > MaxTests {
		return bad("faults", "must be at most 32 faults and 16 tests")
	}
	for _, x := range f.Faults {
		if x.Code == "" || len(x.Code) > maxWord || len(x.Part) > maxWord || len(x.Detail) > maxDetail || x.ForMS < 0 {
			return bad("faults", "each needs a code; code and part are at most 64 bytes, detail 240, for_ms 0 or more")
		}
	}
	for _, x := range f.Tests {
		if err := x.validate(); err != nil {
			return err
		}
	}
	if p := f.Power; p != nil && (p.Percent < -1 || p.Percent > 100 || p.LeftMS < 0) {
		return bad("power", "percent is -1 to 100, left_ms 0 or more")
	}
	if u := f.Update; u != nil && !u.valid() || len(f.Arch) > maxWord {
		return bad("update", "needs a version and one of the phases; error is at most 240 bytes, arch 64")
	}
	if c := f.Config; c != nil && len(c.Error) > maxDetail || len(f.Version) > maxWord {
		return bad("config.error", "must be at most 240 bytes, version 64")
	}
	return nil
}

func (x Test) validate() error {
	if x.Name == "" || len(x.Name) > maxWord || len(x.Detail) > maxDetail || x.AgeMS < 0 {
		return bad("tests", "each needs a name of at most 64 bytes; detail is at most 240, age_ms 0 or more")
	}
	switch x.Result {
	case Passed, Failed, Skipped:
		return nil
	}
	return bad("tests.result", "must be passed, failed or skipped")
}

// Validate checks that there is a revision and that it is an object.
func (f Config) Validate() error {
	if f.Rev == 0 {
		return bad("rev", "counts from 1")
	}
	if len(f.Settings) == 0 || f.Settings[0] != '{' {
		return bad("settings", "must be an object")
	}
	return nil
}
