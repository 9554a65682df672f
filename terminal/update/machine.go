package update

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
)

// Reason names a decision.
type Reason string

// The reasons. Refusals end an offer; waits are looked at again with each Tick.
const (
	Nothing    Reason = "nothing"
	Known      Reason = "known"       // this offer was dealt with, or is being
	Withdrawn  Reason = "withdrawn"   // the hub took its offer back: what was fetched goes
	TooLate    Reason = "too_late"    // root has it already
	NoKey      Reason = "no_key"      // this kiosk has no release key
	NotSigned  Reason = "not_signed"  // by that key
	OtherArch  Reason = "other_arch"  // not for this machine
	NotPackage Reason = "not_package" // what runs here was not installed from a package
	Older      Reason = "older"       // than what runs
	Running    Reason = "running"     // it is what runs
	Accepted   Reason = "accepted"    // to be fetched
	Fetch      Reason = "fetch"       // begin or go on now
	Pause      Reason = "pause"       // stop fetching: somebody needs the kiosk
	Fetched    Reason = "fetched"     // it is here and is what was signed
	Retry      Reason = "retry"       // the line broke: later
	NoRoom     Reason = "no_room"     // on the disk
	Spoilt     Reason = "spoilt"      // what came is not what was signed
	InUse      Reason = "in_use"      // a call is open or a key is down
	TooSoon    Reason = "too_soon"    // after the last call, or after the start
	Testing    Reason = "testing"     // the kiosk tests itself
	OnBattery  Reason = "on_battery"  // and it is not half full
	HandOver   Reason = "hand_over"   // to root, now
	Taken      Reason = "taken"       // root says how it ended
	Unanswered Reason = "unanswered"  // root's part is not there
)

// Times of an update.
type Times struct {
	Settle time.Duration // after the last call, and after a start, before an installation
	First  time.Duration // pause after a fetch that broke; doubles
	Most   time.Duration // the longest such pause
	Answer time.Duration // for root to take a request
}

// DefaultTimes: who pressed comes back within minutes if something was left.
// Root takes a request within a second.
func DefaultTimes() Times {
	return Times{Settle: 5 * time.Minute, First: 15 * time.Second, Most: 10 * time.Minute, Answer: 2 * time.Minute}
}

// MinBattery is the charge, in percent, from which a kiosk without mains may
// install: dpkg and a restart take seconds, but a battery that dies just then
// costs a recovery.
const MinBattery = 50

// Self is the program that runs.
type Self struct {
	Version string // of the package; one that no package has refuses every offer
	Arch    string
	Key     ed25519.PublicKey // nil: this kiosk has none
}

// State is what must survive a restart.
type State struct {
	ID      string            `json:"id,omitempty"` // of this attempt, new at each
	Release *release.Manifest `json:"release,omitempty"`
	Phase   wire.Phase        `json:"phase,omitempty"`
	Error   string            `json:"error,omitempty"`
	Lasting bool              `json:"lasting,omitempty"` // refused or rolled back for good, until another offer or none
	Before  Facts             `json:"before"`            // how the program fared that handed over
}

// Moment is what an update must know of the kiosk.
type Moment struct {
	Now     time.Duration // since the terminal's start, monotonic
	Calling bool          // a call is open, or the page shows more than idle
	Down    bool          // a key is down
	Testing bool
	Power   *wire.Power // nil: nothing is known
}

// Outcome is how root's part stands, and at last how it ended.
type Outcome struct {
	ID    string     `json:"id"`
	Phase wire.Phase `json:"phase"` // Installing, Trying; Installed, Refused or RolledBack are ends
	Error string     `json:"error,omitempty"`
}

// Machine is the decisions of one run of the terminal.
type Machine struct {
	State
	Percent  int // of the package that is fetched
	Fetching bool
	self     Self
	times    Times
	usedAt   time.Duration // when somebody needed the kiosk last
	nextAt   time.Duration // when to fetch again
	pause    time.Duration
	askedAt  time.Duration // when root was asked
	taken    bool          // root has said that it is at work
	next     *release.Manifest
	withdraw bool
}

