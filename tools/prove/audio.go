package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// audioTalks is how many talks are held between two kiosks; TALKS says otherwise.
const audioTalks = "8"

// Words of the tests of terminal/voice/room.
var (
	audioTrials = regexp.MustCompile(`trials: (.+)`)
	audioWorst  = regexp.MustCompile(`worst: (.+)`)
)

// kioskAudio has kiosks without a screen talk through a real LiveKit, with pipes
// in place of sound cards, and measures the tones that come out at the other side.
func kioskAudio(ctx context.Context) (trials, worst string, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-v", "-count=1", "-timeout", "15m",
		"-run", "^(TestTheyHearEachOther|TestWithAnOperatorsClient|TestTheVoiceComesBack)$",
		"./terminal/voice/room", "-args", "-talks", cmp.Or(os.Getenv("TALKS"), audioTalks))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	find := func(r *regexp.Regexp) string {
		if m := r.FindSubmatch(out); m != nil {
			return string(m[1])
		}
		err = errors.Join(err, errors.New("the talks did not come to their end"))
		return "none"
	}
	trials, worst = find(audioTrials), find(audioWorst)
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, out)
	}
	return trials, worst, err
}
