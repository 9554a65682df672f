package main

import (
	"testing"

	"huying/tools/gpiokernel"
	"huying/tools/gpiokernel/trial"
)

func TestRealKernelIsJudgedByEveryTrial(t *testing.T) {
	all := make([]trial.Result, gpiokernel.AtLeast+gpiokernel.InputAtLeast)
	for i := range all {
		all[i] = trial.Result{Name: "taps", Made: 50, Counted: 50}
	}
	all[0] = trial.Result{Name: "stall", Mutant: "a small FIFO", Made: 50, Counted: 48, Missing: 4}
	if _, _, err := judgeTrials(all, nil); err != nil {
		t.Error(err)
	}
	if _, _, err := judgeTrials(all[1:], nil); err == nil {
		t.Error("a trial is absent and nobody minds")
	}
	all[0].Counted, all[0].Missing = 50, 0
	if _, _, err := judgeTrials(all, nil); err == nil {
		t.Error("a mutant went through")
	}
	all[0] = trial.Result{Name: "bounce", Made: 50, Counted: 50, Extra: 1}
	if _, _, err := judgeTrials(all, nil); err == nil {
		t.Error("an extra press went through")
	}
}
