//go:build race

package sim

// The race detector makes a world about ten times slower.
func init() { ordinarySeeds = 300 }
