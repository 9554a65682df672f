// Command testall runs every check and test of the project, one stage after
// another, and ends with one line that sums the tests up. A stage that fails
// does not keep the next from running: one run shows all that is wrong.
//
//	go run ./tools/testall [-only go,web] [-short]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"huying/tools/gotest"
)

func main() {
	only := flag.String("only", "", "run just these stages, separated by commas")
	flag.BoolVar(&short, "short", false, "leave out what takes long")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen, err := choose(stages, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testall:", err)
		os.Exit(2)
	}
	if !runAll(ctx, chosen) {
		os.Exit(1)
	}
}

// choose picks stages by name, in their own order.
func choose(all []stage, only string) ([]stage, error) {
	if only == "" {
		return all, nil
	}
	var chosen []stage
	names := strings.Split(only, ",")
	for _, s := range all {
		if i := slices.Index(names, s.name); i >= 0 {
			chosen, names = append(chosen, s), slices.Delete(names, i, i+1)
		}
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("there is no stage %s", strings.Join(names, ", "))
	}
	return chosen, nil
}

// runAll reports whether all went well. It prints the closing line in any case.
func runAll(ctx context.Context, chosen []stage) bool {
	var total gotest.Count
	var table strings.Builder
	tab := tabwriter.NewWriter(&table, 0, 8, 2, ' ', 0)
	for _, s := range chosen {
		fmt.Printf("\n== %s: %s\n", s.name, s.what)
		start := time.Now()
		count, note := s.run(ctx)
		if ctx.Err() != nil {
			count.Failed, note = count.Failed+1, "interrupted"
		}
		if note == "" {
			note = "ok"
		}
		fmt.Fprintf(tab, "%s\t%d passed\t%d failed\t%d skipped\t%5.0f s\t%s\n",
			s.name, count.Passed, count.Failed, count.Skipped, time.Since(start).Seconds(), note)
		total = total.Add(count)
		if ctx.Err() != nil {
			break
		}
	}
	_ = tab.Flush()
	fmt.Printf("\n%s\n%d passed, %d failed\n", table.String(), total.Passed, total.Failed)
	return total.Failed == 0
}
