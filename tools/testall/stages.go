package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"huying/tools/gotest"
)

// stage is one part of the whole. run returns what it counted and, if there
// is anything to say, a note. A check that is no test counts only if it fails.
type stage struct {
	name, what string
	run        func(ctx context.Context) (gotest.Count, string)
}

// fullSeeds is how many counties each run of the tests lives through.
const fullSeeds = "20000"

// The race detector needs cgo; everything else is built without, as the
// product is, so that one build cache serves all.
var stages = []stage{
	{"lint", "gofmt, go vet, staticcheck", check("make", "--no-print-directory", "lint")},
	{"vuln", "govulncheck", vulnerabilities},
	{"packages", "the Debian packages of the terminal build, for small boards too", check("make", "--no-print-directory", "packages")},
	{"package", "the package on a clean Debian with its own systemd", goTest(".",
		"go", "test", "-json", "-count=1", "-timeout", "15m", shipped)},
	{"web-check", "biome, tsc, generated types", check("npm", "--prefix", "web", "run", "--silent", "check")},
	{"go", "Go packages, with the race detector", racing},
	{"media", "packages with LiveKit inside", goTest(".",
		append([]string{"go", "test", "-json", "-shuffle=on", "-p", "1", "-timeout", "10m"}, media...)...)},
	{"kill", "real programs killed at failpoints, under load", goTest(".",
		"go", "test", "-json", "-count=1", "-timeout", "10m", killed)},
	{"line", "real programs on bad lines", goTest(".",
		"go", "test", "-json", "-count=1", "-timeout", "10m", badLines)},
	{"gpio", "keys and lamps on a real kernel in an emulated machine", goTest(".",
		"go", "test", "-json", "-count=1", "-timeout", "15m", emulated)},
	{"screen", "the kiosk's screen on a real compositor, read pixel by pixel", goTest(".",
		"go", "test", "-json", "-count=1", "-parallel", "2", "-timeout", "10m", onTheWall)},
	{"simulator", fullSeeds + " counties in virtual time", goTest(".",
		"go", "test", "-json", "-run", "TestCountiesLive", "-timeout", "15m", "./internal/sim", "-args", "-seeds", fullSeeds)},
	{"journal", "100,000 power cuts of a kiosk's disk", goTest(".",
		"go", "test", "-json", "-run", "PowerCut", "-timeout", "10m", "./terminal/journal")},
	{"bench-peers", "the brokers that the bench compares with", goTest("tools/bench-peers",
		"env", "CGO_ENABLED=1", "go", "test", "-json", "-race", "-shuffle=on", "-timeout", "10m", "./...")},
	{"web", "the pages' unit tests", vitest("run")},
	{"e2e", "real programs, real browser", endToEnd},
}

// media are the packages whose tests drive LiveKit's client. Its WebRTC stack
// has races of its own (pion/srtp v3.0.12, ReadStreamSRTP.Read), now and then
// seen by the detector, which then fails a test of ours that is right; and to
// compile LiveKit a second time takes longer than all the other tests.
var media = []string{"huying/hub/media/embedded", "huying/cmd/villagesim", "huying/cmd/villagesim/voice", "huying/terminal/voice/room"}

// killed is the package that kills real programs. It must not share the
// processors with other packages, for it measures how soon a press rings; and
// it is never cached, for the programs are none of its sources.
const killed = "huying/cmd/villagesim/kill"

// badLines is the package that runs real programs on bad lines; what holds for
// killed holds for it.
const badLines = "huying/cmd/villagesim/line"

// emulated is the package that boots a kernel. What runs in it is none of the
// sources of its test, so it is never cached either.
const emulated = "huying/tools/gpiokernel"

// shipped is the package that installs what the stage before it has built.
const shipped = "huying/tools/packages"

// whole is the package that boots a whole machine, again and again: minutes,
// which only the proof takes (make prove-machine).
const whole = "huying/tools/machine"

// onTheWall is the package that starts the screen; what it starts is none of
// its sources.
const onTheWall = "huying/tools/screen"

// apart are the packages that have stages of their own, or none.
var apart = slices.Concat([]string{killed, badLines, emulated, shipped, whole}, media)

