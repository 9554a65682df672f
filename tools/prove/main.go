// Command prove runs the proofs of what Huying promises and prints one line
// for each: name, verdict, trials, worst case, promise. A proof that cannot
// fail proves nothing: the mutants show that the simulator can.
//
//	go run ./tools/prove [name ...]
//
// To add one, put it into the list in proofs.go; make prove-NAME runs it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// proof is one promise and what shows that it holds. show returns how much
// was tried and the worst that was seen, in words with their units, or an
// error with the evidence against the promise.
type proof struct {
	name, promise string
	show          func(ctx context.Context) (trials, worst string, err error)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen, err := choose(proofs, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(2)
	}
	if !showAll(ctx, chosen) {
		os.Exit(1)
	}
}

func choose(all []proof, names []string) ([]proof, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []proof
	for _, name := range names {
		i := slices.IndexFunc(all, func(p proof) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no proof %q; there are: %s", name, strings.Join(namesOf(all), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func namesOf(all []proof) (names []string) {
	for _, p := range all {
		names = append(names, p.name)
	}
	return names
}

// showAll reports whether every promise held.
func showAll(ctx context.Context, chosen []proof) bool {
	good := true
	for _, p := range chosen {
		start := time.Now()
		trials, worst, err := p.show(ctx)
		verdict := "HOLDS"
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", p.name, err)
			good, verdict = false, "FAILS"
		}
		fmt.Printf("%-11s %s | %s | worst: %s | %s | %.0f s\n", p.name, verdict, trials, worst, p.promise, time.Since(start).Seconds())
		if ctx.Err() != nil {
			return false
		}
	}
	return good
}
