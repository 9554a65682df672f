package terminal_test

import (
	"slices"
	"testing"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/call"
	"huying/internal/wire"
)

// hand is keys whose presses a benchmark makes.
type hand struct{ events chan input.Event }

func (h hand) Events() <-chan input.Event { return h.events }
func (h hand) Close() error               { return nil }

// BenchmarkPressToSite measures from the event of a key to the PRESS in the
// hands of a site on this machine, with the real journal on the disk of
// TMPDIR syncing meanwhile. Each press is one call that is then closed. Beside
// it ns/op is the whole round: acknowledged, closed, next.
func BenchmarkPressToSite(b *testing.B) {
	k := build(b)
	keys := hand{make(chan input.Event)}
	k.cfg.Inputs = []input.Input{keys}
	k.start()
	hub, _ := k.home.Accept()
	hub.Until(wire.THealth)
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		keys.events <- input.Event{Key: input.Red, Kind: input.Press}
		p := hub.Until(wire.TPress).(wire.Press)
		took = append(took, time.Since(begin))
		hub.Send(wire.PressAck{Press: p.Press, Call: p.Call})
		closing := call.Closing{Person: call.Person{ID: "p", Name: "n", Post: "o"}, Site: "361025105",
			Disposition: "solved", At: time.Now(), Through: p.Press.Mark}
		hub.Send(wire.State{Call: p.Call, Rev: 1, Code: wire.CodeClosed, Closing: &closing})
		hub.Send(wire.Ping{})
		hub.Until(wire.TPong)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
}
