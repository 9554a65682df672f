package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMcuFigures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures")
	if _, err := mcuFigures(file); err == nil {
		t.Error("trials that were not made are believed")
	}
	for text, want := range map[string]mcuSum{
		"200 200 640 314000\n200 199 600 427000\n": {2, 400, 399, 1240, 427000},
		"": {},
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := mcuFigures(file); err != nil || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	if err := os.WriteFile(file, []byte("200 x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := mcuFigures(file); err == nil {
		t.Error("figures that are none are believed")
	}
}
