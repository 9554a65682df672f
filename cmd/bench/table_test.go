package main

import (
	"bytes"
	"net"
	"os"
	"strings"
	"testing"
)

// The median of ratios is not the ratio of medians: a repeat in which the
// machine was slow must be compared with itself.
func TestRatioIsTakenInsideEachRepeat(t *testing.T) {
	l := line{goal: 2}
	l.add(1, 1)
	l.add(10, 4)
	l.add(30, 30)
	if got := l.ratio(); got != 1 {
		t.Errorf("ratio %g, want 1", got)
	}
	if !l.met() {
		t.Error("1 x is not at most 2 x")
	}
	l.atLeast = true
	if l.met() {
		t.Error("1 x is at least 2 x")
	}
}

func TestTableCountsMissedGoals(t *testing.T) {
	good := &line{row: "good", against: "a", show: rate, goal: 2, atLeast: true}
	good.add(30, 10)
	bad := &line{row: "bad", against: "b", show: took, goal: 0.5}
	bad.add(0.003, 0.004)
	free := &line{row: "free", against: "c", show: took}
	free.add(9, 1)
	alone := &line{row: "alone", show: plain, goal: 7, atLeast: true, alone: true}
	alone.add(6.5, 0)
	var out bytes.Buffer
	if missed := print(&out, []*line{good, bad, free, alone, {row: "never measured"}}); missed != 2 {
		t.Errorf("%d missed, want 2:\n%s", missed, &out)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d lines:\n%s", len(lines), &out)
	}
	for i, want := range []string{"", "met", "MISSED", "", "MISSED"} {
		if want != "" && !strings.HasSuffix(strings.TrimSpace(lines[i]), want) {
			t.Errorf("line %q does not end in %s", lines[i], want)
		}
	}
}

func TestAPortThatAnswersIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if _, err := freePort(port); err == nil {
		t.Error("a taken port was accepted")
	}
	l.Close()
	if got, err := freePort(port); err != nil || got != port {
		t.Errorf("a free port was refused: %d %v", got, err)
	}
}

func TestProcessesKnowsThisOne(t *testing.T) {
	_, parents := processes()
	if got := parents[os.Getpid()]; got != os.Getppid() {
		t.Errorf("parent %d, want %d", got, os.Getppid())
	}
}
