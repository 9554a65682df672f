package gpiokernel_test

import (
	"context"
	"os"
	"testing"

	"huying/tools/gpiokernel"
	"huying/tools/gpiokernel/trial"
)

// TestTrials boots the machine once. PRESSES in the environment says how many
// presses each trial makes, 50 if it is empty.
func TestTrials(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT PROVED on a real kernel: -short leaves the emulated machine out")
	}
	presses, err := gpiokernel.Presses(os.Getenv("PRESSES"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := gpiokernel.Run(t.Context(), "../../var/gpiokernel", presses, "")
	check(t, results, gpiokernel.AtLeast)
	if err != nil {
		t.Error(err)
	}
}

// check fails for each trial that was not exact, and each mutant that was.
func check(t *testing.T, results []trial.Result, atLeast int) {
	t.Helper()
	for _, r := range results {
		name := r.Name
		if r.Mutant != "" {
			name += " with " + r.Mutant
		}
		t.Run(name, func(t *testing.T) {
			t.Log(r)
			if r.Exact() == (r.Mutant != "") {
				t.Errorf("exact: %t", r.Exact())
			}
		})
	}
	if len(results) < atLeast {
		t.Errorf("%d trials, there should be %d", len(results), atLeast)
	}
}

func TestPresses(t *testing.T) {
	for text, want := range map[string]int{"": 50, "1000": 1000, "0": 0, "many": 0} {
		if n, err := gpiokernel.Presses(text); n != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
}

// TestMachineThatIsStoppedIsAnError: what did not end proves nothing.
func TestMachineThatIsStoppedIsAnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := gpiokernel.Run(ctx, t.TempDir(), 1, ""); err == nil {
		t.Error("no error")
	}
}

// TestInputTrials does the same for keys that are input devices.
func TestInputTrials(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT PROVED on a real kernel: -short leaves the emulated machine out")
	}
	presses, err := gpiokernel.Presses(os.Getenv("PRESSES"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := gpiokernel.RunInput(t.Context(), "../../var/gpiokernel", presses, "")
	check(t, results, gpiokernel.InputAtLeast)
	if err != nil {
		t.Error(err)
	}
}
