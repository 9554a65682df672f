package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/peer"
)

// TestMain lets the test binary be the server, as the program itself is.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		if err := beServer(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestEachModePrintsOneLine(t *testing.T) {
	for _, args := range [][]string{
		{"-pace", "50", "-seconds", "0.2"},
		{"-publishers", "5", "-closed", "-seconds", "0.2"},
	} {
		var out bytes.Buffer
		if err := peer.Run(t.Context(), jetstream(), args, &out); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		var line load.Line
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
			t.Fatalf("%v: not one line of JSON: %q", args, out.String())
		}
		if line.N < 5 || line.P50 <= 0 || line.AckP50 <= 0 || line.P50 > line.Max || line.Repeated != 0 {
			t.Errorf("%v: %+v", args, line)
		}
	}
}
