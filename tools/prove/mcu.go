package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// mcuPresses is what each trial on a bad line has, mcuTrials how many of them
// each of the two chips lives through.
const (
	mcuPresses = 200
	mcuTrials  = 10
)

// microcontroller runs the firmware for both chips in simavr, against the
// host's side on a pseudo-terminal, with all the tests beside it: resets at
// every stage of a press, unplugging, lamps, a lost host, mutants.
func microcontroller(ctx context.Context) (trials, worst string, err error) {
	folder, err := os.MkdirTemp("", "huying-mcu-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(folder)
	file, n := filepath.Join(folder, "figures"), 0
	_, _, failed := tests{
		packages: []string{"./firmware-bridge/mcu"}, run: ".", count: 1,
		args:   []string{"-presses", fmt.Sprint(mcuPresses), "-trials", fmt.Sprint(mcuTrials), "-figures", file},
		trials: func(passed int) string { n = passed; return "" },
	}.show(ctx)
	sum, err := mcuFigures(file)
	if err == nil && failed == nil && (sum.trials != 2*mcuTrials || sum.counted != sum.made) {
		err = fmt.Errorf("%d trials of %d, %d presses of %d", sum.trials, 2*mcuTrials, sum.counted, sum.made)
	}
	trials = fmt.Sprintf("%d of %d presses in %d trials on 2 chips, %d octets spoilt, %d tests passed",
		sum.counted, sum.made, sum.trials, sum.spoilt, n)
	worst = fmt.Sprintf("%s from press to reader", (time.Duration(sum.slowest) * time.Microsecond).Round(time.Millisecond))
	return trials, worst, errors.Join(failed, err)
}

// mcuSum is what the trials on a bad line came to; slowest is in us.
type mcuSum struct{ trials, made, counted, spoilt, slowest int }

// mcuFigures reads what the tests have written. Trials that were skipped, for
// want of a compiler or of simavr, have written nothing, and that is a fault.
func mcuFigures(file string) (sum mcuSum, err error) {
	f, err := os.Open(file)
	if err != nil {
		return sum, fmt.Errorf("no trial was made: %w", err)
	}
	defer f.Close()
	for {
		var one mcuSum
		_, err := fmt.Fscan(f, &one.made, &one.counted, &one.spoilt, &one.slowest)
		if errors.Is(err, io.EOF) {
			return sum, nil
		}
		if err != nil {
			return sum, fmt.Errorf("figures of the trials: %w", err)
		}
		sum.trials, sum.made, sum.counted = sum.trials+1, sum.made+one.made, sum.counted+one.counted
		sum.spoilt, sum.slowest = sum.spoilt+one.spoilt, max(sum.slowest, one.slowest)
	}
}
