package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"huying/tools/gotest"
)

func TestHonest(t *testing.T) {
	broken := errors.New("exit status 1")
	for name, c := range map[string]struct {
		count  gotest.Count
		err    error
		failed int
	}{
		"all well":                {gotest.Count{Passed: 3}, nil, 0},
		"a failure is counted":    {gotest.Count{Passed: 3, Failed: 2}, broken, 2},
		"failed without counting": {gotest.Count{Passed: 3}, broken, 1},
		"nothing ran":             {gotest.Count{}, nil, 1},
		"only skipped":            {gotest.Count{Skipped: 4}, nil, 1},
	} {
		if got, note := honest(c.count, c.err); got.Failed != c.failed || (c.failed > 0) != (note != "") {
			t.Errorf("%s: %+v %q", name, got, note)
		}
	}
}

func TestReadVitest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"success":false,"numPassedTests":7,"numFailedTests":2,"numPendingTests":1,"numTodoTests":1,"testResults":[]}`)
	if got, err := readVitest(path); err != nil || got != (gotest.Count{Passed: 7, Failed: 2, Skipped: 2}) {
		t.Errorf("%+v, %v", got, err)
	}
	write(`{}`)
	if _, err := readVitest(path); err == nil {
		t.Error("an empty report was believed")
	}
}

func TestChoose(t *testing.T) {
	if got, err := choose(stages, "web,go"); err != nil || len(got) != 2 || got[0].name != "go" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := choose(stages, "go,wbe"); err == nil {
		t.Error("a misspelt stage was believed")
	}
}

func TestAFailedStageDoesNotHideTheNext(t *testing.T) {
	ran := 0
	bad := stage{"bad", "", func(context.Context) (gotest.Count, string) { ran++; return gotest.Count{Failed: 1}, "no" }}
	good := stage{"good", "", func(context.Context) (gotest.Count, string) { ran++; return gotest.Count{Passed: 1}, "" }}
	if runAll(t.Context(), []stage{bad, good}) || ran != 2 {
		t.Errorf("%d stages ran", ran)
	}
	if !runAll(t.Context(), []stage{good}) {
		t.Error("a good run was called bad")
	}
}
