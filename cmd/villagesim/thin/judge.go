package thin

import (
	"errors"
	"fmt"
	"time"

	"huying/cmd/villagesim/line/cable"
)

// The promise, and what a trial must have seen to say anything about it.
const (
	// bearable is the most that may be missing of a voice on a thin line, the
	// seconds before the rule acts and its tries afterwards included.
	bearable = 0.15
	// gain is how many times as much the thinnest line must take away when the rule
	// is off: otherwise it is not the rule that keeps the voice. What is missing on
	// a line that is well as well is the ear's own loss, and counts for neither.
	gain = 2.0
	// control is the least that must be heard on a line that is well: a machine too
	// busy for that cannot judge lines.
	control = 0.90
)

// Rates are the lines of the trials in bits a second, the thinnest last.
var Rates = []int64{300_000, 100_000, 64_000}

// ThinLine is a village's line of so many bits a second: 2 % of the packets are
// lost, each takes 55 to 65 ms, and none waits for longer than a second, which is
// what cheap routers keep.
func ThinLine(rate int64) cable.Quality {
	return cable.Quality{Rate: rate, Queue: time.Second, Delay: 60 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.02}
}

// Plan is the talks of a whole proof: one on a line that is well, and on each thin
// one a talk with the rule off and one with it.
func Plan(hold time.Duration) []Trial {
	plan := []Trial{{Name: "well", Hold: hold / 2, Heal: true}}
	for _, rate := range Rates {
		for _, blind := range []bool{true, false} {
			plan = append(plan, Trial{Name: fmt.Sprintf("%d kbit/s", rate/1000), Line: ThinLine(rate), Blind: blind, Hold: hold, Heal: !blind})
		}
	}
	return plan
}

// missing is how much of the voices did not arrive, in the worse direction.
func (r Result) missing() float64 { return 1 - min(r.Up.Share(), r.Down.Share()) }

// Verdict is what the talks of a plan show.
type Verdict struct {
	Talks  int
	Worst  Result  // the talk with the rule on that missed most
	Gain   float64 // on the thinnest line, taken away without the rule over with it
	Broken error   // the promise, or the trial's own conditions
}

// Missing is how much of a voice did not arrive in the worst talk, 0 to 1.
func (v Verdict) Missing() float64 { return v.Worst.missing() }

// Judge compares talks. It never holds the promise for kept because a talk is not there.
func Judge(results []Result) (v Verdict) {
	v.Talks = len(results)
	var errs []error
	var off, on *Result
	deaf := 0.0 // what the ear misses by itself
	for i, r := range results {
		switch {
		case r.Trial.Line.Rate == 0:
			deaf = r.missing()
			if heard := 1 - deaf; heard < control {
				errs = append(errs, fmt.Errorf("thin: on a line that is well %.0f %% was heard: this machine is too busy to judge", 100*heard))
			}
			continue
		case r.Trial.Line.Rate == Rates[len(Rates)-1] && r.Trial.Blind:
			off = &results[i]
		case r.Trial.Line.Rate == Rates[len(Rates)-1]:
			on = &results[i]
		}
		if r.Trial.Blind {
			continue
		}
		if r.missing() >= v.Worst.missing() || v.Worst.Up.Windows == 0 {
			v.Worst = r
		}
		if r.missing() > bearable {
			errs = append(errs, fmt.Errorf("thin: %s: %.0f %% of a voice is missing, at most %.0f %% may", r.Trial.Name, 100*r.missing(), 100*bearable))
		}
	}
	if off == nil || on == nil {
		return Verdict{Talks: v.Talks, Broken: errors.Join(append(errs, errors.New("thin: the thinnest line was not tried both ways"))...)}
	}
	v.Gain = (off.missing() - deaf) / max(on.missing()-deaf, 0.01)
	if v.Gain < gain {
		errs = append(errs, fmt.Errorf("thin: with the rule off only %.1f times as much is taken away, at least %.0f times was expected: the trial does not see the rule", v.Gain, gain))
	}
	v.Broken = errors.Join(errs...)
	return v
}
