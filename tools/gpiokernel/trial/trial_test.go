package trial_test

import (
	"slices"
	"testing"
	"time"

	"huying/tools/gpiokernel/trial"
)

func TestParseReadsWhatLineWrote(t *testing.T) {
	good := trial.Result{Name: "taps", Made: 50, Counted: 50, Worst: 9 * time.Millisecond}
	bad := trial.Result{Name: "stall", Mutant: "a small FIFO", Made: 50, Counted: 48, Missing: 4, Detail: "press \"3\" is missing"}
	console := "[    0.1] Linux version\r\nhalf a mess" + good.Line() + bad.Line() + trial.End()
	all, ended, err := trial.Parse(console)
	if err != nil || !ended || !slices.Equal(all, []trial.Result{good, bad}) {
		t.Errorf("%v %t %v", all, ended, err)
	}
	if !good.Exact() || bad.Exact() || (trial.Result{}).Exact() {
		t.Error("what is exact is judged wrongly")
	}
	if _, ended, _ := trial.Parse(good.Line()); ended {
		t.Error("a machine that died half-way was taken for one that ended")
	}
	if _, _, err := trial.Parse("HUYING-TRIAL {\"name\":\"ta\n"); err == nil {
		t.Error("a torn line was believed")
	}
}
