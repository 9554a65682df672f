package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/peer"
)

func TestEachModePrintsOneLine(t *testing.T) {
	if _, err := find(); err != nil {
		t.Skip(err)
	}
	for _, args := range [][]string{
		{"-pace", "50", "-seconds", "0.2"},
		{"-publishers", "5", "-closed", "-seconds", "0.2"},
		{"-publishers", "5", "-closed", "-seconds", "0.2", "-client", "paho"},
	} {
		var out bytes.Buffer
		if err := peer.Run(t.Context(), mosquitto(), args, &out); err != nil {
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

func TestUnknownClientIsRefused(t *testing.T) {
	if _, _, err := open("pigeon", 1); err == nil {
		t.Error("an unknown client was accepted")
	}
}
