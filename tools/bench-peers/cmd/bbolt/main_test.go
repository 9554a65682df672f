package main

import (
	"os"
	"testing"
)

// TestMeasure counts what a measurement leaves behind and says; a sync
// takes time, so a figure of next to nothing would be one of memory.
func TestMeasure(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "bbolt-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	line, err := measure(dir, 200, 0.1, 300)
	if err != nil {
		t.Fatal(err)
	}
	if line.N != 20 || line.P50 <= 10 || line.P99 < line.P50 || line.Max < line.P99 || line.Name != "bbolt" {
		t.Errorf("%+v", line)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := measure(dir, 0, 1, 1); err == nil {
		t.Error("no pace was taken for one")
	}
}
