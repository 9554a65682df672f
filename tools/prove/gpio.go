package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"huying/tools/gpiokernel"
	"huying/tools/gpiokernel/trial"
)

// realKernel boots Debian's kernel with a simulated GPIO chip, and again with
// simulated USB buttons, and presses the keys: PRESSES times in each trial, 50 if that is not set. It shows what each
// trial came to, and holds if every trial was exact and every mutant was caught.
func realKernel(ctx context.Context) (trials, worst string, err error) {
	presses, err := gpiokernel.Presses(os.Getenv("PRESSES"))
	if err != nil {
		return "", "", err
	}
	results, err := gpiokernel.Run(ctx, "var/gpiokernel", presses, "")
	usb, usbErr := gpiokernel.RunInput(ctx, "var/gpiokernel", presses, "")
	results, err = append(results, usb...), errors.Join(err, usbErr)
	for _, r := range results {
		fmt.Println(r)
	}
	return judgeTrials(results, err)
}

// stands are the trials in which nobody reads for a while on purpose, or the
// chip is away, or the program dead: their latency is that of the pause.
var stands = map[string]bool{"stall": true, "reader": true, "unplug": true, "usb stall": true, "kill": true, "usb kill": true, "replaced": true}

func judgeTrials(results []trial.Result, err error) (trials, worst string, _ error) {
	good, caught, made, counted, kills := 0, 0, 0, 0, 0
	var slowest, dead trial.Result
	for _, r := range results {
		switch {
		case r.Mutant != "" && r.Exact():
			err = errors.Join(err, fmt.Errorf("not caught: %s", r))
		case r.Mutant != "":
			caught++
		case !r.Exact():
			err = errors.Join(err, fmt.Errorf("not exact: %s", r))
			fallthrough
		default:
			good, made, counted, kills = good+1, made+r.Made, counted+r.Counted, kills+r.Kills
			if r.Kills > 0 && r.Worst > dead.Worst {
				dead = r
			}
			if !stands[r.Name] && r.Worst > slowest.Worst {
				slowest = r
			}
		}
	}
	if all := gpiokernel.AtLeast + gpiokernel.InputAtLeast; err == nil && good+caught < all {
		err = fmt.Errorf("%d trials, there should be %d", good+caught, all)
	}
	trials = fmt.Sprintf("%d of %d presses in %d trials, the program killed %d times, %d mutants caught", counted, made, good, kills, caught)
	worst = fmt.Sprintf("%s from first touch to event (%s), %s to the journal over a kill and up to 3 s of absence",
		slowest.Worst.Round(100*time.Microsecond), slowest.Name, dead.Worst.Round(10*time.Millisecond))
	return trials, worst, err
}
