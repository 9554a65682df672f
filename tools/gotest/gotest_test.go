package gotest

import (
	"strings"
	"testing"
)

const stream = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestOne"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"quiet\n"}
{"Action":"pass","Package":"a","Test":"TestOne","Elapsed":0.1}
{"Action":"output","Package":"a","Test":"TestTwo","Output":"loud\n"}
{"Action":"fail","Package":"a","Test":"TestTwo","Elapsed":0.1}
{"Action":"skip","Package":"a","Test":"TestThree","Elapsed":0}
{"Action":"output","Package":"a","Output":"FAIL\n"}
{"Action":"fail","Package":"a","Elapsed":1.25}
{"ImportPath":"b","Action":"build-output","Output":"b.go:1: broken\n"}
{"ImportPath":"b","Action":"build-fail"}
{"Action":"fail","Package":"b","Elapsed":0,"FailedBuild":"b"}
{"Action":"output","Package":"c","Test":"TestDies","Output":"panic: dies\n"}
{"Action":"fail","Package":"c","Elapsed":0}
{"Action":"skip","Package":"d","Elapsed":0}
no JSON at all
`

func TestRead(t *testing.T) {
	var out strings.Builder
	seen := ""
	got, err := Read(strings.NewReader(stream), &out, func(pkg, test, action string) { seen += pkg + "." + test + " " + action + "\n" })
	if err != nil || got != (Count{Passed: 1, Failed: 3, Skipped: 1}) {
		t.Errorf("%+v, %v", got, err)
	}
	if want := "a.TestOne pass\na.TestTwo fail\na.TestThree skip\n"; seen != want {
		t.Errorf("seen:\n%s", seen)
	}
	want := "loud\nFAIL\nfail a 1.25s\nb.go:1: broken\nfail b 0s\npanic: dies\nfail c 0s\nno JSON at all\n"
	if out.String() != want {
		t.Errorf("shown:\n%s\nwant:\n%s", out.String(), want)
	}
}
