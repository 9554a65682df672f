// Package gotest reads what "go test -json" writes: it counts tests, shows one
// line for each package, and the whole output of those that failed.
package gotest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Count is how many tests, subtests included, passed, failed and were skipped.
type Count struct{ Passed, Failed, Skipped int }

// Add sums two counts up.
func (c Count) Add(d Count) Count {
	return Count{c.Passed + d.Passed, c.Failed + d.Failed, c.Skipped + d.Skipped}
}

// event is a line of go test -json; see "go doc test2json".
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build
	Test       string
	Output     string
	Elapsed    float64
}

// reader holds the output of tests until it is known whether it matters.
type reader struct {
	out    io.Writer
	seen   func(pkg, test, action string)
	count  Count
	held   map[string]*strings.Builder // by package and test
	failed map[string]bool             // packages with a failed test
}

// Read reads the stream to its end. seen, unless nil, is told each test that
// ended. A package that failed without a failed test, because it does not
// build or its binary died, counts as one failure. What is not JSON (go's own
// complaints) is passed on as it is.
func Read(stream io.Reader, out io.Writer, seen func(pkg, test, action string)) (Count, error) {
	r := &reader{out: out, seen: seen, held: map[string]*strings.Builder{}, failed: map[string]bool{}}
	lines := bufio.NewReaderSize(stream, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil || e.Action == "" {
				_, _ = out.Write(line)
			} else {
				r.take(e)
			}
		}
		if err == io.EOF {
			return r.count, nil
		}
		if err != nil {
			return r.count, err
		}
	}
}

func (r *reader) take(e event) {
	switch e.Action {
	case "output":
		r.hold(e)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
			return
		}
		r.endTest(e)
	}
}

func (r *reader) hold(e event) {
	key := e.Package + "\x00" + e.Test
	if r.held[key] == nil {
		r.held[key] = &strings.Builder{}
	}
	r.held[key].WriteString(e.Output)
}

func (r *reader) drop(e event, show bool) {
	key := e.Package + "\x00" + e.Test
	if b := r.held[key]; b != nil && show {
		fmt.Fprint(r.out, b.String())
	}
	delete(r.held, key)
}

func (r *reader) endTest(e event) {
	switch e.Action {
	case "pass":
		r.count.Passed++
	case "skip":
		r.count.Skipped++
	case "fail":
		r.count.Failed++
		r.failed[e.Package] = true
	}
	r.drop(e, e.Action == "fail")
	if r.seen != nil {
		r.seen(e.Package, e.Test, e.Action)
	}
}

func (r *reader) endPackage(e event) {
	if e.Action == "fail" {
		if !r.failed[e.Package] {
			r.count.Failed++
		}
		// A binary that died leaves tests that never ended: show what they said.
		for key, b := range r.held {
			if strings.HasPrefix(key, e.Package+"\x00") {
				fmt.Fprint(r.out, b.String())
				delete(r.held, key)
			}
		}
	}
	r.drop(e, false)
	if e.Action != "skip" { // "skip" is a package without tests
		took := time.Duration(e.Elapsed * float64(time.Second)).Round(10 * time.Millisecond)
		fmt.Fprintf(r.out, "%-4s %s %s\n", e.Action, e.Package, took)
	}
}
