package desk

import (
	"os"
	"regexp"
	"testing"
)

// The desk must have words for every fault that a terminal can tell. The two
// never import each other, so the terminal's list is read as text.
func TestEveryFaultOfATerminalHasATitle(t *testing.T) {
	source, err := os.ReadFile("../../terminal/faults.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\tFault\w+\s+= "(\w+)"`).FindAllSubmatch(source, -1)
	if len(codes) < 10 {
		t.Fatalf("%d faults were found", len(codes))
	}
	for _, c := range codes {
		if titles[string(c[1])] == "" {
			t.Errorf("%s has no title", c[1])
		}
	}
}
