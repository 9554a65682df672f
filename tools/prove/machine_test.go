package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestMachineFigures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures")
	if _, err := machineFigures(file); err == nil {
		t.Error("a trial that was not made is believed")
	}
	for text, good := range map[string]bool{"48 48 6 5 15210 93\n": true, "48 47 6 5 15210 93\n": false, "0 0 0 0 0 0\n": false, "48 x": false} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := machineFigures(file)
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
		if want := (machineSum{48, 48, 6, 5, 15210 * time.Millisecond, 93 * time.Millisecond}); good && got != want {
			t.Errorf("%+v", got)
		}
	}
}