// Start begins with what is kept.
func Start(s State, self Self, times Times, now time.Duration) *Machine {
	m := &Machine{State: s, self: self, times: times, usedAt: now, askedAt: now}
	running := s.Release != nil && s.Release.Version == self.Version
	switch {
	case s.Release == nil:
		m.State = State{}
	case s.Phase == wire.Fetching || s.Phase == wire.Waiting:
		m.Phase = wire.Fetching // what is on the disk is checked again
		if running {            // somebody installed it by hand
			m.Phase = wire.Installed
		} else if why := m.refusal(*s.Release); why != "" {
			m.refuse(why, false)
		}
	case s.Phase == wire.Installing && running:
		m.Phase = wire.Trying
	}
	return m
}

// Offer takes in an UPDATE of the home hub. id is a new name for the attempt.
func (m *Machine) Offer(f wire.Update, id string) Reason {
	if m.Phase == wire.Installing || m.Phase == wire.Trying {
		if same(m.Release, f.Release) {
			m.next, m.withdraw = nil, false
			return Known
		}
		m.next, m.withdraw = f.Release, f.Release == nil
		return TooLate
	}
	if f.Release == nil {
		return m.forget()
	}
	if same(m.Release, f.Release) && (m.Lasting || m.Phase == wire.Fetching || m.Phase == wire.Waiting ||
		m.Phase == wire.Installed && m.self.Version == f.Release.Version) {
		return Known
	}
	r := *f.Release
	m.State, m.Percent, m.Fetching, m.nextAt, m.pause = State{ID: id, Release: &r}, 0, false, 0, 0
	if r.Version == m.self.Version {
		m.Phase = wire.Installed
		return Running
	}
	if why := m.refusal(r); why != "" {
		return m.refuse(why, false)
	}
	m.Phase = wire.Fetching
	return Accepted
}

func same(a, b *release.Manifest) bool {
	return a != nil && b != nil && a.Version == b.Version && a.Arch == b.Arch && a.SHA256 == b.SHA256
}

// forget takes an offer back. What is installed stays so, and is told.
func (m *Machine) forget() Reason {
	if m.Release == nil || m.Phase == wire.Installed {
		return Nothing
	}
	m.State, m.Percent, m.Fetching = State{}, 0, false
	return Withdrawn
}

// refusal looks at a manifest alone; empty: there is no fault in it.
func (m *Machine) refusal(r release.Manifest) Reason {
	switch {
	case m.self.Key == nil:
		return NoKey
	case r.Verify(m.self.Key) != nil:
		return NotSigned
	case r.Arch != m.self.Arch:
		return OtherArch
	case !release.ValidVersion(m.self.Version):
		return NotPackage
	case !release.Newer(r.Version, m.self.Version):
		return Older
	}
	return ""
}

func (m *Machine) refuse(why Reason, lasting bool) Reason {
	m.Phase, m.Lasting, m.Fetching = wire.Refused, lasting, false
	m.Error = m.words(why)
	return why
}

// words say to people why an offer is refused.
func (m *Machine) words(why Reason) string {
	switch why {
	case NoKey:
		return "这台终端没有发布公钥（release.pub）"
	case NotSigned:
		return "不是用本县的发布密钥签发的"
	case OtherArch:
		return fmt.Sprintf("安装包是给 %s 的，这台终端是 %s", m.Release.Arch, m.self.Arch)
	case NotPackage:
		return "这台终端的程序不是用安装包装的，不能远程升级"
	case Older:
		return fmt.Sprintf("比正在运行的 %s 旧，不能降级", m.self.Version)
	case Spoilt:
		return "中心给的安装包和签发的不一致"
	case Unanswered:
		return "系统里的安装助手没有应答：请看 systemctl status huying-update.path"
	}
	return string(why)
}

