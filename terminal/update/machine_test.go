package update

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/internal/release"
	"huying/internal/wire"
)

var public, private, _ = ed25519.GenerateKey(nil)

func signed(t interface{ Fatal(...any) }, version, arch, content string) *release.Manifest {
	m, err := release.Sign(private, version, arch, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

var self = Self{Version: "1.0", Arch: "arm64", Key: public}

// begun is a machine that knows nothing yet.
func begun() *Machine { return Start(State{}, self, DefaultTimes(), 0) }

func offer(r *release.Manifest) wire.Update { return wire.Update{Release: r} }

func TestAnOfferIsTakenOrRefusedByName(t *testing.T) {
	good := signed(t, "1.1", "arm64", "x")
	forged := *good
	forged.Version = "1.2"
	_, stranger, _ := ed25519.GenerateKey(nil)
	foreign, _ := release.Sign(stranger, "1.1", "arm64", strings.NewReader("x"))
	for name, c := range map[string]struct {
		self Self
		r    *release.Manifest
		want Reason
		says string
	}{
		"good":             {self, good, Accepted, ""},
		"no key":           {Self{"1.0", "arm64", nil}, good, NoKey, "这台终端没有发布公钥"},
		"altered":          {self, &forged, NotSigned, "不是用本县的发布密钥"},
		"another's key":    {self, &foreign, NotSigned, "不是用本县的发布密钥"},
		"another machine":  {self, signed(t, "1.1", "amd64", "x"), OtherArch, "amd64"},
		"no package here":  {Self{"development", "arm64", public}, good, NotPackage, "不是用安装包"},
		"older":            {self, signed(t, "0.9", "arm64", "x"), Older, "1.0"},
		"equal to Debian":  {self, signed(t, "1.00", "arm64", "x"), Older, "1.0"},
		"before a release": {self, signed(t, "1.0~rc1", "arm64", "x"), Older, "1.0"},
		"what runs":        {self, signed(t, "1.0", "arm64", "x"), Running, ""},
	} {
		m := Start(State{}, c.self, DefaultTimes(), 0)
		if got := m.Offer(offer(c.r), "id"); got != c.want || !strings.Contains(m.Error, c.says) {
			t.Errorf("%s: %s, %q", name, got, m.Error)
		}
		want := map[Reason]wire.Phase{Accepted: wire.Fetching, Running: wire.Installed}[c.want]
		if want == "" {
			want = wire.Refused
		}
		if r := m.Report(); r == nil || r.Phase != want || r.Version != c.r.Version {
			t.Errorf("%s: reports %+v", name, r)
		}
		if err := (wire.Health{Update: m.Report()}).Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const minute = time.Minute

// waiting is a machine whose package has come, one minute after the start.
func waiting(t interface{ Fatal(...any) }) *Machine {
	m := begun()
	m.Offer(offer(signed(t, "1.1", "arm64", "x")), "id")
	if m.Tick(Moment{Now: minute}) != Fetch || m.Ended(minute, nil) != Fetched {
		t.Fatal("not fetched", m.State)
	}
	return m
}

func TestItIsInstalledWhenNobodyNeedsTheKiosk(t *testing.T) {
	low, enough, mains := &wire.Power{Percent: 49}, &wire.Power{Percent: 50}, &wire.Power{Mains: true, Percent: 3}
	for name, c := range map[string]struct {
		at   Moment
		want Reason
	}{
		"soon after the start": {Moment{Now: 5*minute - 1}, TooSoon},
		"at rest":              {Moment{Now: 5 * minute}, HandOver},
		"in a call":            {Moment{Now: 5 * minute, Calling: true}, InUse},
		"under a hand":         {Moment{Now: 5 * minute, Down: true}, InUse},
		"testing itself":       {Moment{Now: 5 * minute, Testing: true}, Testing},
		"on a low battery":     {Moment{Now: 5 * minute, Power: low}, OnBattery},
		"on half a battery":    {Moment{Now: 5 * minute, Power: enough}, HandOver},
		"on mains":             {Moment{Now: 5 * minute, Power: mains}, HandOver},
	} {
		m := waiting(t)
		if got := m.Tick(c.at); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	m := waiting(t)
	m.Tick(Moment{Now: 10 * minute, Calling: true})
	if got := m.Tick(Moment{Now: 15*minute - 1}); got != TooSoon {
		t.Errorf("just before 5 minutes after a call: %s", got)
	}
	if got := m.Tick(Moment{Now: 15 * minute}); got != HandOver || m.Report().Phase != wire.Installing {
		t.Errorf("5 minutes after a call: %s", got)
	}
}

func TestAFetchStopsForACall(t *testing.T) {
	m := begun()
	m.Offer(offer(signed(t, "1.1", "arm64", "x")), "id")
	steps := []struct {
		at   Moment
		want Reason
	}{
		{Moment{Now: 1, Calling: true}, InUse}, {Moment{Now: 2}, Fetch}, {Moment{Now: 3}, Nothing},
		{Moment{Now: 4, Down: true}, Pause}, {Moment{Now: 5, Calling: true}, InUse}, {Moment{Now: 6}, Fetch},
	}
	for i, s := range steps {
		if got := m.Tick(s.at); got != s.want {
			t.Fatalf("step %d: %s, want %s", i, got, s.want)
		}
	}
	if m.Ended(7, errors.New("cut")) != Retry || !strings.Contains(m.Report().Error, "cut") {
		t.Error(m.State)
	}
	if got := m.Tick(Moment{Now: 7 + 15*time.Second - 1}); got != Nothing {
		t.Errorf("before the pause is over: %s", got)
	}
	if got := m.Tick(Moment{Now: 7 + 15*time.Second}); got != Fetch {
		t.Errorf("after it: %s", got)
	}
	m.Ended(0, errors.New("cut"))
	if m.pause != 30*time.Second {
		t.Errorf("the second pause is %v", m.pause)
	}
}

func TestWhatIsRefusedForGoodStaysSoUntilSomethingElseIsOffered(t *testing.T) {
	m := begun()
	r := signed(t, "1.1", "arm64", "x")
	m.Offer(offer(r), "1")
	m.Tick(Moment{})
	if m.Ended(0, errSpoilt) != Spoilt || m.Offer(offer(r), "2") != Known || m.Phase != wire.Refused {
		t.Fatal(m.State)
	}
	if m.Offer(offer(nil), "") != Withdrawn || m.Report() != nil || m.Offer(offer(r), "3") != Accepted {
		t.Fatal(m.State)
	}
	m.Tick(Moment{})
	if m.Ended(0, &noRoom{1 << 20, 1 << 30}) != NoRoom || !strings.Contains(m.Error, "磁盘空间不够") {
		t.Fatal(m.State)
	}
	if m.Offer(offer(r), "4") != Accepted { // the disk may have been tidied up
		t.Error(m.State)
	}
}

func TestWhatRootSaysEndsIt(t *testing.T) {
	r := signed(t, "1.1", "arm64", "x")
	for _, phase := range []wire.Phase{wire.Installed, wire.Refused, wire.RolledBack} {
		m := waiting(t)
		if m.Told(Outcome{"id", phase, "early"}) != Nothing {
			t.Fatal("nobody was asked")
		}
		m.Tick(Moment{Now: 9 * minute})
		if m.Told(Outcome{"another", phase, "old"}) != Nothing || m.Told(Outcome{"id", wire.Trying, ""}) != Nothing {
			t.Error("taken for the end")
		}
		if m.Told(Outcome{"id", phase, "why"}) != Taken || m.Report().Phase != phase || m.Error != "why" {
			t.Errorf("%s: %+v", phase, m.State)
		}
		// The hub says it again after a restart, of whichever program.
		at := self
		if phase == wire.Installed {
			at.Version = "1.1"
		}
		m = Start(m.State, at, DefaultTimes(), 0)
		if m.Offer(offer(r), "again") != Known || m.Report().Phase != phase {
			t.Errorf("%s, offered again: %+v", phase, m.State)
		}
	}
}

func TestARequestThatNobodyTakes(t *testing.T) {
	m := waiting(t)
	m.Tick(Moment{Now: 9 * minute})
	if m.Asked(11*minute-1) || !m.Asked(11*minute) {
		t.Error("not after two minutes")
	}
	m.Told(Outcome{"id", wire.Installing, ""})
	if m.Asked(99 * minute) {
		t.Error("root is at work")
	}
	m = waiting(t)
	m.Tick(Moment{Now: 9 * minute})
	if m.Missed() != Unanswered || m.Phase != wire.Refused || m.Offer(offer(m.Release), "x") != Accepted {
		t.Error(m.State)
	}
}

func TestWhatIsOfferedDuringAnInstallationComesAfterIt(t *testing.T) {
	next := signed(t, "1.2", "arm64", "y")
	m := waiting(t)
	m.Tick(Moment{Now: 9 * minute})
	if m.Offer(offer(next), "2") != TooLate || m.Told(Outcome{"id", wire.Installed, ""}) != Taken {
		t.Fatal(m.State)
	}
	if f, some := m.Next(); !some || f.Release.Version != "1.2" {
		t.Error(f, some)
	}
	if _, some := m.Next(); some {
		t.Error("twice")
	}
}

func TestARestartGoesOn(t *testing.T) {
	r := signed(t, "1.1", "arm64", "x")
	later := Self{"1.1", "arm64", public}
	for _, c := range []struct {
		phase wire.Phase
		self  Self
		want  wire.Phase
	}{
		{wire.Fetching, self, wire.Fetching}, {wire.Waiting, self, wire.Fetching},
		{wire.Waiting, later, wire.Installed}, // by hand
		{wire.Waiting, Self{"1.0", "arm64", nil}, wire.Refused},
		{wire.Installing, self, wire.Installing}, {wire.Installing, later, wire.Trying},
		{wire.Trying, later, wire.Trying}, {wire.Trying, self, wire.Trying}, // root will say
		{wire.RolledBack, self, wire.RolledBack},
	} {
		m := Start(State{ID: "id", Release: r, Phase: c.phase}, c.self, DefaultTimes(), 0)
		if m.Phase != c.want {
			t.Errorf("%s under %s: %s, want %s", c.phase, c.self.Version, m.Phase, c.want)
		}
	}
}

// TestNoCallIsEverCut lets anything happen in any order: root is asked only
// when nobody needed the kiosk for five minutes, and only for what was signed.
func TestNoCallIsEverCut(t *testing.T) {
	a, b := signed(t, "1.1", "arm64", "x"), signed(t, "1.2", "arm64", "y")
	forged := *a
	forged.SHA256 = b.SHA256
	offers := []*release.Manifest{a, b, nil, &forged, signed(t, "0.9", "arm64", "z")}
	rapid.Check(t, func(t *rapid.T) {
		m := begun()
		now, used := time.Duration(0), time.Duration(0)
		for range 30 {
			now += time.Duration(rapid.IntRange(0, 400).Draw(t, "s")) * time.Second
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				m.Offer(offer(rapid.SampledFrom(offers).Draw(t, "offer")), now.String())
			case 1:
				m.Ended(now, rapid.SampledFrom([]error{nil, errors.New("cut"), errSpoilt}).Draw(t, "end"))
			case 2:
				m.Told(Outcome{m.ID, rapid.SampledFrom([]wire.Phase{wire.Trying, wire.Installed, wire.RolledBack}).Draw(t, "phase"), ""})
			default:
				busy := rapid.IntRange(0, 3).Draw(t, "busy") == 0
				if busy {
					used = now
				}
				if m.Tick(Moment{Now: now, Calling: busy}) == HandOver && (busy || now-used < 5*minute || m.Release.Verify(public) != nil) {
					t.Fatalf("handed over at %v, used at %v, %+v", now, used, m.Release)
				}
			}
			if r := m.Report(); r != nil && (wire.Health{Update: r}).Validate() != nil {
				t.Fatalf("no hub takes %+v", r)
			}
		}
	})
}

func TestAProgramIsBelievedForWhatItSays(t *testing.T) {
	before := Facts{ID: "id", Home: true, Faults: []string{"lamp_failed:red"}}
	good := Facts{ID: "id", Home: true, Lived: Settle, Faults: []string{"lamp_failed:red"}}
	for name, c := range map[string]struct {
		change func(before, now *Facts)
		says   string
	}{
		"well":                     {func(_, _ *Facts) {}, ""},
		"silent":                   {func(_, n *Facts) { *n = Facts{} }, "没有报告"},
		"deaf":                     {func(_, n *Facts) { n.Faults = Own([]string{"key_unreadable:red"}) }, "key_unreadable:red"},
		"without a journal":        {func(_, n *Facts) { n.Faults = Own([]string{"journal_failed"}) }, "journal_failed"},
		"with a mended lamp":       {func(_, n *Facts) { n.Faults = nil }, ""},
		"with a slow disk":         {func(_, n *Facts) { n.Faults = Own([]string{"journal_slow", "refused_by:361025"}) }, ""},
		"without its line":         {func(_, n *Facts) { n.Home = false }, "连不上"},
		"on a line that was dead":  {func(b, n *Facts) { b.Home, n.Home = false, false }, ""},
		"on a line that came back": {func(b, _ *Facts) { b.Home = false }, ""},
		"young":                    {func(_, n *Facts) { n.Lived = Settle - 1 }, "时间"},
	} {
		b, n := before, good
		c.change(&b, &n)
		if got := Judge(b, n, Settle); got == "" != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
