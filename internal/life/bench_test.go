package life

import (
	"fmt"
	"testing"
	"time"

	"huying/internal/wire"
)

// province is 20,000 kiosks in 1,000 townships.
func province() (*Watch, []string) {
	w := New(Config{Site: "36", Times: DefaultTimes(), Township: func(k string) string { return k[:9] }}, Image{}, noon)
	var ids []string
	for i := range 20_000 {
		id := fmt.Sprintf("361%06d%03d-1", i/20, i%20)
		w.Heard(noon, id, true)
		w.Report(noon, id, wire.Health{})
		ids = append(ids, id)
	}
	w.Tick(noon)
	return w, ids
}

// BenchmarkHeard is what stands beside every frame of a kiosk.
func BenchmarkHeard(b *testing.B) {
	w, ids := province()
	for i := 0; b.Loop(); i++ {
		w.Heard(noon, ids[i%len(ids)], false)
	}
}

func BenchmarkReport(b *testing.B) {
	w, ids := province()
	h := wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}, Power: &wire.Power{Mains: true}}
	for i := 0; b.Loop(); i++ {
		w.Report(noon.Add(time.Second), ids[i%len(ids)], h)
	}
}

// BenchmarkTick is done once a second under the desk's lock.
func BenchmarkTick(b *testing.B) {
	w, _ := province()
	for b.Loop() {
		w.Tick(noon.Add(2 * time.Second))
	}
}

// BenchmarkSilence is a province that falls silent in one second.
func BenchmarkSilence(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w, _ := province()
		b.StartTimer()
		w.Tick(noon.Add(2 * time.Minute))
		w.Tick(noon.Add(2*time.Minute + 6*time.Second))
		if n := len(w.Tickets()); n != 1000 {
			b.Fatalf("%d tickets", n)
		}
	}
}
