package eventlog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"huying/hub/store/eventlog"
	"huying/internal/call"
)

func TestStorableKeepsAllButNUL(t *testing.T) {
	for _, s := range []string{"", "流坑村", "a\x00b", `\u0000`, `\` + "\x00", `\\u0000` + "\x00\x00", "\"\n\u2028\\", "\ufffd"} {
		data, err := json.Marshal(map[string]string{"note": s})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]string
		if err := json.Unmarshal(eventlog.Storable(data), &back); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if want := strings.ReplaceAll(s, "\x00", "?"); back["note"] != want {
			t.Errorf("%q became %q, want %q", s, back["note"], want)
		}
	}
}

func TestDigestTellsFactsApart(t *testing.T) {
	seen := map[[16]byte]call.Fact{}
	for _, f := range []call.Fact{
		call.Asked{By: "1"}, call.Asked{By: "2"}, call.Spoke{Epoch: 1}, call.Spoke{Epoch: 2},
		call.Pressed{Mark: call.Mark{Boot: 1, Seq: 1}, Key: call.Urgent}, call.Pressed{Mark: call.Mark{Boot: 1, Seq: 2}, Key: call.Urgent},
	} {
		w, err := eventlog.Write(f)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[w.Digest]; ok {
			t.Errorf("%v and %v have one digest", f, other)
		}
		seen[w.Digest] = f
	}
}