// racing tests all other packages that have tests.
func racing(ctx context.Context) (gotest.Count, string) {
	list := command(ctx, ".", "go", "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}", "./...")
	list.Stdout = nil
	out, err := list.Output()
	if err != nil {
		return honest(gotest.Count{}, err)
	}
	packages := slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool { return slices.Contains(apart, p) })
	args := []string{"go", "run", "./hub/postgres/pgtest/withpg", "env", "CGO_ENABLED=1",
		"go", "test", "-json", "-race", "-shuffle=on", "-p", "2", "-timeout", "15m"}
	if short {
		args = append(args, "-short")
	}
	return goTest(".", append(args, packages...)...)(ctx)
}

// short is for the quick check before a commit.
var short bool

// command is a child that is told to stop when ctx ends, and then waited for:
// test clusters and browsers must not outlive the run.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}

func check(args ...string) func(context.Context) (gotest.Count, string) {
	return func(ctx context.Context) (gotest.Count, string) {
		if err := command(ctx, ".", args...).Run(); err != nil {
			return gotest.Count{Failed: 1}, err.Error()
		}
		return gotest.Count{}, ""
	}
}

func goTest(dir string, args ...string) func(context.Context) (gotest.Count, string) {
	return func(ctx context.Context) (gotest.Count, string) {
		cmd := command(ctx, dir, args...)
		cmd.Stdout = nil
		stream, err := cmd.StdoutPipe()
		if err != nil {
			return gotest.Count{Failed: 1}, err.Error()
		}
		if err := cmd.Start(); err != nil {
			return gotest.Count{Failed: 1}, err.Error()
		}
		count, readErr := gotest.Read(stream, os.Stdout, nil)
		err = errors.Join(readErr, cmd.Wait())
		return honest(count, err)
	}
}

// honest makes sure that a failed command is a failure whatever it counted,
// and that one that tested nothing is none.
func honest(count gotest.Count, err error) (gotest.Count, string) {
	switch {
	case err != nil && count.Failed == 0:
		count.Failed = 1
		return count, err.Error()
	case err != nil:
		return count, err.Error()
	case count.Passed+count.Failed == 0:
		count.Failed = 1
		return count, "no test ran"
	}
	return count, ""
}

// vitest runs the tests of one vitest configuration in web.
func vitest(args ...string) func(context.Context) (gotest.Count, string) {
	return func(ctx context.Context) (gotest.Count, string) {
		folder, err := os.MkdirTemp("", "huying-vitest-")
		if err != nil {
			return honest(gotest.Count{}, err)
		}
		defer os.RemoveAll(folder)
		report := filepath.Join(folder, "report.json")
		all := append([]string{"node_modules/.bin/vitest"}, args...)
		all = append(all, "--reporter=default", "--reporter=json", "--outputFile.json="+report)
		err = command(ctx, "web", all...).Run()
		count, readErr := readVitest(report)
		return honest(count, errors.Join(err, readErr))
	}
}

func readVitest(path string) (gotest.Count, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return gotest.Count{}, err
	}
	var r struct {
		Success                                                       *bool
		NumPassedTests, NumFailedTests, NumPendingTests, NumTodoTests int
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return gotest.Count{}, err
	}
	if r.Success == nil {
		return gotest.Count{}, fmt.Errorf("%s is no report of vitest", path)
	}
	return gotest.Count{Passed: r.NumPassedTests, Failed: r.NumFailedTests, Skipped: r.NumPendingTests + r.NumTodoTests}, nil
}

// vulnHost keeps the list of known holes; govulncheck is worth nothing without it.
const vulnHost = "vuln.go.dev"

// vulnerabilities asks only where the list can be had: an isolated network is
// no reason for a red run, but it must be said.
func vulnerabilities(ctx context.Context) (gotest.Count, string) {
	conn, err := net.DialTimeout("tcp", vulnHost+":443", 3*time.Second)
	if err != nil {
		return gotest.Count{Skipped: 1}, "not run: " + vulnHost + " cannot be reached"
	}
	_ = conn.Close()
	return check("make", "--no-print-directory", "vuln")(ctx)
}

// endToEnd runs the tests in web/e2e, once there are any.
func endToEnd(ctx context.Context) (gotest.Count, string) {
	found, err := filepath.Glob("web/e2e/*.e2e.ts")
	if err != nil || len(found) == 0 {
		return gotest.Count{}, "not there yet"
	}
	return vitest(strings.Fields("run --config e2e/vitest.config.ts")...)(ctx)
}
