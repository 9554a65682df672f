package call

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestIDsReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := PressID{Kiosk: rapid.StringMatching(`[a-z0-9-]{1,40}`).Draw(t, "kiosk"),
			Mark: Mark{rapid.Uint32().Draw(t, "boot"), rapid.Uint32Min(1).Draw(t, "seq")}}
		back, err := ParseID(id.String())
		if err != nil || back != id {
			t.Fatalf("%s became %v: %v", id, back, err)
		}
		data, err := json.Marshal(map[ID]ID{id: id})
		if err != nil {
			t.Fatal(err)
		}
		var m map[ID]ID
		if err := json.Unmarshal(data, &m); err != nil || m[id] != id {
			t.Fatalf("%s became %v: %v", data, m, err)
		}
	})
}

func TestBadIDsAreRefused(t *testing.T) {
	for _, s := range []string{"", "k", "k.1", "k.1.2.3", ".1.1", "K.1.1", "k k.1.1", "村.1.1", "k.-1.1", "k.1.-1",
		"k.a.1", "k.1.b", "k.1.", "k..1", "k.4294967296.1", "k.1.4294967296", strings.Repeat("k", MaxKiosk+1) + ".1.1"} {
		if id, err := ParseID(s); err == nil {
			t.Errorf("%q became %v", s, id)
		}
	}
	if _, err := ParseID(strings.Repeat("k", MaxKiosk) + ".4294967295.4294967295"); err != nil {
		t.Error(err)
	}
}

func TestMarksAreOrdered(t *testing.T) {
	in := []Mark{{}, {0, 1}, {1, 0}, {1, 1}, {1, math.MaxUint32}, {2, 0}, {math.MaxUint32, 1}}
	for i, a := range in {
		for j, b := range in {
			if a.Less(b) != (i < j) {
				t.Errorf("%v before %v: %v", a, b, a.Less(b))
			}
		}
		if a.IsZero() != (i == 0) {
			t.Errorf("%v zero: %v", a, a.IsZero())
		}
	}
}
