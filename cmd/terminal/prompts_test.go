package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPromptsFromListToCheck goes the way of somebody who prepares recordings.
func TestPromptsFromListToCheck(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	f := folderFlag{Folder: folder}
	c := &commands{}
	if err := (promptsRender{folderFlag: f, Codes: []string{"rate_good", "answerer/doctor"}}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rate_good.wav", "answerer/doctor.wav"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() < 10_000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (promptsCheck{f}).Run(c); err != nil {
		t.Errorf("what was rendered is not fit: %v", err)
	}
	own := filepath.Join(folder, "rate_good.wav")
	if err := os.WriteFile(own, []byte("my own"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A recording is never overwritten unless somebody insists.
	if err := (promptsRender{folderFlag: f, Codes: []string{"rate_good"}}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(own); string(data) != "my own" {
		t.Error("a recording was overwritten")
	}
	if err := (promptsCheck{f}).Run(c); err == nil || !strings.Contains(err.Error(), "1 处") {
		t.Errorf("a damaged file gives %v", err)
	}
	if err := (promptsRender{folderFlag: f, Codes: []string{"rate_good"}, Force: true}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := (promptsCheck{f}).Run(c); err != nil {
		t.Errorf("rendered again: %v", err)
	}
	if err := (promptsRender{folderFlag: f, Codes: []string{"nobody"}}).Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "prompts list") {
		t.Errorf("an unknown code gives %v", err)
	}
	if err := (promptsList{folderFlag: f}).Run(c); err != nil {
		t.Error(err)
	}
}
