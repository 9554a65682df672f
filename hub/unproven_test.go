package hub_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"huying/hub"
	"huying/hub/api"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/wire"
)

// TestACallShowsWhichPressIsUnproven: the kiosk of these tests signs nothing
// by itself.
func TestACallShowsWhichPressIsUnproven(t *testing.T) {
	w := newHub(t, hub.Config{Unit: niutian}, seedText)
	w.conf.Metrics = freeAddress(t)
	w.enrol()
	w.start()
	wang := w.operator("wang", "mima-wang-1")
	v := w.village()
	p := call.PressID{Kiosk: liukeng, Mark: call.Mark{Boot: 4_000_000_000, Seq: 1}}
	v.send(wire.Press{Press: p, Call: p, Key: call.Urgent,
		Sig: ed25519.Sign(w.key, wire.PressText(p, p, call.Urgent, call.ForHelp))})
	q := call.PressID{Kiosk: liukeng, Mark: call.Mark{Boot: 4_000_000_000, Seq: 2}}
	v.send(wire.Press{Press: q, Call: p, Key: call.Urgent})
	c := wang.sees("both presses, stored", func(c view.Call) bool { return c.Presses == 2 && c.Stored })
	var shown struct {
		Call   view.Call
		Events []api.Event
	}
	must(t, wang.do("GET", "/api/calls/"+c.ID, nil, &shown))
	var texts []string
	for _, e := range shown.Events {
		if e.Kind == "pressed" {
			texts = append(texts, e.Text)
		}
	}
	if len(texts) != 2 || strings.Contains(texts[0], "未能核实") || !strings.Contains(texts[1], "未能核实") {
		t.Fatalf("shown: %q", texts)
	}
	v.send(wire.Ping{}) // a kiosk's frames are done with one after the other
	v.heard(wire.TPong)
	if n := w.counted("huying_unproven_presses_total"); n != "1" {
		t.Fatalf("%s presses are counted as unproven", n)
	}
}

// TestARelayedPressProvesItsOriginAtTheCounty: the township may be the liar.
func TestARelayedPressProvesItsOriginAtTheCounty(t *testing.T) {
	county, niutian := newCounty(t, func(c *hub.Config) { c.Metrics = freeAddress(t) })
	zhao := county.operator("zhao", "mima-zhao-1")
	zhao.pointShown(liukeng)
	v := niutian.village()
	p := call.PressID{Kiosk: liukeng, Mark: call.Mark{Boot: 4_000_000_000, Seq: 1}}
	v.send(wire.Press{Press: p, Call: p, Key: call.Urgent,
		Sig: ed25519.Sign(niutian.key, wire.PressText(p, p, call.Urgent, call.ForHelp))})
	for seq := range uint32(2) { // the one that is counted last shows that the others were looked at
		q := call.PressID{Kiosk: liukeng, Mark: call.Mark{Boot: 4_000_000_000, Seq: 2 + seq}}
		v.send(wire.Press{Press: q, Call: p, Key: call.Urgent})
	}
	zhao.sees("all presses", func(c view.Call) bool { return c.Presses == 3 })
	for end := time.Now().Add(patience); county.counted("huying_unproven_presses_total") != "2"; {
		if time.Now().After(end) {
			t.Fatalf("%s presses are counted as unproven, want 2", county.counted("huying_unproven_presses_total"))
		}
		<-time.After(10 * time.Millisecond)
	}
}