// Tick looks at the moment.
func (m *Machine) Tick(at Moment) Reason {
	busy := at.Calling || at.Down
	if busy {
		m.usedAt = at.Now
	}
	switch m.Phase {
	case wire.Fetching:
		return m.fetching(at.Now, busy)
	case wire.Waiting:
		if why := m.hindrance(at, busy); why != "" {
			return why
		}
		m.Phase, m.askedAt, m.taken = wire.Installing, at.Now, false
		return HandOver
	}
	return Nothing
}

func (m *Machine) fetching(now time.Duration, busy bool) Reason {
	switch {
	case busy && m.Fetching:
		m.Fetching = false
		return Pause
	case busy:
		return InUse
	case !m.Fetching && now >= m.nextAt:
		m.Fetching = true
		return Fetch
	}
	return Nothing
}

// hindrance is why now is not the moment; empty: it is.
func (m *Machine) hindrance(at Moment, busy bool) Reason {
	switch {
	case busy:
		return InUse
	case at.Now-m.usedAt < m.times.Settle:
		return TooSoon
	case at.Testing:
		return Testing
	case at.Power != nil && !at.Power.Mains && at.Power.Percent < MinBattery:
		return OnBattery
	}
	return ""
}

// Progress is told while a package comes.
func (m *Machine) Progress(done int64) {
	if m.Release == nil {
		return
	}
	if p := int(100 * done / m.Release.Size); p != m.Percent {
		m.Percent, m.pause, m.Error = p, 0, ""
	}
}

// Ended takes how a fetch ended; nil: the package is here and is what was
// signed. The end of a fetch that was paused is passed over.
func (m *Machine) Ended(now time.Duration, err error) Reason {
	if m.Phase != wire.Fetching || !m.Fetching {
		return Nothing
	}
	m.Fetching = false
	var no *noRoom
	switch {
	case err == nil:
		m.Phase, m.Percent, m.Error = wire.Waiting, 0, ""
		return Fetched
	case isSpoilt(err):
		return m.refuse(Spoilt, true)
	case asNoRoom(err, &no):
		m.refuse(NoRoom, false)
		m.Error = no.Error()
		return NoRoom
	}
	m.pause = min(max(2*m.pause, m.times.First), m.times.Most)
	m.nextAt, m.Error = now+m.pause, clip("还没有下载完："+err.Error())
	return Retry
}

// Asked reports whether root has had its time to take the request and did not:
// the request is then to be taken back and Missed called.
func (m *Machine) Asked(now time.Duration) bool {
	return (m.Phase == wire.Installing || m.Phase == wire.Trying) && !m.taken && now-m.askedAt >= m.times.Answer
}

// Missed says that root left a request lying.
func (m *Machine) Missed() Reason { return m.refuse(Unanswered, false) }

// Told takes root's word. What the hub said meanwhile comes after it: the
// caller offers Next.
func (m *Machine) Told(o Outcome) Reason {
	if o.ID != m.ID || m.Phase != wire.Installing && m.Phase != wire.Trying {
		return Nothing
	}
	if o.Phase == wire.Installing || o.Phase == wire.Trying {
		m.taken = true
		return Nothing
	}
	m.Phase, m.Error = o.Phase, clip(o.Error)
	m.Lasting = o.Phase != wire.Installed
	return Taken
}

// Next is what the hub said while root was at work, if anything.
func (m *Machine) Next() (wire.Update, bool) {
	f, some := wire.Update{Release: m.next}, m.next != nil || m.withdraw
	m.next, m.withdraw = nil, false
	return f, some
}

// Report is what HEALTH tells the hub; nil: nothing was offered.
func (m *Machine) Report() *wire.UpdateState {
	if m.Release == nil || m.Phase == "" {
		return nil
	}
	u := &wire.UpdateState{Version: m.Release.Version, Phase: m.Phase, Error: m.Error}
	if m.Phase == wire.Fetching {
		u.Percent = m.Percent / percentStep * percentStep
	}
	return u
}

// percentStep bounds how often HEALTH speaks of a fetch.
const percentStep = 10

// maxError is what HEALTH has room for, in bytes.
const maxError = 240

func clip(s string) string {
	for len(s) > maxError {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}
