package key_test

import (
	"testing"
	"time"

	"huying/firmware-bridge/key"
)

func TestContactsThatContradictEachOther(t *testing.T) {
	type seen struct {
		down, resting bool
		at            time.Duration
		broken        bool
	}
	const s = time.Second
	for name, all := range map[string][]seen{
		"pressed, however long": {{false, true, 0, false}, {true, false, s, false}, {true, false, 60 * s, false}, {false, true, 61 * s, false}},
		"a slow finger":         {{false, false, 0, false}, {false, false, 3*s - 1, false}, {true, false, 3 * s, false}, {false, false, 4 * s, false}},
		"cut and mended": {{false, false, 0, false}, {false, false, 3 * s, true}, {true, false, 4 * s, true}, {true, false, 14 * s, true},
			{false, true, 20 * s, true}, {false, false, 21 * s, true}, {false, true, 22 * s, true}, {false, true, 25 * s, false}},
		"short circuit": {{true, true, 0, false}, {true, true, 3 * s, true}, {false, true, 4 * s, true}, {false, true, 7 * s, false}},
	} {
		var c key.Contacts
		for i, o := range all {
			if c = key.StepContacts(c, o.down, o.resting, o.at); c.Broken != o.broken {
				t.Errorf("%s: look %d: broken %t", name, i, c.Broken)
			}
		}
	}
}
