package power

import (
	"testing"
	"testing/fstest"
	"time"
)

// folder makes a power_supply folder of name/file=content lines.
func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
	return out
}

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  State
		known bool
	}{
		{"a board without supplies", nil, State{}, false},
		{"mains alone", map[string]string{"ac/type": "Mains", "ac/online": "1"}, State{Mains: true, Percent: -1}, true},
		{"a laptop on mains", map[string]string{"AC/type": "Mains", "AC/online": "1", "BAT0/type": "Battery",
			"BAT0/capacity": "97", "BAT0/status": "Charging"}, State{Mains: true, Percent: 97}, true},
		{"mains are gone", map[string]string{"AC/type": "Mains", "AC/online": "0", "BAT0/type": "Battery", "BAT0/capacity": "41",
			"BAT0/status": "Discharging", "BAT0/time_to_empty_now": "5400"}, State{Percent: 41, Left: 90 * time.Minute}, true},
		{"a battery that tells alone, drained", map[string]string{"ups/type": "UPS", "ups/capacity": "60", "ups/status": "Discharging"},
			State{Percent: 60}, true},
		{"a battery that tells alone, full", map[string]string{"ups/type": "UPS", "ups/capacity": "100", "ups/status": "Full"},
			State{Mains: true, Percent: 100}, true},
		{"one of two plugs", map[string]string{"a/type": "Mains", "a/online": "0", "b/type": "USB", "b/online": "1"},
			State{Mains: true, Percent: -1}, true},
		{"the fullest of two", map[string]string{"a/type": "Battery", "a/capacity": "10", "a/status": "Discharging",
			"b/type": "Battery", "b/capacity": "80", "b/status": "Discharging"}, State{Percent: 80}, true},
		{"a mouse is no supply", map[string]string{"m/type": "Battery", "m/scope": "Device", "m/capacity": "5", "m/status": "Discharging"},
			State{}, false},
		{"a battery that was taken out", map[string]string{"AC/type": "Mains", "AC/online": "1", "B/type": "Battery", "B/present": "0",
			"B/capacity": "0"}, State{Mains: true, Percent: -1}, true},
		{"nonsense", map[string]string{"B/type": "Battery", "B/capacity": "a lot", "C/type": "Battery", "C/capacity": "400"}, State{}, false},
	} {
		got, known := Read(folder(tc.files))
		if got != tc.want || known != tc.known {
			t.Errorf("%s: %+v %v, want %+v %v", tc.name, got, known, tc.want, tc.known)
		}
	}
}
