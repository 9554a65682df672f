package releases

import "testing"

// BenchmarkStep is a look at a province of 20,000 kiosks in the last stage.
func BenchmarkStep(b *testing.B) {
	sizes := make([]int, 1000)
	for i := range sizes {
		sizes[i] = 20
	}
	c := newCounty(b, sizes...)
	c.start(c.fleet.Kiosks[0].ID)
	c.r.Stage = All
	c.r.Step(c.now, c.fleet)
	for b.Loop() {
		c.r.Step(c.now, c.fleet)
	}
}
