package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"huying/internal/sim"
	"huying/tools/gotest"
)

// worlds is how many counties the simulation lives through, mutantWorlds how
// many it may take to catch a seeded bug, powerCuts what a kiosk's journal suffers.
const (
	worlds       = 20000
	mutantWorlds = 2000
	powerCuts    = "500000"
)

var proofs = []proof{
	{"simulation", "a press always ends at a person, whatever lines and machines do (I1-I3, I5-I11; I4 has property tests)", simulation},
	{"mutants", "the simulator catches what it is there to catch", mutants},
	{"database", "no committed row is lost when hub, database or both are killed; nothing is left running", tests{
		packages: []string{"./hub/postgres"}, count: 5,
		run: "^(TestNothingCommittedIsLost|TestDatabaseDiesWithItsHub|TestLeftoverServerIsEnded|TestStaleLocks|TestWrongMajorIsRefused)$",
		// Each of the four ways is killed three times over.
		trials: func(n int) string { return fmt.Sprintf("%d deaths of hub and database", n) },
		each:   3, eachOf: "TestNothingCommittedIsLost/",
	}.show},
	{"journal", "a press that the kiosk has stored outlives a power cut at any moment; a full disk stops no press", journal},
	{"line", "whatever the lines do, no press is lost or doubled, and it is the same call everywhere once they are well", badLines},
	{"kill", "no press is lost or doubled, and each rings within 3 s of its hub being reachable, wherever hub or kiosk dies and whatever happens to the database", kill},
	{"identity", "kiosks and hubs know each other whatever clocks, certificates, copies and settings do; each press rings and proves its origin; a revoked kiosk is gone within 5 s", identity},
	{"gpio", "on a real kernel each press counts once and nothing else does, whatever contacts, plugs and our own process do", realKernel},
	{"mcu", "keys behind a microcontroller count each press once, on a line that loses 1 % of its octets each way, and through unplugging and resets", microcontroller},
	{"thin-line", "on a line of 64 kbit/s villager and operator go on hearing each other: the pictures rest for the voice, and come back by themselves", thinLines},
	{"kiosk-audio", "a kiosk without a screen is heard and hears: a tone played at one side is measured at the other, both ways and at once", kioskAudio},
	{"package", "the Debian package installs on a clean Debian, its terminal starts, enrols, rings, survives a kill, and goes without a trace; releases come from the hub while somebody presses, never in a call, and bad ones go back by themselves", debianPackage},
	{"machine", "installed on a Debian with a real kernel, udev and systemd, the confined terminal counts each press of a GPIO key and a USB button once, through unplugging, kill and power cut", wholeMachine},
	{"screen", "the page stands on the whole glass, alone and in Chinese, and comes back from whatever dies, hangs, fills up or breaks", onTheWall},
	{"keys", "a bouncing key is one press, however it bounces", tests{
		packages: []string{"./firmware-bridge/key", "./firmware-bridge/pinwatch", "./firmware-bridge/input", "./firmware-bridge/screen"}, count: 5, run: ".",
		trials: func(n int) string { return fmt.Sprintf("%d runs of its tests, thousands of presses", n) },
	}.show},
}

func simulation(context.Context) (trials, worst string, err error) {
	t := sim.Many(1, worlds, sim.NoMutant, runtime.NumCPU())
	trials = fmt.Sprintf("%d counties, %.0f virtual days, %d presses", t.Seeds, t.Virtual.Hours()/24, t.Presses)
	worst = fmt.Sprintf("%d counties with a broken promise", len(t.Failed))
	if len(t.Failed) > 0 {
		err = errors.New(t.Explain())
	}
	return trials, worst, err
}

func mutants(ctx context.Context) (trials, worst string, err error) {
	var last uint64
	slowest := ""
	var missed []string
	for _, m := range sim.Mutants {
		if ctx.Err() != nil {
			return "", "", ctx.Err()
		}
		t := sim.Many(1, mutantWorlds, m, runtime.NumCPU())
		if len(t.Failed) == 0 {
			missed = append(missed, string(m))
		} else if s := t.Failed[0].Seed; s > last {
			last, slowest = s, string(m)
		}
	}
	trials = fmt.Sprintf("%d seeded bugs, %d counties each at most", len(sim.Mutants), mutantWorlds)
	worst = fmt.Sprintf("%s, caught in county %d", slowest, last)
	if len(missed) > 0 {
		worst = strings.Join(missed, ", ") + " not caught"
		err = errors.New(worst)
	}
	return trials, worst, err
}

// tests is a proof by repeated tests.
type tests struct {
	packages []string
	run      string // as go test's
	count    int
	args     []string // for the tests themselves
	trials   func(n int) string
	each     int    // trials in one test whose name begins with eachOf
	eachOf   string // empty: each test is one trial
}

func (p tests) show(ctx context.Context) (trials, worst string, err error) {
	args := []string{"test", "-json", "-shuffle=on", "-timeout", "30m", "-run", p.run, fmt.Sprintf("-count=%d", p.count)}
	args = append(args, p.packages...)
	if len(p.args) > 0 {
		args = append(append(args, "-args"), p.args...)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return "", "", err
	}
	if err := cmd.Start(); err != nil {
		return "", "", err
	}
	n := 0
	var said strings.Builder
	count, readErr := gotest.Read(stream, &said, func(_, test, action string) {
		if action == "pass" {
			n += p.weight(test)
		}
	})
	err = errors.Join(readErr, cmd.Wait())
	if err == nil && n == 0 {
		err = errors.New("no test ran")
	}
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, said.String())
	}
	return p.trials(n), fmt.Sprintf("%d of %d tests failed", count.Failed, count.Passed+count.Failed), err
}

// weight is how many trials one passed test stands for. A test with parts is
// not a trial beside them.
func (p tests) weight(test string) int {
	switch {
	case p.eachOf == "":
		return 1
	case strings.HasPrefix(test, p.eachOf):
		return p.each
	}
	return 0
}
