package main

import (
	"context"
	"errors"
	"testing"
)

func TestWeight(t *testing.T) {
	p := tests{each: 3, eachOf: "TestKill/"}
	if p.weight("TestKill/hub") != 3 || p.weight("TestKill") != 0 || p.weight("TestOther/a") != 0 || (tests{}).weight("TestKill") != 1 {
		t.Error("trials are counted wrongly")
	}
}

func TestAFailedProofIsTold(t *testing.T) {
	good := proof{"good", "", func(context.Context) (string, string, error) { return "", "", nil }}
	bad := proof{"bad", "", func(context.Context) (string, string, error) { return "", "", errors.New("broken") }}
	if !showAll(t.Context(), []proof{good}) || showAll(t.Context(), []proof{bad, good}) {
		t.Error("the verdict is wrong")
	}
	if _, err := choose(proofs, []string{"dtabase"}); err == nil {
		t.Error("a misspelt name was believed")
	}
}

// TestNoProofWithoutTests: a pattern that matches nothing any more must not hold.
func TestNoProofWithoutTests(t *testing.T) {
	p := tests{packages: []string{"huying/tools/gotest"}, run: "^TestGone$", count: 1, trials: func(int) string { return "" }}
	if _, _, err := p.show(t.Context()); err == nil {
		t.Error("a proof without a test held")
	}
}
