package main

import (
	"context"
	"errors"
	"fmt"
)

// journal cuts the power under a kiosk's journal, and fills the disk under a
// whole terminal.
func journal(ctx context.Context) (trials, worst string, err error) {
	say := func(n int) string { return fmt.Sprint(n) }
	_, cut, err := tests{packages: []string{"./terminal/journal"}, run: ".", count: 1,
		args: []string{"-cuts", powerCuts}, trials: say}.show(ctx)
	disks, full, fullErr := tests{packages: []string{"./terminal"}, run: "Disk", count: 10, trials: say}.show(ctx)
	return fmt.Sprintf("%s power cuts, 9 seeded bugs, %s full or hanging disks", powerCuts, disks),
		cut + ", " + full, errors.Join(err, fullErr)
}
